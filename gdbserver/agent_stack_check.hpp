// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "gdbserver/agent_program.hpp"

namespace hvgdb::gdbserver {

/// Checks what AgentProgram promises of its stack and of its ways, and sets has_result. Indices must be in range.
[[nodiscard]] Expected<void> check_agent_stack(AgentProgram& program);

}  // namespace hvgdb::gdbserver
