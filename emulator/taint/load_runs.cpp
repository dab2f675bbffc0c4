// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/load_runs.hpp"

#include <Zydis/Zydis.h>
#include <algorithm>
#include <bit>
#include <span>

#include "emulator/taint/lowering.hpp"

namespace hvgdb::emulator::taint {

namespace {

constexpr std::size_t kLargest = 8;

std::span<const ZydisDecodedOperand> operands_of(const Decoded& decoded) {
    return std::span(decoded.operands).first(decoded.instruction.operand_count);
}

bool is_ordinary(ZydisRegister name) {
    switch (ZydisRegisterGetClass(name)) {
        case ZYDIS_REGCLASS_GPR8:
        case ZYDIS_REGCLASS_GPR16:
        case ZYDIS_REGCLASS_GPR32:
        case ZYDIS_REGCLASS_GPR64:
        case ZYDIS_REGCLASS_FLAGS:
        case ZYDIS_REGCLASS_IP:
            return true;
        default:
            return false;
    }
}

bool is_calm_category(const ZydisDecodedInstruction& instruction) {
    switch (instruction.meta.category) {
        case ZYDIS_CATEGORY_BINARY:
            return instruction.mnemonic != ZYDIS_MNEMONIC_DIV && instruction.mnemonic != ZYDIS_MNEMONIC_IDIV;
        case ZYDIS_CATEGORY_BITBYTE:
        case ZYDIS_CATEGORY_CMOV:
        case ZYDIS_CATEGORY_CONVERT:
        case ZYDIS_CATEGORY_DATAXFER:
        case ZYDIS_CATEGORY_LOGICAL:
        case ZYDIS_CATEGORY_NOP:
        case ZYDIS_CATEGORY_ROTATE:
        case ZYDIS_CATEGORY_SETCC:
        case ZYDIS_CATEGORY_SHIFT:
            return true;
        default:
            return instruction.mnemonic == ZYDIS_MNEMONIC_LEA;
    }
}

/// Raises no exception, but for what its memory operand is.
bool is_calm(const Decoded& decoded) {
    const auto& instruction = decoded.instruction;
    const bool base =
        instruction.meta.isa_ext == ZYDIS_ISA_EXT_BASE || instruction.meta.isa_ext == ZYDIS_ISA_EXT_LONGMODE;
    return base && (instruction.attributes & ZYDIS_ATTRIB_HAS_LOCK) == 0 && is_calm_category(instruction) &&
           std::ranges::all_of(operands_of(decoded), [](const ZydisDecodedOperand& operand) {
               return operand.type != ZYDIS_OPERAND_TYPE_REGISTER || is_ordinary(operand.reg.value);
           });
}

/// `bt` and its like: where it accesses memory depends on a register's value, too (Intel SDM vol. 2, "BT").
bool accesses_bit_string(const Decoded& decoded, const CompiledInstruction& instruction) {
    return instruction.touches_memory && decoded.instruction.meta.category == ZYDIS_CATEGORY_BITBYTE;
}

std::optional<std::size_t> general_number(ZydisRegister name) {
    const auto whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, name);
    return whole >= ZYDIS_REGISTER_RAX && whole <= ZYDIS_REGISTER_R15
               ? std::optional(static_cast<std::size_t>(whole - ZYDIS_REGISTER_RAX))
               : std::nullopt;
}

/// What the instruction adds to its first operand, a whole register.
std::optional<std::uint64_t> added_constant(const Decoded& decoded) {
    const auto& target = decoded.operands[0];
    const auto& source = decoded.operands[1];
    if (target.type != ZYDIS_OPERAND_TYPE_REGISTER || ZydisRegisterGetClass(target.reg.value) != ZYDIS_REGCLASS_GPR64) {
        return std::nullopt;
    }
    const bool constant = source.type == ZYDIS_OPERAND_TYPE_IMMEDIATE;
    switch (decoded.instruction.mnemonic) {
        case ZYDIS_MNEMONIC_INC:
            return 1;
        case ZYDIS_MNEMONIC_DEC:
            return ~std::uint64_t{0};
        case ZYDIS_MNEMONIC_ADD:
            return constant ? std::optional(source.imm.value.u) : std::nullopt;
        case ZYDIS_MNEMONIC_SUB:
            return constant ? std::optional(-source.imm.value.u) : std::nullopt;
        case ZYDIS_MNEMONIC_LEA:
            return source.mem.base == target.reg.value && source.mem.index == ZYDIS_REGISTER_NONE &&
                           decoded.instruction.address_width == 64
                       ? std::optional(static_cast<std::uint64_t>(source.mem.disp.value))
                       : std::nullopt;
        default:
            return std::nullopt;
    }
}

}  // namespace

std::optional<std::int16_t> RunFinder::add(const Decoded& decoded, const CompiledInstruction& instruction,
                                           const Segment* access) {
    std::optional<std::int16_t> answer;
    open_ = open_ && instruction.entry == CompiledInstruction::kNoEntry;
    if (!is_calm(decoded) || accesses_bit_string(decoded, instruction)) {
        open_ = false;
    } else if (instruction.touches_memory) {
        const auto here = place(instruction, access);
        answer = here && open_ && access->trigger == Trigger::load ? distance(*here, access->size) : std::nullopt;
        if (here && !answer) {
            first_ = *here;
            low_ = 0;
            high_ = access->size;
        }
        open_ = here.has_value();
    }
    note_writes(decoded);
    return answer;
}

std::optional<RunFinder::Place> RunFinder::place(const CompiledInstruction& instruction, const Segment* access) const {
    if (access == nullptr || instruction.accesses != Accesses::fixed || instruction.address.bits != 64 ||
        !std::has_single_bit(access->size) || access->size > kLargest) {
        return std::nullopt;
    }
    Place place{instruction.address, {}};
    auto& address = place.address;
    auto displacement = static_cast<std::uint64_t>(address.displacement);
    if (address.base == EffectiveAddress::kInstructionPointer) {
        displacement += instruction.offset + instruction.length;
    } else if (address.base != EffectiveAddress::kNone) {
        place.versions[0] = registers_.at(address.base).version;
        displacement += registers_.at(address.base).added;
    }
    if (address.index != EffectiveAddress::kNone) {
        place.versions[1] = registers_.at(address.index).version;
        displacement += registers_.at(address.index).added * address.scale;
    }
    address.displacement = static_cast<std::int64_t>(displacement);
    return place;
}

std::optional<std::int16_t> RunFinder::distance(const Place& place, std::uint16_t size) {
    auto same = place.address;
    same.displacement = first_.address.displacement;
    if (same != first_.address || place.versions != first_.versions) {
        return std::nullopt;
    }
    const auto distance = static_cast<std::int64_t>(static_cast<std::uint64_t>(place.address.displacement) -
                                                    static_cast<std::uint64_t>(first_.address.displacement));
    if (distance < -kMostSpan || distance > kMostSpan) {
        return std::nullopt;
    }
    const auto low = std::min(low_, distance);
    const auto high = std::max(high_, distance + size);
    if (high - low > kMostSpan) {
        return std::nullopt;
    }
    low_ = low;
    high_ = high;
    return static_cast<std::int16_t>(distance);
}

void RunFinder::note_writes(const Decoded& decoded) {
    const auto constant = added_constant(decoded);
    for (const auto& operand : operands_of(decoded)) {
        if (operand.type != ZYDIS_OPERAND_TYPE_REGISTER || (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) == 0) {
            continue;
        }
        if (const auto number = general_number(operand.reg.value)) {
            auto& value = registers_.at(*number);
            if (constant) {
                value.added += *constant;
            } else {
                value = {value.version + 1, 0};
            }
        }
    }
}

}  // namespace hvgdb::emulator::taint
