// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/entry.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace hvgdb::gdbserver {

namespace {

std::string_view file_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

bool runs(osi::Os& os, const osi::Process& process, std::string_view wanted) {
    const auto path = os.executable(process.pid);
    return path && !path->empty() && (*path == wanted || file_name(*path) == wanted);
}

}  // namespace

Expected<osi::ProcessId> find_process(osi::Os& os, std::string_view wanted) {
    osi::ProcessId number = 0;
    const auto read = std::from_chars(wanted.begin(), wanted.end(), number);
    if (read.ec == std::errc() && read.ptr == wanted.end()) {
        return number;
    }
    return find_process_by_name(os, wanted);
}

Expected<osi::ProcessId> find_process_by_name(osi::Os& os, std::string_view wanted) {
    const auto all = os.processes();
    if (!all) {
        return std::unexpected(all.error());
    }
    auto found = std::ranges::find_if(*all, [&](const auto& process) { return runs(os, process, wanted); });
    if (found == all->end()) {
        found = std::ranges::find(*all, wanted, &osi::Process::command);
    }
    return found == all->end() ? fail(Errc::not_found, fmt::format("no process \"{}\" in the guest", wanted))
                               : Expected<osi::ProcessId>(found->pid);
}

}  // namespace hvgdb::gdbserver
