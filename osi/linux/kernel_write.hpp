// SPDX-License-Identifier: GPL-2.0-or-later
// Changing the kernel's own memory.
#pragma once

#include <span>

#include "emulator/machine.hpp"
#include "emulator/types.hpp"
#include "osi/linux/task_facts.hpp"

namespace hvgdb::osi {

struct KernelWrite {
    VirtAddr address;
    Bytes bytes;
};

/// In this order, through a paused machine. `translate`: the kernel's own page tables. `fault`, and nothing is written,
/// when any of it is not mapped.
[[nodiscard]] Expected<void> write_kernel(emulator::Machine& machine, const KernelTranslation& translate,
                                          std::span<const KernelWrite> writes);

}  // namespace hvgdb::osi
