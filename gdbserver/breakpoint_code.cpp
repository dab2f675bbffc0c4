// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/breakpoint_code.hpp"

#include <algorithm>
#include <span>

#include "emulator/hex.hpp"

namespace hvgdb::gdbserver {

namespace {

Expected<std::vector<AgentExpression>> parse_all(std::span<const Bytes> bytecodes,
                                                 const emulator::TargetDescription& description, bool compat) {
    std::vector<AgentExpression> expressions;
    for (const auto& bytecode : bytecodes) {
        auto expression = AgentExpression::parse(bytecode, description, compat);
        if (!expression) {
            return std::unexpected(std::move(expression.error()));
        }
        expressions.push_back(std::move(*expression));
    }
    return expressions;
}

std::size_t size_of(std::span<const AgentExpression> expressions) {
    std::size_t size = 0;
    for (const auto& expression : expressions) {
        size += expression.size();
    }
    return size;
}

}  // namespace

Expected<BreakpointCode> BreakpointCode::parse(const cmd::InsertPoint& packet,
                                               const emulator::TargetDescription& description, bool compat) {
    auto conditions = parse_all(packet.conditions, description, compat);
    if (!conditions && conditions.error().code == Errc::unsupported && packet.commands.empty()) {
        conditions = std::vector<AgentExpression>{};
    }
    auto commands = parse_all(packet.commands, description, compat);
    if (!conditions || !commands) {
        return std::unexpected(!conditions ? conditions.error() : commands.error());
    }
    if (!std::ranges::all_of(*conditions, &AgentExpression::has_result)) {
        return fail(Errc::bad_argument, "a condition without a result");
    }
    return BreakpointCode{
        .conditions = std::move(*conditions), .commands = std::move(*commands), .persist = packet.persist};
}

std::size_t BreakpointCode::size() const {
    return size_of(conditions) + size_of(commands);
}

bool BreakpointCode::holds(emulator::VcpuContext& context) const {
    std::string unused;
    return conditions.empty() || std::ranges::any_of(conditions, [&](const AgentExpression& condition) {
               return condition.evaluate(context, unused).value_or(1) != 0;
           });
}

std::string BreakpointCode::run_commands(emulator::VcpuContext& context) const {
    std::string output;
    for (const auto& command : commands) {
        if (const auto result = command.evaluate(context, output); !result) {
            output += "The breakpoint's commands at 0x" + hex_number(context.pc().value) +
                      " failed: " + result.error().detail + ".\n";
        }
    }
    return output;
}

}  // namespace hvgdb::gdbserver
