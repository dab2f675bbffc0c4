// SPDX-License-Identifier: GPL-2.0-or-later
// Where the kernel keeps a task's x87, SSE and AVX registers.
#pragma once

#include <cstdint>
#include <optional>

#include "emulator/types.hpp"
#include "osi/linux/kernel_memory.hpp"

namespace hvgdb::osi {

/// An area as XSAVE writes it (Intel SDM vol. 1, 13.4), in the standard or compacted format, or as FXSAVE does, on
/// processors that know no better (10.5.1).
struct FpuArea {
    VirtAddr address;
    std::uint64_t size = 0;  ///< bytes, 512 to 16384
};

/// The struct fpu of a task: a member of task_struct, or since 6.16 right behind it.
[[nodiscard]] std::optional<VirtAddr> find_fpu(const KernelMemory& kernel, VirtAddr task);

/// Holds the registers while the task runs on no CPU; what they are while it does, see PerCpu::fpu_owner(). Found as
/// fpu.fpstate->regs, or before 5.16 fpu.state, whose size is not told: without `with_xsave` (CR4.OSXSAVE) its first
/// 512 bytes. Parts that were in their initial state when they were saved are not written: the header's XSTATE_BV
/// tells them, and x86_xsave.hpp looks there.
[[nodiscard]] std::optional<FpuArea> find_fpu_area(const KernelMemory& kernel, VirtAddr task, bool with_xsave);

}  // namespace hvgdb::osi
