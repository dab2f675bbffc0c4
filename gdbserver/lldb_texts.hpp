// SPDX-License-Identifier: GPL-2.0-or-later
// Texts of replies that only lldb asks for (https://lldb.llvm.org/resources/lldbgdbremote.html).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gdbserver/debuggee.hpp"
#include "gdbserver/inferior.hpp"
#include "gdbserver/session.hpp"
#include "osi/os.hpp"

namespace hvgdb::gdbserver {

/// qHostInfo. `architecture` as target descriptions name it; nothing for one that we have no triple for.
[[nodiscard]] std::optional<std::string> lldb_host_info(std::string_view architecture, bool linux_guest);
/// qProcessInfo
[[nodiscard]] std::string lldb_process_info(const osi::Process& process);
/// qMemoryRegionInfo: the mapping at `address`, or the gap around it, the last of which ends at 2^64 - 1.
[[nodiscard]] std::string lldb_memory_region(std::span<const osi::Mapping> mappings, VirtAddr address);

/// What a stop reply says more for lldb: the thread's name and why it stopped, and with QListThreadsInStopReply the
/// inferior's threads and their program counters, as far as there are not too many of them.
[[nodiscard]] std::string lldb_stop_keys(const Stopped& stopped, const Session& session, Inferior& inferior);
/// jThreadsInfo: the inferior's threads; at most so many that they fit a packet.
[[nodiscard]] std::string lldb_threads(const std::optional<Stopped>& stopped, Inferior& inferior);

}  // namespace hvgdb::gdbserver
