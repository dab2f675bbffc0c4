// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's /proc/PID, as Linux would print it (fs/proc), made of what Os tells.
#pragma once

#include <string>
#include <string_view>

#include "emulator/types.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

/// The text of a file below /proc/PID or /proc/PID/task/TID: auxv, cmdline, comm, coredump_filter, environ, maps,
/// smaps, stat, status. `path` is absolute, with nothing to be resolved in it. `not_found` for any other, and for a
/// process or thread that is not there; else the errors of Os. Numbers that nobody tells us are 0 in smaps and stat; in
/// status their lines are missing.
[[nodiscard]] Expected<std::string> proc_file(Os& os, std::string_view path);

/// What the link exe, cwd or root at the same places says. `not_found` for any other.
[[nodiscard]] Expected<std::string> proc_link(Os& os, std::string_view path);

}  // namespace hvgdb::osi
