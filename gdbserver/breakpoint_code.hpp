// SPDX-License-Identifier: GPL-2.0-or-later
// What a breakpoint does by itself when it is hit.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gdbserver/agent_expression.hpp"
#include "gdbserver/commands.hpp"

namespace hvgdb::gdbserver {

struct BreakpointCode {
    std::vector<AgentExpression> conditions;  ///< one that holds is enough; none: always
    std::vector<AgentExpression> commands;    ///< run when the condition holds
    bool persist = false;  ///< the client wants the commands to outlive its connection; no breakpoint does

    /// Fails as AgentExpression::parse(). A condition that is only `unsupported` makes a breakpoint without commands
    /// unconditional: gdb evaluates conditions once more when it is told of a stop.
    [[nodiscard]] static Expected<BreakpointCode> parse(const cmd::InsertPoint& packet,
                                                        const emulator::TargetDescription& description, bool compat);

    /// Bytes of bytecode.
    [[nodiscard]] std::size_t size() const;
    /// A condition that cannot be evaluated holds.
    [[nodiscard]] bool holds(emulator::VcpuContext& context) const;
    /// What they print, or why they failed.
    [[nodiscard]] std::string run_commands(emulator::VcpuContext& context) const;
};

}  // namespace hvgdb::gdbserver
