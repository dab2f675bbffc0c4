// SPDX-License-Identifier: GPL-2.0-or-later
// The vCPU threads' side of TcgTaint: the callbacks, as far as it is known what the segment does. They are called for
// each access of the guest, so the usual ones call nothing, and spill no registers.
#include <array>
#include <bit>

#include "emulator/plugin_vcpu.hpp"
#include "emulator/tcg_taint.hpp"

namespace hvgdb::emulator {
namespace {

using taint::BlockPoint;
using taint::kPageSize;
using taint::LoadRun;
using taint::Pattern;
using taint::SegmentMemo;

const BlockPoint& point_of(void* user) {
    return *static_cast<const BlockPoint*>(user);
}

/// The callback for the size, in the order 1, 2, 4, 8 and 16; `any` for others and where accesses belong together.
template <typename Callback>
Callback* sized(const BlockPoint& point, std::uint32_t serial, unsigned size, Callback* any,
                const std::array<Callback*, 5>& callbacks) {
    const auto number = static_cast<std::size_t>(std::countr_zero(size));
    return point.separate != 0 && serial != 0 && std::has_single_bit(size) && number < callbacks.size()
               ? callbacks.at(number)
               : any;
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

/// While no register is tainted most accesses come to no more than this.
template <unsigned kSize, bool kStore>
void TcgTaint::on_access(unsigned number, qemu_plugin_meminfo_t info, std::uint64_t address, void* user) {
    if (!idle[number]->has(VirtAddr{address}, kSize)) {
        on_other_access<kSize, kStore>(number, info, address, user);
    }
}

/// The same for all of a run.
template <unsigned kSize, bool kStore>
void TcgTaint::on_run(unsigned number, qemu_plugin_meminfo_t info, std::uint64_t address, void* load_run) {
    const auto& run = *static_cast<const LoadRun*>(load_run);
    if (!idle[number]->has(VirtAddr{address + static_cast<std::uint64_t>(run.low)}, run.size)) {
        on_other_access<kSize, kStore>(number, info, address, const_cast<BlockPoint*>(run.first));
        follow_run(number, info, address, run);
    }
}

template <unsigned kSize, bool kStore>
[[gnu::noinline]] void TcgTaint::on_other_access(unsigned number, qemu_plugin_meminfo_t info, std::uint64_t address,
                                                 void* user) {
    auto& vcpu = instance->vcpus_[number];
    const auto arrivals = vcpu.memory->arrivals();
    if (!vcpu.pages.is_clean(VirtAddr{address}, kSize, arrivals)) {
        on_page_with_taint<kSize, kStore>(vcpu, info, address, user);
    } else if (!vcpu.live) {
        vcpu.idle.note(VirtAddr{address}, *vcpu.memory, arrivals);
    } else if constexpr (kStore) {
        follow_store<kSize>(vcpu, info, address, user);
    } else {
        follow_load<kSize>(vcpu, info, address, user, {});
    }
}

/// Or on one of which that is not known.
template <unsigned kSize, bool kStore>
[[gnu::noinline]] void TcgTaint::on_page_with_taint(Vcpu& vcpu, qemu_plugin_meminfo_t info, std::uint64_t address,
                                                    void* user) {
    if (!vcpu.live && !vcpu.memory->maybe_tainted(address, kSize)) {
        return;
    }
    const auto* const entry = vcpu.pages.find(VirtAddr{address});
    const auto offset = address % kPageSize;
    const auto seen = entry != nullptr && entry->shadow != nullptr && offset <= kPageSize - kSize
                          ? entry->shadow->whole<kSize>(offset)
                          : Pattern::several();
    if constexpr (!kStore) {
        follow_load<kSize>(vcpu, info, address, user, seen);
    } else if (seen.empty()) {
        follow_store<kSize>(vcpu, info, address, user);
    } else {
        store(vcpu, info, address, user);
    }
}

/// `loaded`: several() where it was not seen at a glance.
template <unsigned kSize>
[[gnu::always_inline]] inline void TcgTaint::follow_load(Vcpu& vcpu, qemu_plugin_meminfo_t info, std::uint64_t address,
                                                         void* user, Pattern loaded) {
    const auto& point = point_of(user);
    if (loaded.empty() && (vcpu.taint->live() & point.concerned) == 0) {
        return;
    }
    const auto* const step = vcpu.taint->glance(SegmentMemo::place(point.load, kSize), loaded);
    if (step == nullptr) {
        load(vcpu, info, address, user);
    } else if (vcpu.taint->take(*step)) {
        instance->update_word(vcpu);
    }
}

/// Where nothing is tainted.
template <unsigned kSize>
[[gnu::always_inline]] inline void TcgTaint::follow_store(Vcpu& vcpu, qemu_plugin_meminfo_t info, std::uint64_t address,
                                                          void* user) {
    const auto& point = point_of(user);
    if ((vcpu.taint->live() & point.concerned) == 0) {
        return;
    }
    const auto* const step = vcpu.taint->glance(SegmentMemo::store_place(point.store, kSize), {});
    if (step == nullptr || !step->moved.empty()) {
        store(vcpu, info, address, user);
    } else if (vcpu.taint->take(*step)) {
        instance->update_word(vcpu);
    }
}

TcgTaint::OnAccess TcgTaint::on_load_of(const BlockPoint& point) {
    return sized(
        point, point.load, point.load_size, on_any_load,
        {on_access<1, false>, on_access<2, false>, on_access<4, false>, on_access<8, false>, on_access<16, false>});
}

TcgTaint::OnAccess TcgTaint::on_store_of(const BlockPoint& point) {
    return sized(point, point.store, point.store_size, on_any_store,
                 {on_access<1, true>, on_access<2, true>, on_access<4, true>, on_access<8, true>, on_access<16, true>});
}

/// Nothing is larger than a general register in a run.
TcgTaint::OnAccess TcgTaint::on_run_of(const LoadRun& run) {
    constexpr std::array kLoads{on_run<1, false>, on_run<2, false>, on_run<4, false>, on_run<8, false>};
    constexpr std::array kStores{on_run<1, true>, on_run<2, true>, on_run<4, true>, on_run<8, true>};
    const auto& point = *run.first;
    const auto number = static_cast<std::size_t>(std::countr_zero(unsigned{point.load_size} | point.store_size));
    return point.load != 0 ? kLoads.at(number) : kStores.at(number);
}

/// While no register is tainted most accesses are no one's business.
bool TcgTaint::concerns_nobody(const Vcpu& vcpu, VirtAddr address) {
    return !vcpu.live && (vcpu.pages.is_clean(address, kMostAtOnce, vcpu.memory->arrivals()) ||
                          !vcpu.memory->maybe_tainted(address.value, kMostAtOnce));
}

void TcgTaint::on_any_load(unsigned number, qemu_plugin_meminfo_t info, std::uint64_t address, void* user) {
    auto& vcpu = instance->vcpus_[number];
    if (point_of(user).separate == 0 || !concerns_nobody(vcpu, VirtAddr{address})) {
        load(vcpu, info, address, user);
    }
}

void TcgTaint::on_any_store(unsigned number, qemu_plugin_meminfo_t info, std::uint64_t address, void* user) {
    auto& vcpu = instance->vcpus_[number];
    if (point_of(user).separate == 0 || !concerns_nobody(vcpu, VirtAddr{address})) {
        store(vcpu, info, address, user);
    }
}

[[gnu::noinline]] void TcgTaint::load(Vcpu& vcpu, qemu_plugin_meminfo_t info, std::uint64_t address, void* user) {
    const auto& point = point_of(user);
    if (point.load == 0 || !instance->recall_load(vcpu, point, VirtAddr{address})) {
        instance->access({vcpu.number, point, info, VirtAddr{address}}, false);
    }
}

[[gnu::noinline]] void TcgTaint::store(Vcpu& vcpu, qemu_plugin_meminfo_t info, std::uint64_t address, void* user) {
    const auto& point = point_of(user);
    if (point.store == 0 || !instance->recall_store(vcpu, point, VirtAddr{address})) {
        instance->access({vcpu.number, point, info, VirtAddr{address}}, true);
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
    if (!vcpu.pages.is_clean(address, point.load_size, memory.arrivals())) {
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
    const bool clean = vcpu.pages.is_clean(address, point.store_size, memory.arrivals());
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
