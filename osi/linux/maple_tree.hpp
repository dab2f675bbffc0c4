// SPDX-License-Identifier: GPL-2.0-or-later
// Maple trees (include/linux/maple_tree.h), in which Linux 6.1 and later keep the memory areas of a process.
#pragma once

#include <cstdint>
#include <vector>

#include "osi/linux/kernel_memory.hpp"

namespace hvgdb::osi {

struct MapleEntry {
    std::uint64_t first = 0;
    std::uint64_t last = 0;  ///< included
    std::uint64_t value = 0;
    friend bool operator==(const MapleEntry&, const MapleEntry&) = default;
};

struct MapleEntries {
    std::vector<MapleEntry> entries;  ///< in the order of their ranges, which do not overlap
    /// False: something could not be read, was just being replaced, made no sense or was too much.
    bool complete = true;
};

/// Every entry of the tree (struct maple_tree) at `tree` that is neither empty nor one of the reserved values, at most
/// 131,072 nodes and entries.
[[nodiscard]] MapleEntries maple_entries(const KernelMemory& kernel, VirtAddr tree);

}  // namespace hvgdb::osi
