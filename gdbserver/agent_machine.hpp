// SPDX-License-Identifier: GPL-2.0-or-later
// Runs an agent program.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "gdbserver/agent_program.hpp"

namespace hvgdb::gdbserver {

/// One run; see AgentExpression::evaluate().
class AgentMachine {
  public:
    AgentMachine(const AgentProgram& program, emulator::VcpuContext& context, std::string& output)
        : program_(program), context_(context), output_(output) {}

    /// At most `limit` operations.
    [[nodiscard]] Expected<std::uint64_t> run(std::size_t limit);

  private:
    void push(std::uint64_t value) { stack_[depth_++] = value; }
    std::uint64_t pop() { return stack_[--depth_]; }
    [[nodiscard]] std::uint64_t& top() { return stack_[depth_ - 1]; }

    [[nodiscard]] Expected<void> execute(const AgentOperation& operation);
    void arrange(const AgentOperation& operation);
    void change_top(const AgentOperation& operation);
    [[nodiscard]] Expected<void> divide(AgentAction action);
    [[nodiscard]] Expected<void> read_memory(std::size_t size);
    [[nodiscard]] Expected<void> read_register(const AgentRegister& source);
    void print(const AgentFormat& format, std::size_t argument_count);

    const AgentProgram& program_;
    emulator::VcpuContext& context_;
    std::string& output_;
    std::array<std::uint64_t, AgentProgram::kMaxDepth> stack_;  // NOLINT: only what was pushed is read
    std::size_t depth_ = 0;
};

}  // namespace hvgdb::gdbserver
