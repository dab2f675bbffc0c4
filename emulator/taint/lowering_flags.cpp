// SPDX-License-Identifier: GPL-2.0-or-later
// Flags and addresses.
#include <algorithm>

#include "emulator/taint/lowering.hpp"

namespace hvgdb::emulator::taint {

namespace {

constexpr std::uint32_t kCarryFlag = ZYDIS_CPUFLAG_CF;
constexpr std::uint32_t kStatusFlags =
    ZYDIS_CPUFLAG_PF | ZYDIS_CPUFLAG_AF | ZYDIS_CPUFLAG_ZF | ZYDIS_CPUFLAG_SF | ZYDIS_CPUFLAG_OF;
constexpr unsigned kTableDisplacementBits = 32;

std::uint8_t general_number(ZydisRegister name) {
    if (name == ZYDIS_REGISTER_RIP || name == ZYDIS_REGISTER_EIP) {
        return EffectiveAddress::kInstructionPointer;
    }
    const auto range = register_range(name);
    const bool general = range.size != 0 && range.first < kCarrySlot;
    return general ? static_cast<std::uint8_t>(range.first / kGprSize) : EffectiveAddress::kNone;
}

}  // namespace

EffectiveAddress effective_address(const Decoded& decoded, const ZydisDecodedOperand& operand) {
    const auto& memory = operand.mem;
    EffectiveAddress address;
    address.base = general_number(memory.base);
    address.index = general_number(memory.index);
    address.scale = memory.scale;
    address.bits = operand.visibility == ZYDIS_OPERAND_VISIBILITY_EXPLICIT ? decoded.instruction.address_width
                                                                           : decoded.instruction.stack_width;
    address.displacement = memory.disp.has_displacement ? memory.disp.value : 0;
    if (memory.segment == ZYDIS_REGISTER_FS || memory.segment == ZYDIS_REGISTER_GS) {
        address.segment = memory.segment == ZYDIS_REGISTER_FS ? 'f' : 'g';
    }
    return address;
}

std::vector<SlotRange> tested_flag_slots(const ZydisDecodedInstruction& instruction) {
    const auto tested = instruction.cpu_flags != nullptr ? instruction.cpu_flags->tested : 0;
    std::vector<SlotRange> groups;
    if ((tested & kCarryFlag) != 0) {
        groups.push_back({kCarrySlot, 1});
    }
    if ((tested & kStatusFlags) != 0) {
        groups.push_back({kStatusSlot, 1});
    }
    if ((tested & ~(kCarryFlag | kStatusFlags)) != 0) {
        groups.push_back({kControlSlot, 1});
    }
    return groups;
}

Slot Lowering::tested_flags() {
    const auto groups = tested_flag_slots(instruction());
    return groups.empty() ? kZeroSlots : folded(groups);
}

bool Lowering::tests_flags() const {
    return instruction().cpu_flags != nullptr && (instruction().cpu_flags->tested & (kCarryFlag | kStatusFlags)) != 0;
}

void Lowering::set_flags(Slot from, bool keeps) {
    if (instruction().cpu_flags == nullptr) {
        return;
    }
    set_flag_group(kCarryFlag, kCarrySlot, from, keeps);
    set_flag_group(kStatusFlags, kStatusSlot, from, keeps);
}

/// Flags of the group that stay as they are keep the group's taint.
void Lowering::set_flag_group(std::uint32_t group, Slot slot, Slot from, bool keeps) {
    const auto& flags = *instruction().cpu_flags;
    const auto computed = (flags.modified | flags.undefined) & group;
    const auto constant = (flags.set_0 | flags.set_1) & group;
    const bool all = (computed | constant) == group && !keeps;
    if (computed == 0 && all) {
        clear({slot, 1});
    } else if (computed != 0 && all) {
        fill({slot, 1}, from);
    } else if (computed != 0) {
        spread({slot, 1}, from);
    }
}

void Lowering::advance(ZydisRegister pointer) {
    const auto range = register_range(pointer);
    if (range.size != 0) {
        ascend(range, range, zero_range(range.size), range.size);
    }
}

SlotRange Lowering::address_value(unsigned index, unsigned size) {
    const auto& memory = operand(index).mem;
    const auto sum = temporary(size);
    const auto wide = [&](ZydisRegister name) {
        const auto range = register_range(name);
        const auto padded = temporary(size);
        clear(padded);
        copy(padded.first, {range.first, static_cast<std::uint16_t>(std::min<unsigned>(range.size, size))});
        return padded;
    };
    const auto base = wide(memory.base);
    const auto scaled = wide(memory.index);
    const bool plain = memory.index == ZYDIS_REGISTER_NONE && !memory.disp.has_displacement;
    if (plain) {
        return base;
    }
    ascend(sum, base, scaled, size);
    return sum;
}

void Lowering::describe_address(unsigned index) {
    if (operand(index).visibility == ZYDIS_OPERAND_VISIBILITY_EXPLICIT) {
        builder_.instruction().address = effective_address(decoded_, operand(index));
    }
}

void Lowering::taint_by_address(unsigned index, SlotRange value, PointerTaint policy) {
    const auto& memory = operand(index).mem;
    if (policy == PointerTaint::off) {
        return;
    }
    const bool table =
        memory.index != ZYDIS_REGISTER_NONE ? memory.scale <= 1 : instruction().raw.disp.size >= kTableDisplacementBits;
    std::vector<SlotRange> registers;
    for (const auto name : {memory.index, policy == PointerTaint::all || table ? memory.base : ZYDIS_REGISTER_NONE}) {
        if (const auto range = register_range(name); range.size != 0) {
            registers.push_back(range);
        }
    }
    if (!registers.empty()) {
        spread(value, folded(registers));
    }
}

}  // namespace hvgdb::emulator::taint
