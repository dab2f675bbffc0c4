// SPDX-License-Identifier: GPL-2.0-or-later
// Agent bytecode (GDB manual, "The GDB Agent Expression Mechanism"), checked and translated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "emulator/target_description.hpp"
#include "gdbserver/agent_format.hpp"

namespace hvgdb::gdbserver {

enum class AgentAction : std::uint8_t {
    add,
    subtract,
    multiply,
    divide_signed,
    divide_unsigned,
    remainder_signed,
    remainder_unsigned,
    shift_left,
    shift_right_signed,
    shift_right_unsigned,
    logical_not,
    bit_and,
    bit_or,
    bit_xor,
    bit_not,
    equal,
    less_signed,
    less_unsigned,
    sign_extend,  ///< from bit number `value` on
    zero_extend,  ///< keep what the mask `value` has
    read_memory,  ///< `value` bytes
    jump_if,
    jump,
    push,
    push_register,
    push_program_counter,
    end,
    duplicate,
    pop,
    swap,
    rotate,
    pick,  ///< the value `value` below the top
    print,
};

struct AgentOperation {
    AgentAction action = AgentAction::end;
    std::uint16_t index = 0;  ///< of the operation to jump to, of a register or of a format
    std::uint64_t value = 0;
};

struct AgentRegister {
    std::string name;        ///< as emulator::VcpuContext knows it
    std::uint64_t mask = 0;  ///< the bits the client knows of
};

/// Whatever way leads to an operation, it finds the same number of values on the stack, enough for it and at most
/// kMaxDepth after it; every way ends at an `end` or goes round. So running it needs no checks of the stack.
struct AgentProgram {
    static constexpr std::size_t kMaxBytes = 4096;
    static constexpr std::size_t kMaxDepth = 100;

    std::vector<AgentOperation> operations;
    std::vector<AgentRegister> registers;
    std::vector<AgentFormat> formats;
    bool has_result = false;  ///< every `end` finds a value on the stack

    /// As AgentExpression::parse().
    [[nodiscard]] static Expected<AgentProgram> parse(std::span<const std::byte> bytecode,
                                                      const emulator::TargetDescription& description, bool compat);
};

}  // namespace hvgdb::gdbserver
