// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <vector>

#include "monitor/os_reports.hpp"
#include "monitor/process_words.hpp"
#include "monitor/reports.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {

Expected<std::string> thread_report(osi::Os& os, osi::ProcessId pid, VcpuId vcpu,
                                    std::optional<osi::ThreadId> selected) {
    const auto threads = os.threads(pid);
    if (!threads) {
        return std::unexpected(threads.error());
    }
    std::vector<std::vector<std::string>> rows{{"", "tid", "vCPU", "last cpu", "name", "task", "state"}};
    for (const auto& thread : *threads) {
        rows.push_back({(selected ? thread.tid == *selected : thread.vcpu == vcpu) ? "*" : "",
                        std::to_string(thread.tid), thread.vcpu ? std::to_string(thread.vcpu->index) : "-",
                        number_or_dash(thread.cpu), short_name(thread.command), hex_text(thread.task.value),
                        state_text(thread.state)});
    }
    return table(rows, {.align = "lrrr"});
}

}  // namespace hvgdb::monitor
