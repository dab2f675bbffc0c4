// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>
#include <fmt/format.h>
#include <vector>

#include "monitor/os_reports.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

/// The low two bits of the flags, O_ACCMODE of include/uapi/asm-generic/fcntl.h.
std::string access_text(std::uint32_t flags) {
    constexpr std::array<const char*, 4> kAccess{"r", "w", "rw", "-"};
    return kAccess[flags & 3];
}

}  // namespace

Expected<std::string> file_report(osi::Os& os, osi::ProcessId pid) {
    const auto files = os.open_files(pid);
    if (!files) {
        return std::unexpected(files.error());
    }
    if (files->empty()) {
        return fmt::format("process {} has no open files\n", pid);
    }
    std::vector<std::vector<std::string>> rows{{"fd", "mode", "flags", "position", "name"}};
    for (const auto& file : *files) {
        rows.push_back({std::to_string(file.number), access_text(file.flags), fmt::format("0{:o}", file.flags),
                        std::to_string(file.position), file.name});
    }
    return table(rows, {.align = "rlrr", .cut_front = true});
}

}  // namespace hvgdb::monitor
