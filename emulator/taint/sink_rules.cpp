// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/sink_rules.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace hvgdb::emulator::taint {

namespace {

// In the order of encoding: rax rcx rdx rbx rsp rbp rsi rdi r8 ... r15.
constexpr std::array<unsigned, 7> k64BitCall{0, 7, 6, 2, 10, 8, 9};
constexpr std::array<unsigned, 7> k32BitCall{0, 3, 1, 2, 6, 7, 5};
constexpr unsigned kCounter = 1;

std::span<const ZydisDecodedOperand> operands_of(const Decoded& decoded) {
    return std::span(decoded.operands).first(decoded.instruction.operand_count);
}

/// Of `loop` and `jrcxz` the counter has the size of addresses.
std::optional<Sink> branch_sink(const Decoded& decoded) {
    Sink sink{.kind = SinkKind::branch, .address = {}};
    for (const auto flags : tested_flag_slots(decoded.instruction)) {
        sink.add(flags);
    }
    const auto counts = [](const ZydisDecodedOperand& operand) {
        const auto range =
            operand.type == ZYDIS_OPERAND_TYPE_REGISTER ? register_range(operand.reg.value) : SlotRange{};
        return range.size != 0 && range.first == gpr_slot(kCounter);
    };
    const auto operands = operands_of(decoded);
    if (const auto counter = std::ranges::find_if(operands, counts); counter != operands.end()) {
        sink.add(register_range(counter->reg.value));
    }
    return sink.count != 0 ? std::optional(sink) : std::nullopt;
}

/// Of a far pointer the selector is looked at, too. A return's operand is the implicit one on the stack.
std::optional<Sink> jump_sink(const Decoded& decoded) {
    constexpr unsigned kMostBytes = 16;
    const bool returns = decoded.instruction.meta.category == ZYDIS_CATEGORY_RET;
    Sink sink{.kind = SinkKind::jump, .address = {}};
    for (const auto& operand : operands_of(decoded)) {
        const bool explicit_one = operand.visibility == ZYDIS_OPERAND_VISIBILITY_EXPLICIT;
        const bool read = (operand.actions & ZYDIS_OPERAND_ACTION_MASK_READ) != 0;
        if (explicit_one == returns || !read) {
            continue;
        }
        if (operand.type == ZYDIS_OPERAND_TYPE_REGISTER && explicit_one) {
            sink.add(register_range(operand.reg.value));
        } else if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY) {
            sink.memory = static_cast<std::uint8_t>(std::min<unsigned>(operand.size / 8U, kMostBytes));
            sink.address = effective_address(decoded, operand);
        }
    }
    return sink.count != 0 || sink.memory != 0 ? std::optional(sink) : std::nullopt;
}

std::optional<Sink> call_sink(const Decoded& decoded) {
    constexpr std::uint64_t kLinuxVector = 0x80;
    const auto mnemonic = decoded.instruction.mnemonic;
    const bool interrupt = mnemonic == ZYDIS_MNEMONIC_INT && decoded.operands[0].imm.value.u == kLinuxVector;
    if (mnemonic != ZYDIS_MNEMONIC_SYSCALL && mnemonic != ZYDIS_MNEMONIC_SYSENTER && !interrupt) {
        return std::nullopt;
    }
    const bool wide = mnemonic == ZYDIS_MNEMONIC_SYSCALL;
    Sink sink{.kind = SinkKind::syscall, .address = {}};
    for (const auto number : wide ? k64BitCall : k32BitCall) {
        sink.add({gpr_slot(number), static_cast<std::uint16_t>(wide ? kGprSize : kGprSize / 2)});
    }
    return sink;
}

}  // namespace

std::optional<Sink> sink_of(const Decoded& decoded, SinkKinds kinds) {
    if (kinds.empty()) {
        return std::nullopt;
    }
    switch (decoded.instruction.meta.category) {
        case ZYDIS_CATEGORY_COND_BR:
            return kinds.has(SinkKind::branch) ? branch_sink(decoded) : std::nullopt;
        case ZYDIS_CATEGORY_UNCOND_BR:
        case ZYDIS_CATEGORY_CALL:
        case ZYDIS_CATEGORY_RET:
            return kinds.has(SinkKind::jump) ? jump_sink(decoded) : std::nullopt;
        case ZYDIS_CATEGORY_SYSCALL:
        case ZYDIS_CATEGORY_INTERRUPT:
            return kinds.has(SinkKind::syscall) ? call_sink(decoded) : std::nullopt;
        default:
            return std::nullopt;
    }
}

}  // namespace hvgdb::emulator::taint
