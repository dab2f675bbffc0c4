// SPDX-License-Identifier: GPL-2.0-or-later
// Where what a vCPU accesses is.
#include "emulator/plugin_vcpu.hpp"
#include "emulator/tcg_taint.hpp"

namespace hvgdb::emulator {

using taint::BlockPoint;
using taint::EffectiveAddress;
using taint::kNoRam;

taint::PageCache::Entry* TcgTaint::locate(Vcpu& vcpu, qemu_plugin_meminfo_t info, VirtAddr address) {
    const auto* const place = qemu_plugin_get_hwaddr(info, address.value);
    if (place == nullptr) {
        return nullptr;
    }
    const auto physical = qemu_plugin_hwaddr_is_io(place) ? kNoRam : PhysAddr{qemu_plugin_hwaddr_phys_addr(place)};
    return vcpu.pages.insert(address, physical);
}

PhysAddr TcgTaint::locate_other(Vcpu& vcpu, VirtAddr address) {
    if (const auto* const found = vcpu.pages.find(address)) {
        return found->byte(address);
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

}  // namespace hvgdb::emulator
