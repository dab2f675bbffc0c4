// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/shadow_memory.hpp"

#include <algorithm>
#include <bit>

namespace hvgdb::emulator::taint {

ShadowMemory::ShadowMemory(std::size_t most_pages) : most_pages_(most_pages), root_(std::make_unique<Directory>()) {}
ShadowMemory::~ShadowMemory() = default;

std::size_t ShadowMemory::index(PhysAddr address, unsigned level) {
    return (address.value >> (kPageBits + (kLevels - 1 - level) * kLevelBits)) % kEntries;
}

ShadowPage* ShadowMemory::page(PhysAddr address) const {
    if (address.value >= kLimit) {
        return nullptr;
    }
    const auto* directory = root_.get();
    for (unsigned level = 0; level + 1 < kLevels; ++level) {
        directory = static_cast<Directory*>(directory->entries[index(address, level)].load(std::memory_order_acquire));
        if (directory == nullptr) {
            return nullptr;
        }
    }
    return static_cast<ShadowPage*>(directory->entries[index(address, kLevels - 1)].load(std::memory_order_acquire));
}

ShadowPage* ShadowMemory::page_to_taint(PhysAddr address) {
    if (auto* const found = page(address)) {
        return found;
    }
    const std::scoped_lock lock(mutex_);
    if (auto* const found = page(address); found != nullptr || address.value >= kLimit || kept_.size() >= most_pages_) {
        return found;
    }
    auto* directory = root_.get();
    for (unsigned level = 0; level + 1 < kLevels; ++level) {
        auto& entry = directory->entries[index(address, level)];
        if (entry.load(std::memory_order_relaxed) == nullptr) {
            directories_.push_back(std::make_unique<Directory>());
            entry.store(directories_.back().get(), std::memory_order_release);
        }
        directory = static_cast<Directory*>(entry.load(std::memory_order_relaxed));
    }
    const PhysAddr base{address.value - address.value % kPageSize};
    const auto* const contents = contents_ != nullptr ? contents_->in_place(base, kPageSize) : nullptr;
    auto* const created = kept_.emplace_back(base, std::make_unique<ShadowPage>(contents)).second.get();
    directory->entries[index(address, kLevels - 1)].store(created, std::memory_order_release);
    return created;
}

/// The exchange makes the counters exact, whoever writes the same byte at the same time.
void ShadowMemory::set_byte(ShadowPage& page, std::size_t offset, SetId set) {
    auto& cell = page.sets_[offset];
    if (page.get(offset) == set) {
        return;
    }
    const auto old = __atomic_exchange_n(&cell, set, __ATOMIC_RELAXED);
    if ((old == kNoLabels) == (set == kNoLabels)) {
        return;
    }
    if (set != kNoLabels) {
        granules_[granule(offset)].fetch_add(1, std::memory_order_relaxed);
        bytes_.fetch_add(1, std::memory_order_relaxed);
        if (page.tainted_.fetch_add(1, std::memory_order_relaxed) == 0) {
            pages_.fetch_add(1, std::memory_order_relaxed);
            ++arrivals_;
            if (on_arrival_) {
                on_arrival_();
            }
        }
        return;
    }
    granules_[granule(offset)].fetch_sub(1, std::memory_order_relaxed);
    bytes_.fetch_sub(1, std::memory_order_relaxed);
    if (page.tainted_.fetch_sub(1, std::memory_order_relaxed) == 1) {
        pages_.fetch_sub(1, std::memory_order_relaxed);
    }
}

void ShadowMemory::set_bytes(ShadowPage& page, std::size_t offset, std::size_t size, Pattern pattern) {
    for (std::size_t i = 0; i < size; ++i) {
        set_byte(page, offset + i, pattern.at(i));
    }
}

void ShadowMemory::drop_stale(ShadowPage& page, std::size_t offset, std::size_t size) {
    for (auto at = offset; at < offset + size; ++at) {
        if (page.get(at) != kNoLabels && page.stale(at)) {
            set_byte(page, at, kNoLabels);
            stale_.fetch_add(1, std::memory_order_relaxed);
        }
    }
}

Pattern ShadowMemory::pattern_without_stale(ShadowPage& page, std::size_t offset, std::size_t size) {
    drop_stale(page, offset, size);
    return page.pattern(offset, size);
}

/// visit(address, offset in its page, index in the range, length) for each page; stops when that answers false.
template <typename Visit>
void ShadowMemory::each_piece(PhysAddr address, std::uint64_t size, Visit visit) const {
    const auto most = address.value < kLimit ? std::min(size, kLimit - address.value) : 0;
    for (std::uint64_t done = 0; done < most;) {
        const PhysAddr at{address.value + done};
        const auto offset = at.value % kPageSize;
        const auto length = std::min(most - done, kPageSize - offset);
        if (!visit(at, offset, done, length)) {
            return;
        }
        done += length;
    }
}

SetId ShadowMemory::get(PhysAddr address) const {
    const auto* const found = page(address);
    const auto offset = address.value % kPageSize;
    return found != nullptr && !found->stale(offset) ? found->get(offset) : kNoLabels;
}

bool ShadowMemory::read(PhysAddr address, std::span<SetId> out) {
    std::ranges::fill(out, kNoLabels);
    SetId seen = kNoLabels;
    each_piece(address, out.size(), [&](PhysAddr at, std::size_t offset, std::size_t done, std::size_t length) {
        if (auto* const found = page(at); found != nullptr && found->tainted() != 0) {
            if (found->maybe_stale(offset, length)) {
                drop_stale(*found, offset, length);
            }
            for (std::size_t i = 0; i < length; ++i) {
                out[done + i] = found->get(offset + i);
                seen |= out[done + i];
            }
        }
        return true;
    });
    return seen != kNoLabels;
}

void ShadowMemory::write(PhysAddr address, std::span<const SetId> sets) {
    each_piece(address, sets.size(), [&](PhysAddr at, std::size_t offset, std::size_t done, std::size_t length) {
        const auto piece = sets.subspan(done, length);
        const auto tainted = std::ranges::count_if(piece, [](SetId set) { return set != kNoLabels; });
        auto* const found = tainted != 0 ? page_to_taint(at) : page(at);
        if (found == nullptr) {
            dropped_.fetch_add(static_cast<std::uint64_t>(tainted), std::memory_order_relaxed);
            return true;
        }
        for (std::size_t i = 0; i < length; ++i) {
            set_byte(*found, offset + i, piece[i]);
        }
        found->note(offset, length);
        return true;
    });
}

void ShadowMemory::write(PhysAddr address, std::size_t size, Pattern pattern) {
    auto* const found = !pattern.empty() ? page_to_taint(address) : page(address);
    if (found != nullptr) {
        write(*found, address.value % kPageSize, size, pattern);
    } else {
        dropped_.fetch_add(static_cast<unsigned>(std::popcount(pattern.mask())), std::memory_order_relaxed);
    }
}

void ShadowMemory::fill(PhysAddr address, std::uint64_t size, SetId set) {
    each_piece(address, size, [&](PhysAddr at, std::size_t offset, std::uint64_t, std::size_t length) {
        auto* const found = set != kNoLabels ? page_to_taint(at) : page(at);
        if (found == nullptr) {
            dropped_.fetch_add(set != kNoLabels ? length : 0, std::memory_order_relaxed);
            return true;
        }
        for (std::size_t i = 0; i < length && (set != kNoLabels || found->tainted() != 0); ++i) {
            set_byte(*found, offset + i, set);
        }
        found->note(offset, length);
        return true;
    });
}

bool ShadowMemory::any(PhysAddr address, std::uint64_t size) const {
    bool seen = false;
    each_piece(address, size, [&](PhysAddr at, std::size_t offset, std::uint64_t, std::size_t length) {
        const auto* const found = page(at);
        for (std::size_t i = 0; found != nullptr && !seen && i < length && found->tainted() != 0; ++i) {
            seen = found->get(offset + i) != kNoLabels && !found->stale(offset + i);
        }
        return !seen;
    });
    return seen;
}

void ShadowMemory::clear_all() {
    const std::scoped_lock lock(mutex_);
    root_ = std::make_unique<Directory>();
    directories_.clear();
    kept_.clear();
    for (auto& granule : granules_) {
        granule = 0;
    }
    bytes_ = 0;
    pages_ = 0;
    dropped_ = 0;
    stale_ = 0;
}

ShadowMemory::Statistics ShadowMemory::statistics() const {
    const std::scoped_lock lock(mutex_);
    const auto memory = kept_.size() * sizeof(ShadowPage) + (directories_.size() + 1) * sizeof(Directory);
    return {bytes_, pages_, kept_.size(), memory, dropped_, stale_};
}

std::vector<PhysAddr> ShadowMemory::tainted_pages(std::size_t most) const {
    std::vector<PhysAddr> result;
    {
        const std::scoped_lock lock(mutex_);
        for (const auto& [base, page] : kept_) {
            if (page->tainted() != 0) {
                result.push_back(base);
            }
        }
    }
    std::ranges::sort(result);
    result.resize(std::min(result.size(), most));
    return result;
}

}  // namespace hvgdb::emulator::taint
