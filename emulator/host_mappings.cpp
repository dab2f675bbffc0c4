// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/host_mappings.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "emulator/hex.hpp"

namespace hvgdb::emulator {

HostMappings HostMappings::of_this_process() {
    std::ifstream file("/proc/self/maps");
    return HostMappings(std::string(std::istreambuf_iterator<char>(file), {}));
}

HostMappings::HostMappings(std::string_view maps) {
    while (!maps.empty()) {
        const std::string_view line = maps.substr(0, maps.find('\n'));
        maps.remove_prefix(std::min(line.size() + 1, maps.size()));
        const std::size_t dash = line.find('-');
        const std::size_t space = line.find(' ');
        if (dash == std::string_view::npos || space == std::string_view::npos || dash > space) {
            continue;
        }
        const auto start = parse_hex(line.substr(0, dash));
        const auto end = parse_hex(line.substr(dash + 1, space - dash - 1));
        if (!start || !end || *start >= *end || line.substr(space + 1, 1) != "r") {
            continue;
        }
        if (!ranges_.empty() && ranges_.back().end == *start) {
            ranges_.back().end = *end;
        } else {
            ranges_.push_back({*start, *end});
        }
    }
}

bool HostMappings::readable(std::uint64_t address, std::uint64_t size) const {
    return std::ranges::any_of(ranges_, [&](const Range& range) {
        return address >= range.start && address < range.end && size <= range.end - address;
    });
}

}  // namespace hvgdb::emulator
