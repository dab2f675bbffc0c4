// SPDX-License-Identifier: GPL-2.0-or-later
// gdb's expressions that run here: conditions of breakpoints, and their commands (dprintf).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "gdbserver/agent_program.hpp"

namespace hvgdb::gdbserver {

/// Immutable; may be evaluated on several threads at once. The guest is taken to be little-endian.
class AgentExpression {
  public:
    /// Jumps may go back, so an evaluation is limited: operations, where each piece of a format counts as one.
    static constexpr std::size_t kMaxOperations = 10'000;

    /// At most AgentProgram::kMaxBytes. Register numbers are those of `description`; `compat` tells that it describes a
    /// 32-bit program in a 64-bit guest, whose eax is half of the machine's rax. Fails with `bad_argument` for
    /// malformed code and with `unsupported` for what gdb may send but is not done here: floating point, tracing, trace
    /// state variables, registers that are unknown or wider than 64 bits.
    [[nodiscard]] static Expected<AgentExpression> parse(std::span<const std::byte> bytecode,
                                                         const emulator::TargetDescription& description, bool compat);

    /// On a vCPU thread inside a callback, or with any other context. The value on top of the stack at the end, 0 when
    /// there is none. What printf writes is appended to `output`, AgentFormat::kMaxOutput bytes at most. Fails with
    /// `fault` for memory that is not there, with `bad_argument` for a division by zero and for too many operations,
    /// and as VcpuContext::read_register() does. Allocates nothing unless it prints or fails.
    [[nodiscard]] Expected<std::uint64_t> evaluate(emulator::VcpuContext& context, std::string& output) const;

    /// Whether each evaluation that succeeds leaves a value.
    [[nodiscard]] bool has_result() const { return program_.has_result; }
    /// What it weighs: bytes of bytecode.
    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    AgentExpression(AgentProgram program, std::size_t size) : program_(std::move(program)), size_(size) {}

    AgentProgram program_;
    std::size_t size_;
};

}  // namespace hvgdb::gdbserver
