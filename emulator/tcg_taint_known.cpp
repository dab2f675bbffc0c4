// SPDX-License-Identifier: GPL-2.0-or-later
// The vCPU threads' side of TcgTaint: the callbacks, as far as it is known what the segment does. They are called for
// each access of the guest, so the usual ones call nothing, and spill no registers.
#include "emulator/plugin_vcpu.hpp"
#include "emulator/tcg_taint.hpp"

namespace hvgdb::emulator {
namespace {

using taint::BlockPoint;
using taint::kPageSize;
using taint::Pattern;
using taint::SegmentMemo;

const BlockPoint& point_of(void* user) {
    return *static_cast<const BlockPoint*>(user);
}

bool is_within_page(std::uint64_t address, std::size_t size) {
    return address % kPageSize + size <= kPageSize;
}

}  // namespace

void TcgTaint::on_block(unsigned number, void* user) {
    const auto& point = point_of(user);
    auto& self = *instance;
    auto& vcpu = self.vcpus_[number];
    if ((vcpu.taint->live() & point.concerned) == 0) {
        return;
    }
    if (!vcpu.taint->follow(SegmentMemo::place(point.entry), {})) {
        vcpu.taint->enter(*point.block);
    }
    self.update_word(vcpu);
}

void TcgTaint::on_instruction(unsigned number, void* user) {
    const auto& point = point_of(user);
    auto& self = *instance;
    auto& vcpu = self.vcpus_[number];
    if ((vcpu.taint->live() & point.concerned) == 0) {
        return;
    }
    if (!vcpu.taint->follow(SegmentMemo::place(point.entry), {})) {
        vcpu.taint->enter(*point.block, point.instruction);
    }
    self.update_word(vcpu);
}

/// While no register is tainted this is all that most accesses come to; not even their point is looked at.
bool TcgTaint::concerns_nobody(Vcpu& vcpu, VirtAddr address) const {
    const auto& memory = engine_.memory();
    return !vcpu.live && (vcpu.pages.is_clean(address, kMostAtOnce, memory.arrivals()) ||
                          !memory.maybe_tainted(address.value, kMostAtOnce));
}

void TcgTaint::on_load(unsigned number, qemu_plugin_meminfo_t info, std::uint64_t address, void* user) {
    if (!instance->concerns_nobody(instance->vcpus_[number], VirtAddr{address})) {
        on_any_load(number, info, address, user);
    }
}

void TcgTaint::on_store(unsigned number, qemu_plugin_meminfo_t info, std::uint64_t address, void* user) {
    if (!instance->concerns_nobody(instance->vcpus_[number], VirtAddr{address})) {
        on_any_store(number, info, address, user);
    }
}

[[gnu::noinline]] void TcgTaint::on_any_load(unsigned number, qemu_plugin_meminfo_t info, std::uint64_t address,
                                             void* user) {
    const auto& point = point_of(user);
    auto& vcpu = instance->vcpus_[number];
    const auto* const entry = vcpu.pages.find(VirtAddr{address});
    if (point.load != 0 && entry != nullptr &&
        entry->surely_clean(VirtAddr{address}, point.load_size, instance->engine_.memory().arrivals())) {
        if ((vcpu.taint->live() & point.concerned) == 0) {
            return;
        }
        if (vcpu.taint->follow(SegmentMemo::place(point.load, point.load_size), {})) {
            instance->update_word(vcpu);
            return;
        }
    }
    load(number, info, address, user);
}

[[gnu::noinline]] void TcgTaint::on_any_store(unsigned number, qemu_plugin_meminfo_t info, std::uint64_t address,
                                              void* user) {
    const auto& point = point_of(user);
    auto& vcpu = instance->vcpus_[number];
    const auto* const entry = vcpu.pages.find(VirtAddr{address});
    if (point.store != 0 && entry != nullptr &&
        entry->surely_clean(VirtAddr{address}, point.store_size, instance->engine_.memory().arrivals())) {
        if ((vcpu.taint->live() & point.concerned) == 0) {
            return;
        }
        const auto* const step = vcpu.taint->glance(SegmentMemo::store_place(point.store, point.store_size), {});
        if (step != nullptr && step->moved.empty()) {
            vcpu.taint->take(*step);
            instance->update_word(vcpu);
            return;
        }
    }
    store(number, info, address, user);
}

[[gnu::noinline]] void TcgTaint::load(unsigned number, qemu_plugin_meminfo_t info, std::uint64_t address, void* user) {
    const auto& point = point_of(user);
    auto& self = *instance;
    if (point.load == 0 || !self.recall_load(self.vcpus_[number], point, VirtAddr{address})) {
        self.access({number, point, info, VirtAddr{address}}, false);
    }
}

[[gnu::noinline]] void TcgTaint::store(unsigned number, qemu_plugin_meminfo_t info, std::uint64_t address, void* user) {
    const auto& point = point_of(user);
    auto& self = *instance;
    if (point.store == 0 || !self.recall_store(self.vcpus_[number], point, VirtAddr{address})) {
        self.access({number, point, info, VirtAddr{address}}, true);
    }
}

/// The page is known, and so is what the segment does.
bool TcgTaint::recall_load(Vcpu& vcpu, const BlockPoint& point, VirtAddr address) {
    const auto* const entry = vcpu.pages.find(address);
    if (entry == nullptr || !is_within_page(address.value, point.load_size)) {
        return false;
    }
    auto& memory = engine_.memory();
    Pattern loaded;
    if (entry->clean != memory.arrivals()) {
        if (entry->shadow == nullptr) {
            return false;
        }
        loaded = memory.pattern(*entry->shadow, address.value % kPageSize, point.load_size);
    }
    if (loaded.empty() && (vcpu.taint->live() & point.concerned) == 0) {
        return true;
    }
    if (vcpu.taint->recall(SegmentMemo::place(point.load, point.load_size), loaded) == nullptr) {
        return false;
    }
    update_word(vcpu);
    return true;
}

bool TcgTaint::recall_store(Vcpu& vcpu, const BlockPoint& point, VirtAddr address) {
    const auto* const entry = vcpu.pages.find(address);
    if (entry == nullptr || !is_within_page(address.value, point.store_size) ||
        taint::SinkKinds::of_bits(sinks_).has(taint::SinkKind::memory)) {
        return false;
    }
    auto& memory = engine_.memory();
    const bool clean = entry->clean == memory.arrivals();
    if (entry->shadow == nullptr && !clean) {
        return false;
    }
    Pattern stored;
    if ((vcpu.taint->live() & point.concerned) != 0) {
        const auto* const known = vcpu.taint->recall(SegmentMemo::store_place(point.store, point.store_size), {});
        if (known == nullptr) {
            return false;
        }
        stored = known->moved;
    }
    if (entry->shadow != nullptr && (!clean || !stored.empty())) {
        memory.write(*entry->shadow, address.value % kPageSize, point.store_size, stored);
    } else if (!stored.empty()) {
        memory.write(entry->byte(address), point.store_size, stored);
    }
    update_word(vcpu);
    return true;
}

}  // namespace hvgdb::emulator
