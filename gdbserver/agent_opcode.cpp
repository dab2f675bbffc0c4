// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/agent_opcode.hpp"

#include <algorithm>
#include <array>

namespace hvgdb::gdbserver {

namespace {

using enum AgentAction;
using Operand = AgentOperand;

constexpr auto kOpcodes = std::to_array<AgentOpcode>({
    {0x02, add},
    {0x03, subtract},
    {0x04, multiply},
    {0x05, divide_signed},
    {0x06, divide_unsigned},
    {0x07, remainder_signed},
    {0x08, remainder_unsigned},
    {0x09, shift_left},
    {0x0a, shift_right_signed},
    {0x0b, shift_right_unsigned},
    {0x0e, logical_not},
    {0x0f, bit_and},
    {0x10, bit_or},
    {0x11, bit_xor},
    {0x12, bit_not},
    {0x13, equal},
    {0x14, less_signed},
    {0x15, less_unsigned},
    {0x16, sign_extend, Operand::bit_count, 1},
    {0x17, read_memory, Operand::none, 0, 1},
    {0x18, read_memory, Operand::none, 0, 2},
    {0x19, read_memory, Operand::none, 0, 4},
    {0x1a, read_memory, Operand::none, 0, 8},
    {0x20, jump_if, Operand::target, 2},
    {0x21, jump, Operand::target, 2},
    {0x22, push, Operand::constant, 1},
    {0x23, push, Operand::constant, 2},
    {0x24, push, Operand::constant, 4},
    {0x25, push, Operand::constant, 8},
    {0x26, push_register, Operand::register_number, 2},
    {0x27, end},
    {0x28, duplicate},
    {0x29, pop},
    {0x2a, zero_extend, Operand::bit_count, 1},
    {0x2b, swap},
    {0x32, pick, Operand::stack_index, 1},
    {0x33, rotate},
    {0x34, print, Operand::format, 3},
});

// float, trace, trace_quick, ref_float, ref_double, ref_long_double, l_to_d, d_to_l, getv, setv, tracev, tracenz,
// trace16
constexpr auto kUnsupported =
    std::to_array<std::uint8_t>({0x01, 0x0c, 0x0d, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x2c, 0x2d, 0x2e, 0x2f, 0x30});

}  // namespace

const AgentOpcode* find_agent_opcode(std::uint8_t code) {
    const auto* const found = std::ranges::find(kOpcodes, code, &AgentOpcode::code);
    return found == kOpcodes.end() ? nullptr : found;
}

bool is_unsupported_agent_opcode(std::uint8_t code) {
    return std::ranges::find(kUnsupported, code) != kUnsupported.end();
}

AgentStackUse stack_use_of(AgentAction action) {
    switch (action) {
        case logical_not:
        case bit_not:
        case sign_extend:
        case zero_extend:
        case read_memory:
            return {.needs = 1, .leaves = 1};
        case jump_if:
        case pop:
            return {.needs = 1, .leaves = 0};
        case push:
        case push_register:
        case push_program_counter:
            return {.needs = 0, .leaves = 1};
        case duplicate:
            return {.needs = 1, .leaves = 2};
        case swap:
            return {.needs = 2, .leaves = 2};
        case rotate:
            return {.needs = 3, .leaves = 3};
        case jump:
        case end:
        case pick:
        case print:
            return {};
        default:
            return {.needs = 2, .leaves = 1};
    }
}

}  // namespace hvgdb::gdbserver
