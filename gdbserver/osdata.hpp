// SPDX-License-Identifier: GPL-2.0-or-later
// The tables of gdb's `info os` (GDB manual, "Operating System Information" and "General Query Packets",
// qXfer:osdata:read).
#pragma once

#include <string>
#include <string_view>

#include "emulator/types.hpp"
#include "osi/os.hpp"

namespace hvgdb::gdbserver {

/// The document of one table: "" (which tables there are), "processes", "threads", "files" or "modules". `not_found`
/// for any other. At most some 16 MiB: rows above that are left out.
[[nodiscard]] Expected<std::string> osdata_document(osi::Os& os, std::string_view table);

}  // namespace hvgdb::gdbserver
