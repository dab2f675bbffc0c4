// SPDX-License-Identifier: GPL-2.0-or-later
// Where in the kernel a thread goes on that is on no vCPU.
#pragma once

#include "emulator/types.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

/// What __switch_to_asm() has pushed on the task's stack (struct inactive_task_frame, arch/x86/include/asm/switch_to.h;
/// task_struct.thread.sp points to it). rsp is what it will be when the frame is popped. `unsupported` when the
/// kernel's types lack them, `fault` when they cannot be read.
[[nodiscard]] Expected<SwitchedOutRegisters> read_switched_out(const KernelMemory& kernel, VirtAddr task);

}  // namespace hvgdb::osi
