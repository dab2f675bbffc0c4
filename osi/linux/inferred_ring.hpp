// SPDX-License-Identifier: GPL-2.0-or-later
// The first steps of inferring a kernel's layout: from a name to the list of all processes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "osi/linux/kernel_image.hpp"
#include "osi/memory_reader.hpp"

namespace hvgdb::osi {

/// All processes, init_task first, then in the order of their start. Offsets are counted from the start of task_struct.
struct TaskRing {
    std::vector<VirtAddr> tasks;
    std::size_t kthreadd = 0;  ///< its index
    std::uint64_t list_offset = 0;
    std::uint64_t name_offset = 0;
    std::uint64_t leader_offset = 0;  ///< of group_leader
};

/// Nothing unless exactly one place is right.
[[nodiscard]] std::optional<TaskRing> find_task_ring(const MemoryReader& kernel, std::span<const ImageRange> image);

/// At most 128 of them: those that started first, which are the kernel's, and those that started last.
[[nodiscard]] std::vector<VirtAddr> sample_of(std::span<const VirtAddr> tasks);

}  // namespace hvgdb::osi
