// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <vector>

#include "monitor/os_reports.hpp"
#include "monitor/process_words.hpp"
#include "monitor/text.hpp"

namespace hvgdb::monitor {

namespace {

std::uint64_t size_of(const osi::Mapping& mapping) {
    return mapping.end > mapping.start ? mapping.end.value - mapping.start.value : 0;
}

std::string rights_of(const osi::Mapping& mapping) {
    return {mapping.read ? 'r' : '-', mapping.write ? 'w' : '-', mapping.execute ? 'x' : '-',
            mapping.shared ? 's' : 'p'};
}

struct Sums {
    std::uint64_t all = 0;
    std::uint64_t executable = 0;
    std::uint64_t writable = 0;
    std::uint64_t heap = 0;
    std::uint64_t stack = 0;

    void add(const osi::Mapping& mapping) {
        const auto size = size_of(mapping);
        all += size;
        executable += mapping.execute ? size : 0;
        writable += mapping.write ? size : 0;
        heap += mapping.name == "[heap]" ? size : 0;
        stack += mapping.name == "[stack]" ? size : 0;
    }
};

}  // namespace

Expected<std::string> mapping_report(osi::Os& os, osi::ProcessId pid) {
    constexpr std::uint64_t kKib = 1024;
    const auto mappings = os.mappings(pid);
    if (!mappings) {
        return std::unexpected(mappings.error());
    }
    if (mappings->empty()) {
        return fmt::format("process {} has no memory of its own\n", pid);
    }
    std::vector<std::vector<std::string>> rows{{"start", "end", "mode", "KiB", "offset", "name"}};
    Sums sums;
    for (const auto& mapping : *mappings) {
        sums.add(mapping);
        rows.push_back({fmt::format("{:016x}", mapping.start.value), fmt::format("{:016x}", mapping.end.value),
                        rights_of(mapping), std::to_string(size_of(mapping) / kKib),
                        fmt::format("{:x}", mapping.offset), mapping.name});
    }
    return table(rows, {.align = "lllrr", .cut_front = true}) +
           fmt::format("{} mappings, {}: {} executable, {} writable\nheap {}, stack {}\n", mappings->size(),
                       size_text(sums.all), size_text(sums.executable), size_text(sums.writable), size_text(sums.heap),
                       size_text(sums.stack));
}

}  // namespace hvgdb::monitor
