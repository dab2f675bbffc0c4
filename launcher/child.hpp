// SPDX-License-Identifier: GPL-2.0-or-later
// Programs that the launcher runs.
#pragma once

#include <string>
#include <vector>

#include "emulator/types.hpp"

namespace hvgdb::launcher {

/// Runs a program to its end, at most ten seconds, and returns what it printed (at most 64 KiB of it). Fails in one
/// line when it cannot be started or does not end well.
[[nodiscard]] Expected<std::string> run_and_read(const std::vector<std::string>& command);

/// Runs a program on this terminal to its end and returns its exit status, 128 + N when signal N ended it. Meanwhile
/// SIGTERM and SIGHUP are passed on, and SIGINT and SIGQUIT are the program's own business. It gets SIGTERM when this
/// process dies. Every descriptor without close-on-exec is its too.
[[nodiscard]] Expected<int> run_and_wait(const std::vector<std::string>& command);

}  // namespace hvgdb::launcher
