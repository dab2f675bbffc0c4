// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/agent_stack_check.hpp"

#include <optional>

#include "gdbserver/agent_opcode.hpp"

namespace hvgdb::gdbserver {

namespace {

/// Follows each way through the program once.
class StackCheck {
  public:
    explicit StackCheck(AgentProgram& program) : program_(program), depths_(program.operations.size()) {}

    [[nodiscard]] Expected<void> run() {
        program_.has_result = true;
        if (auto entered = enter(0, 0); !entered) {
            return entered;
        }
        while (!open_.empty()) {
            const auto at = open_.back();
            open_.pop_back();
            if (auto left = leave(at); !left) {
                return left;
            }
        }
        return {};
    }

  private:
    [[nodiscard]] AgentStackUse use_of(const AgentOperation& operation) const {
        switch (operation.action) {
            case AgentAction::pick:
                return {.needs = operation.value + 1, .leaves = operation.value + 2};
            case AgentAction::print:
                return {.needs = operation.value + 2, .leaves = 0};
            default:
                return stack_use_of(operation.action);
        }
    }

    [[nodiscard]] Expected<void> enter(std::size_t at, std::size_t depth) {
        if (at >= depths_.size()) {
            return fail(Errc::bad_argument, "agent bytecode without an end");
        }
        auto& known = depths_[at];
        if (known && *known != depth) {
            return fail(Errc::bad_argument, "agent bytecode whose ways leave different stacks");
        }
        if (!known) {
            known = depth;
            open_.push_back(at);
        }
        return {};
    }

    [[nodiscard]] Expected<void> leave(std::size_t at) {
        const auto& operation = program_.operations[at];
        const auto use = use_of(operation);
        const auto before = depths_[at].value_or(0);
        if (before < use.needs) {
            return fail(Errc::bad_argument, "agent bytecode takes more from its stack than is there");
        }
        const auto after = before - use.needs + use.leaves;
        if (after > AgentProgram::kMaxDepth) {
            return fail(Errc::bad_argument, "agent bytecode needs too large a stack");
        }
        if (operation.action == AgentAction::end) {
            program_.has_result = program_.has_result && after != 0;
            return {};
        }
        const bool jumps = operation.action == AgentAction::jump || operation.action == AgentAction::jump_if;
        if (jumps) {
            if (auto entered = enter(operation.index, after); !entered) {
                return entered;
            }
        }
        return operation.action == AgentAction::jump ? Expected<void>{} : enter(at + 1, after);
    }

    AgentProgram& program_;
    std::vector<std::optional<std::size_t>> depths_;  ///< before each operation, once a way leads there
    std::vector<std::size_t> open_;                   ///< entered, not yet left
};

}  // namespace

Expected<void> check_agent_stack(AgentProgram& program) {
    return StackCheck(program).run();
}

}  // namespace hvgdb::gdbserver
