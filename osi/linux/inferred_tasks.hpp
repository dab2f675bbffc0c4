// SPDX-License-Identifier: GPL-2.0-or-later
// Inferring the members of task_struct.
#pragma once

#include <vector>

#include "osi/linux/inferred_ring.hpp"
#include "osi/linux/layout.hpp"
#include "osi/memory_reader.hpp"

namespace hvgdb::osi {

/// Sets what the ring itself tells, and pid, tgid, real_parent, mm, active_mm, flags and stack. For `stack`, the layout
/// must know pt_regs.
void infer_task_members(const MemoryReader& kernel, const TaskRing& ring, Layout& layout);

/// The mm_structs of a sample of the processes, each once. Empty while task_struct.mm is unknown.
[[nodiscard]] std::vector<VirtAddr> sample_of_address_spaces(const MemoryReader& kernel, const TaskRing& ring,
                                                             const Layout& layout);

}  // namespace hvgdb::osi
