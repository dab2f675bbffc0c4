// SPDX-License-Identifier: GPL-2.0-or-later
// What `help` says, out of the table of commands.
#pragma once

#include <string>

#include "monitor/command_table.hpp"

namespace hvgdb::monitor {

/// All commands, a line each.
[[nodiscard]] std::string help_overview();
/// One command: how it is written, what it does, an example.
[[nodiscard]] std::string help_topic(const CommandSpec& command);

}  // namespace hvgdb::monitor
