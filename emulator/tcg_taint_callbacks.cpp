// SPDX-License-Identifier: GPL-2.0-or-later
// The vCPU threads' side of TcgTaint: what is not known yet (see tcg_taint_known.cpp).
#include <algorithm>
#include <array>
#include <bit>

#include "emulator/plugin_vcpu.hpp"
#include "emulator/tcg_taint.hpp"

namespace hvgdb::emulator {
namespace {

using taint::Accesses;
using taint::kPageSize;

std::size_t left_on_page(std::uint64_t address) {
    return kPageSize - address % kPageSize;
}

}  // namespace

void TcgTaint::on_translation_change(unsigned vcpu, void* user) {
    static_cast<TcgTaint*>(user)->vcpus_[vcpu].forget_pages();
}

/// QEMU's own accesses for the instruction (of `iret`: descriptors) are more than its operands, and those of other
/// instructions may be left out: so nothing but this tells that it begins.
void TcgTaint::on_joined_accesses(unsigned vcpu, void* user) {
    static_cast<TcgTaint*>(user)->vcpus_[vcpu].taint->begin_instruction();
}

[[gnu::noinline]] void TcgTaint::access(const Report& report, bool is_store) {
    auto& vcpu = vcpus_[report.vcpu];
    const auto& point = report.point;
    const unsigned known = is_store ? point.store_size : point.load_size;
    const std::size_t size = known != 0 ? known : std::size_t{1} << qemu_plugin_mem_size_shift(report.info);
    const auto here = std::min(size, left_on_page(report.address.value));
    taint::Access access{.address = {},
                         .size = static_cast<std::uint16_t>(here),
                         .rest = static_cast<std::uint16_t>(size - here),
                         .is_store = is_store};
    if (!find_page(vcpu, report, access) && point.separate != 0 && !vcpu.live && access.rest == 0) {
        return;
    }
    if (access.rest != 0) {
        access.rest_address = locate_other(vcpu, VirtAddr{report.address.value + here});
    }
    const auto accesses = point.block->instructions[point.instruction].accesses;
    if (accesses == Accesses::masked || accesses == Accesses::area) {
        const auto offset = offset_of(point, report.address);
        if (!offset) {
            unplaced(access);
            return;
        }
        access.offset = *offset;
    }
    vcpu.taint->access(*point.block, point.instruction, access);
    update_word(vcpu);
    if (is_store && taint::SinkKinds::of_bits(sinks_).has(taint::SinkKind::memory)) {
        check_stored(report, access);
    }
}

/// Puts into `access` where it is. Answers whether there is taint on that page.
bool TcgTaint::find_page(Vcpu& vcpu, const Report& report, taint::Access& access) {
    auto* entry = vcpu.pages.find(report.address);
    if (entry == nullptr) {
        entry = locate(vcpu, report.info, report.address);
    }
    if (entry == nullptr) {
        access.address = locate_other(vcpu, report.address);
        return true;
    }
    access.address = entry->byte(report.address);
    access.found = true;
    const auto arrivals = engine_.memory().arrivals();
    if (vcpu.pages.is_clean(report.address, 1, arrivals)) {
        access.page = entry->shadow;
        return false;
    }
    if (entry->shadow == nullptr) {
        entry->shadow = engine_.memory().find(access.address);
    }
    access.page = entry->shadow;
    if (entry->shadow != nullptr && entry->shadow->tainted() != 0) {
        return true;
    }
    vcpu.pages.note_clean(report.address, arrivals);
    return false;
}

/// It is not known which part of the operand it is: what was there before is gone, but nothing comes.
void TcgTaint::unplaced(const taint::Access& access) {
    if (access.is_store) {
        engine_.drop(access.address, access.size);
        engine_.drop(access.rest_address, access.rest);
    }
}

void TcgTaint::resumed(VcpuId vcpu) {
    vcpus_[vcpu.index].forget_pages();
}

void TcgTaint::discontinuity(VcpuId vcpu, bool delivered, VirtAddr from, VirtAddr to) {
    if (!on_) {
        return;
    }
    auto& state = vcpus_[vcpu.index];
    state.taint->begin_instruction();
    state.stored.interrupted |= from.value >> 63 == 0 && to.value >> 63 != 0;
    const bool in_64_bit_code = to.value >> 63 != 0;
    if (delivered && in_64_bit_code && (state.live || !engine_.memory().clean())) {
        push_frame(state);
    }
}

/// What the processor pushes is reported to nobody: SS, RSP, RFLAGS, CS and RIP below an address divisible by 16, and
/// perhaps an error code, which shows in the stack pointer (Intel SDM vol. 3, 6.14.2). Of their labels those of the
/// flags are kept: a program tests them after the interrupt.
void TcgTaint::push_frame(Vcpu& vcpu) {
    constexpr std::uint64_t kSize = 40;
    constexpr std::uint64_t kFlags = 16;
    const auto stack = read_plugin_register(stack_pointer_);
    if (!stack) {
        return;
    }
    const std::uint64_t start = *stack + (*stack % 16 == 0 ? 8 : 0);
    const std::uint64_t end = start + kSize;
    for (auto at = *stack; at < end;) {
        const auto size = std::min<std::uint64_t>(end - at, std::min(left_on_page(at), kMostAtOnce));
        if (engine_.memory().maybe_tainted(at, size)) {
            engine_.memory().clear(locate_other(vcpu, VirtAddr{at}), size);
        }
        at += size;
    }
    // As iret takes them.
    const std::array flags{vcpu.taint->united({taint::kCarrySlot, 2}), vcpu.taint->united({taint::kStatusSlot, 1}),
                           vcpu.taint->united({taint::kControlSlot, 1})};
    if (std::ranges::any_of(flags, [](taint::SetId set) { return set != taint::kNoLabels; })) {
        engine_.memory().write(locate_other(vcpu, VirtAddr{start + kFlags}), flags);  // never across pages: aligned
    }
}

}  // namespace hvgdb::emulator
