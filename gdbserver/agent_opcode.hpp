// SPDX-License-Identifier: GPL-2.0-or-later
// The opcodes of agent bytecode.
#pragma once

#include <cstddef>
#include <cstdint>

#include "gdbserver/agent_program.hpp"

namespace hvgdb::gdbserver {

/// What follows an opcode.
enum class AgentOperand : std::uint8_t {
    none,
    target,           ///< two bytes: where to jump
    constant,         ///< `operand_size` bytes
    register_number,  ///< two bytes
    bit_count,        ///< one byte, 1 to 64
    stack_index,      ///< one byte
    format,           ///< one byte: how many arguments; two: how long the text is that follows, its final zero included
};

/// All numbers are big-endian (GDB manual, "Bytecode Descriptions").
struct AgentOpcode {
    std::uint8_t code = 0;
    AgentAction action = AgentAction::end;
    AgentOperand operand = AgentOperand::none;
    std::uint8_t operand_size = 0;
    std::uint8_t value = 0;  ///< AgentOperation::value, where no operand tells it
};

/// Null when there is no such opcode, or when it is not done here.
[[nodiscard]] const AgentOpcode* find_agent_opcode(std::uint8_t code);
/// An opcode that the manual knows but that is not done here: floating point and tracing.
[[nodiscard]] bool is_unsupported_agent_opcode(std::uint8_t code);

/// How many values an operation needs on the stack, and how many it leaves in their place.
struct AgentStackUse {
    std::size_t needs = 0;
    std::size_t leaves = 0;
};
/// Those of `pick` and `print` depend on more.
[[nodiscard]] AgentStackUse stack_use_of(AgentAction action);

}  // namespace hvgdb::gdbserver
