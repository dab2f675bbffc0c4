// SPDX-License-Identifier: GPL-2.0-or-later
// The user registers of a thread that a vCPU runs, in user mode or in the kernel.
#pragma once

#include "emulator/types.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/kernel_stack.hpp"
#include "osi/linux/per_cpu.hpp"
#include "osi/linux/register_home.hpp"
#include "osi/os.hpp"
#include "osi/x86_vcpu_state.hpp"

namespace hvgdb::osi {

/// A thread and the vCPU that runs it.
struct RunningThread {
    VirtAddr task;
    unsigned cpu = 0;  ///< Linux's number
    X86VcpuState vcpu;
};

/// `not_found` for kernel threads; `unsupported` in the few instructions where nobody can tell (register_home.hpp).
/// `xsave` is there only when the vCPU's own x87, SSE and AVX registers are not the thread's: while the kernel uses
/// them itself, or has not loaded them yet. `frame` is there only when writing to it changes the registers that the
/// thread will have.
[[nodiscard]] Expected<UserRegisters> running_user_registers(const KernelMemory& kernel, const PerCpu& cpus,
                                                             const RegisterLocator& locator, const KernelStack& stack,
                                                             const RunningThread& thread, bool with_xsave);

/// Whether the x87, SSE and AVX registers of a CPU are those of its thread, as they always are in user mode.
[[nodiscard]] bool fpu_is_loaded(const KernelMemory& kernel, const PerCpu& cpus, const RunningThread& thread);

}  // namespace hvgdb::osi
