// SPDX-License-Identifier: GPL-2.0-or-later
// The answers that are read off the guest's operating system. Server's thread only; what fails becomes an Error for the
// console to word. Strings of the guest may hold any bytes; none comes out as it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "emulator/machine.hpp"
#include "emulator/types.hpp"
#include "monitor/command.hpp"
#include "osi/events.hpp"
#include "osi/os.hpp"

namespace hvgdb::monitor {

/// Which kernel it is, how its structures were found, and what tells of `events` (null: not asked).
[[nodiscard]] Expected<std::string> os_report(osi::Os& os, osi::Events* events);

/// A row a process, or a tree of them.
[[nodiscard]] Expected<std::string> process_list(osi::Os& os, const cmd::ProcList& wanted);

/// The one that is asked for, else that which the vCPU runs. A vCPU that is idle runs none.
[[nodiscard]] Expected<osi::ProcessId> chosen_process(osi::Os& os, std::optional<osi::ProcessId> asked,
                                                      VcpuId selected);

/// A line a fact. What cannot be read is "unreadable" there.
[[nodiscard]] Expected<std::string> process_report(osi::Os& os, osi::ProcessId pid);

/// A row a thread; `thread`, or without it the one that `vcpu` runs, has a star.
[[nodiscard]] Expected<std::string> thread_report(osi::Os& os, osi::ProcessId pid, VcpuId vcpu,
                                                  std::optional<osi::ThreadId> thread);

/// A row a mapping, and sums.
[[nodiscard]] Expected<std::string> mapping_report(osi::Os& os, osi::ProcessId pid);

/// A row an open file.
[[nodiscard]] Expected<std::string> file_report(osi::Os& os, osi::ProcessId pid);

/// A row a module.
[[nodiscard]] Expected<std::string> module_report(osi::Os& os);

/// An address and its symbol. Registers are those of `selected`.
[[nodiscard]] Expected<std::string> symbol_report(osi::Os& os, emulator::Machine& machine, VcpuId selected,
                                                  const SymbolQuery& query);

}  // namespace hvgdb::monitor
