// SPDX-License-Identifier: GPL-2.0-or-later
// Walking a ring of struct list_head (include/linux/types.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "emulator/types.hpp"
#include "osi/memory_reader.hpp"

namespace hvgdb::osi {

struct KernelList {
    std::vector<VirtAddr> objects;  ///< what holds the nodes, in the list's order, none twice
    /// False when the ring does not lead back to its head: it was torn or in the middle of a change, leads round in a
    /// circle, or has more than `limit` objects.
    bool complete = false;
};

/// `head` is a list_head of its own or one within an object; it is no element. Each node is `offset` bytes behind the
/// start of its object.
[[nodiscard]] KernelList walk_list(const MemoryReader& memory, VirtAddr head, std::uint64_t offset, std::size_t limit);

}  // namespace hvgdb::osi
