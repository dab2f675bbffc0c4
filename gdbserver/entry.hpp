// SPDX-License-Identifier: GPL-2.0-or-later
// What a client finds where it connects.
#pragma once

#include <string>
#include <string_view>

#include "emulator/types.hpp"
#include "osi/os.hpp"

namespace hvgdb::gdbserver {

/// Of one address that the server listens on.
struct Entry {
    std::string process;  ///< what is attached: a process by its id or name; empty: the whole machine
    /// Always that process and nothing else, thread ids without processes: for clients that know one process only.
    bool single = false;
};

/// A process by its id, by the name of its program's file or by its command name, in this order; of several with the
/// name the one that started first. `not_found` in words.
[[nodiscard]] Expected<osi::ProcessId> find_process(osi::Os& os, std::string_view wanted);
/// The same, without ids.
[[nodiscard]] Expected<osi::ProcessId> find_process_by_name(osi::Os& os, std::string_view wanted);

}  // namespace hvgdb::gdbserver
