// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/site_registry.hpp"

#include <algorithm>
#include <utility>

namespace hvgdb::emulator {

bool Slot::matches(VirtAddr pc, AddressSpace space) const {
    return where_.address == pc && (!where_.space || *where_.space == space) && enabled();
}

Verdict Slot::run(VcpuContext& vcpu) {
    const std::scoped_lock lock(running_);
    if (!enabled()) {
        return Verdict::go_on;
    }
    hits_.fetch_add(1, std::memory_order_relaxed);
    const Verdict verdict = callback_(vcpu);
    if (verdict == Verdict::go_on_and_disable) {
        disable();
        return Verdict::go_on;
    }
    return verdict;
}

void SiteHandle::enable() const {
    if (const auto slot = slot_.lock()) {
        slot->enable();
    }
}

void SiteHandle::disable() const {
    if (const auto slot = slot_.lock()) {
        slot->disable();
    }
}

void SiteHandle::remove() const {
    if (const auto slot = slot_.lock()) {
        slot->remove();
    }
}

bool SiteHandle::exists() const {
    const auto slot = slot_.lock();
    return slot && !slot->removed();
}

bool SiteHandle::enabled() const {
    const auto slot = slot_.lock();
    return slot && slot->enabled();
}

std::uint64_t SiteHandle::hits() const {
    const auto slot = slot_.lock();
    return slot ? slot->hits() : 0;
}

std::uint64_t SiteTable::key_of(VirtAddr address) {
    const bool kernel_half = (address.value >> 63) != 0;
    return kernel_half ? address.value : address.value & kOffset;
}

void SiteTable::insert(Entry& entry, Slot* slot) {
    const auto& space = slot->where().space;
    auto& groups = entry.groups;
    // One instruction must call back once: a site of any space takes all others into its group.
    if (!space || (!groups.empty() && !groups.front().only)) {
        SiteGroup all;
        for (const SiteGroup& group : groups) {
            all.slots.insert(all.slots.end(), group.slots.begin(), group.slots.end());
        }
        all.slots.push_back(slot);
        groups.clear();
        groups.push_back(std::move(all));
        return;
    }
    const auto same = std::ranges::find(groups, space, &SiteGroup::only);
    if (same != groups.end()) {
        same->slots.push_back(slot);
    } else {
        groups.push_back({space, {slot}});
    }
}

SiteTable::SiteTable(std::span<const std::shared_ptr<Slot>> slots) {
    for (const auto& slot : slots) {
        const VirtAddr address = slot->where().address;
        const std::uint64_t offset = address.value & kOffset;
        offsets_[offset / 64] |= std::uint64_t{1} << (offset & 63);
        const std::uint64_t key = key_of(address);
        auto entry = std::ranges::lower_bound(entries_, key, {}, &Entry::key);
        if (entry == entries_.end() || entry->key != key) {
            entry = entries_.insert(entry, Entry{key, {}});
        }
        insert(*entry, slot.get());
    }
}

std::span<const SiteGroup> SiteTable::find(VirtAddr address) const {
    if (!may_hold(address)) {
        return {};
    }
    const std::uint64_t key = key_of(address);
    const auto entry = std::ranges::lower_bound(entries_, key, {}, &Entry::key);
    if (entry == entries_.end() || entry->key != key) {
        return {};
    }
    return entry->groups;
}

SiteRegistry::SiteRegistry()
    : current_(std::make_unique<SiteTable>(std::span<const std::shared_ptr<Slot>>{})), table_(current_.get()) {}

SiteHandle SiteRegistry::add(SiteSpec where, CodePlace place, SiteCallback callback) {
    auto slot = std::make_shared<Slot>(where, place, std::move(callback));
    slots_.push_back(slot);
    changed_ = true;
    return SiteHandle(slot);
}

void SiteRegistry::publish() {
    drop_removed();
    if (!std::exchange(changed_, false)) {
        return;
    }
    auto next = std::make_unique<const SiteTable>(slots_);
    table_.store(next.get(), std::memory_order_release);
    retired_tables_.push_back(std::exchange(current_, std::move(next)));
}

std::vector<SiteInfo> SiteRegistry::list() const {
    std::vector<SiteInfo> result;
    for (const auto& slot : slots_) {
        if (!slot->removed()) {
            result.push_back({slot->where(), slot->enabled(), slot->hits()});
        }
    }
    return result;
}

bool SiteRegistry::empty() const {
    return std::ranges::all_of(slots_, [](const auto& slot) { return slot->removed(); });
}

bool SiteRegistry::enabled_at(VirtAddr pc, AddressSpace space) const {
    return std::ranges::any_of(slots_, [&](const auto& slot) { return slot->matches(pc, space); });
}

std::vector<Slot*> SiteRegistry::untranslated() const {
    std::vector<Slot*> result;
    for (const auto& slot : slots_) {
        if (!slot->translated && !slot->removed()) {
            result.push_back(slot.get());
        }
    }
    return result;
}

void SiteRegistry::drop_removed() {
    std::erase_if(slots_, [this](const std::shared_ptr<Slot>& slot) {
        if (!slot->removed()) {
            return false;
        }
        slot->drop_callback();
        retired_slots_.push_back(slot);
        changed_ = true;
        return true;
    });
}

void SiteRegistry::forget_translations() {
    retired_tables_.clear();
    retired_slots_.clear();
}

}  // namespace hvgdb::emulator
