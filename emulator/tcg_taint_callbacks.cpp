// SPDX-License-Identifier: GPL-2.0-or-later
// The vCPU threads' side of TcgTaint.
#include <algorithm>
#include <array>
#include <bit>

#include "emulator/plugin_vcpu.hpp"
#include "emulator/tcg_taint.hpp"

namespace hvgdb::emulator {
namespace {

using taint::Accesses;
using taint::BlockPoint;
using taint::EffectiveAddress;
using taint::kNoRam;
using taint::kPageSize;

/// QEMU delivers no more bytes at once.
constexpr std::size_t kMostAtOnce = 16;

const BlockPoint& point_of(void* user) {
    return *static_cast<const BlockPoint*>(user);
}

TcgTaint& owner_of(const BlockPoint& point) {
    return *static_cast<TcgTaint*>(point.owner);
}

std::size_t left_on_page(std::uint64_t address) {
    return kPageSize - address % kPageSize;
}

}  // namespace

void TcgTaint::on_block(unsigned vcpu, void* user) {
    const auto& point = point_of(user);
    auto& self = owner_of(point);
    self.vcpus_[vcpu].taint->enter(*point.block);
    self.update_word(vcpu);
}

void TcgTaint::on_instruction(unsigned vcpu, void* user) {
    const auto& point = point_of(user);
    auto& self = owner_of(point);
    self.vcpus_[vcpu].taint->enter(*point.block, point.instruction);
    self.update_word(vcpu);
}

/// This is done for each access of the guest, so it calls nothing.
bool TcgTaint::concerns_nobody(const Report& report) const {
    const auto& vcpu = vcpus_[report.vcpu];
    const auto& memory = engine_.memory();
    return report.point.separate && !vcpu.live &&
           (!memory.maybe_tainted(report.address.value, kMostAtOnce) ||
            vcpu.pages.is_clean(report.address, kMostAtOnce, memory.arrivals()));
}

void TcgTaint::on_load(unsigned vcpu, qemu_plugin_meminfo_t info, std::uint64_t address, void* user) {
    const Report report{vcpu, point_of(user), info, VirtAddr{address}};
    if (auto& self = owner_of(report.point); !self.concerns_nobody(report)) {
        self.access(report, false);
    }
}

void TcgTaint::on_store(unsigned vcpu, qemu_plugin_meminfo_t info, std::uint64_t address, void* user) {
    const Report report{vcpu, point_of(user), info, VirtAddr{address}};
    if (auto& self = owner_of(report.point); !self.concerns_nobody(report)) {
        self.access(report, true);
    }
}

void TcgTaint::on_translation_change(unsigned vcpu, void* user) {
    static_cast<TcgTaint*>(user)->vcpus_[vcpu].pages.flush();
}

[[gnu::noinline]] void TcgTaint::access(const Report& report, bool is_store) {
    auto& vcpu = vcpus_[report.vcpu];
    const auto& point = report.point;
    const unsigned known = is_store ? point.store_size : point.load_size;
    const std::size_t size = known != 0 ? known : std::size_t{1} << qemu_plugin_mem_size_shift(report.info);
    const auto here = std::min(size, left_on_page(report.address.value));
    taint::Access access{.address = locate(vcpu, report.info, report.address),
                         .size = static_cast<std::uint16_t>(here),
                         .rest = static_cast<std::uint16_t>(size - here),
                         .is_store = is_store};
    if (access.rest != 0) {
        access.rest_address = locate_other(vcpu, VirtAddr{report.address.value + here});
    }
    if (point.separate && !vcpu.live && leave_out(vcpu, report, access)) {
        return;
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
    update_word(report.vcpu);
    if (is_store && taint::SinkKinds::of_bits(sinks_).has(taint::SinkKind::memory)) {
        check_stored(report, access);
    }
}

/// Of a vCPU without taint: the pages have none.
bool TcgTaint::leave_out(Vcpu& vcpu, const Report& report, const taint::Access& access) const {
    const auto arrivals = engine_.memory().arrivals();
    if (tainted_page(access.address)) {
        return false;
    }
    vcpu.pages.set_clean(report.address, arrivals);
    return access.rest == 0 || !tainted_page(access.rest_address);
}

/// It is not known which part of the operand it is: what was there before is gone, but nothing comes.
void TcgTaint::unplaced(const taint::Access& access) {
    if (access.is_store) {
        engine_.drop(access.address, access.size);
        engine_.drop(access.rest_address, access.rest);
    }
}

bool TcgTaint::tainted_page(PhysAddr address) const {
    const auto* const page = engine_.memory().find(address);
    return page != nullptr && page->tainted() != 0;
}

PhysAddr TcgTaint::locate(Vcpu& vcpu, qemu_plugin_meminfo_t info, VirtAddr address) const {
    if (const auto found = vcpu.pages.find(address)) {
        return *found;
    }
    const auto* const place = qemu_plugin_get_hwaddr(info, address.value);
    if (place == nullptr) {
        return locate_other(vcpu, address);
    }
    const auto physical = qemu_plugin_hwaddr_is_io(place) ? kNoRam : PhysAddr{qemu_plugin_hwaddr_phys_addr(place)};
    vcpu.pages.insert(address, physical);
    return physical;
}

PhysAddr TcgTaint::locate_other(const Vcpu& vcpu, VirtAddr address) {
    if (const auto found = vcpu.pages.find(address)) {
        return *found;
    }
    std::uint64_t physical = 0;
    return qemu_plugin_translate_vaddr(address.value, &physical) ? PhysAddr{physical} : kNoRam;
}

std::optional<std::uint32_t> TcgTaint::offset_of(const BlockPoint& point, VirtAddr address) const {
    constexpr std::uint64_t kMostOffset = 0x10000;
    const auto start = address_of(point.block->instructions[point.instruction].address);
    if (!start || address.value - *start > kMostOffset) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(address.value - *start);
}

std::optional<std::uint64_t> TcgTaint::address_of(const EffectiveAddress& operand) const {
    constexpr unsigned kWidest = 64;
    if (operand.bits == 0 || operand.base == EffectiveAddress::kInstructionPointer) {
        return std::nullopt;
    }
    const auto read = [this](std::uint8_t number) {
        return number == EffectiveAddress::kNone ? 0 : read_plugin_register(general_.at(number)).value_or(0);
    };
    auto sum =
        read(operand.base) + read(operand.index) * operand.scale + static_cast<std::uint64_t>(operand.displacement);
    sum &= operand.bits < kWidest ? (std::uint64_t{1} << operand.bits) - 1 : ~std::uint64_t{0};
    if (operand.segment == 'f' || operand.segment == 'g') {
        sum += read_plugin_register(operand.segment == 'f' ? fs_base_ : gs_base_).value_or(0);
    }
    return sum;
}

void TcgTaint::resumed(VcpuId vcpu) {
    vcpus_[vcpu.index].pages.flush();
}

void TcgTaint::discontinuity(VcpuId vcpu, bool delivered, VirtAddr from, VirtAddr to) {
    if (!on_) {
        return;
    }
    auto& state = vcpus_[vcpu.index];
    state.taint->interrupted();
    state.stored.interrupted |= from.value >> 63 == 0 && to.value >> 63 != 0;
    const bool in_64_bit_code = to.value >> 63 != 0;
    if (delivered && in_64_bit_code && (state.live || !engine_.memory().clean())) {
        push_frame(state);
    }
}

/// What the processor pushes is reported to nobody: SS, RSP, RFLAGS, CS and RIP below an address divisible by 16, and
/// perhaps an error code, which shows in the stack pointer (Intel SDM vol. 3, 6.14.2). Of their labels those of the
/// flags are kept: a program tests them after the interrupt.
void TcgTaint::push_frame(const Vcpu& vcpu) {
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

void TcgTaint::update_word(unsigned number) {
    auto& vcpu = vcpus_[number];
    if (const bool live = !vcpu.taint->clean(); live != vcpu.live) {
        vcpu.live = live;
        qemu_plugin_u64_set(words_, number, live ? 1 : 0);
    }
}

}  // namespace hvgdb::emulator
