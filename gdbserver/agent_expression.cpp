// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/agent_expression.hpp"

#include "gdbserver/agent_machine.hpp"

namespace hvgdb::gdbserver {

Expected<AgentExpression> AgentExpression::parse(std::span<const std::byte> bytecode,
                                                 const emulator::TargetDescription& description, bool compat) {
    auto program = AgentProgram::parse(bytecode, description, compat);
    if (!program) {
        return std::unexpected(std::move(program.error()));
    }
    return AgentExpression(std::move(*program), bytecode.size());
}

Expected<std::uint64_t> AgentExpression::evaluate(emulator::VcpuContext& context, std::string& output) const {
    return AgentMachine(program_, context, output).run(kMaxOperations);
}

}  // namespace hvgdb::gdbserver
