// SPDX-License-Identifier: GPL-2.0-or-later
// The user registers of a thread that runs no user code now.
#pragma once

#include <cstdint>
#include <optional>

#include "emulator/types.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/kernel_stack.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

/// Of a task that is on no CPU. `not_found` for a kernel thread, and for a zombie, whose registers are gone with its
/// stack; `fault` when they cannot be read. `with_xsave`: CR4.OSXSAVE (bit 18), the same on all CPUs.
///
/// orig_rax tells a system call from an interruption: its lower half, as a signed number, is the call's number, or
/// negative. Entries by exceptions and interrupts put -1 there (arch/x86/entry/entry_64.S idtentry_body; before 5.8
/// interrupts put their vector's complement, which is negative too), and so does what shall not be restarted after a
/// signal. Here all of those are -1. The rule is the kernel's own (arch/x86/include/asm/syscall.h syscall_get_nr()).
///
/// Segment bases are those that the kernel kept when it switched away from the task. Where it keeps none, because the
/// processor lacks FSGSBASE and a segment register holds one of the task's TLS selectors, the base is in its
/// descriptor.
[[nodiscard]] Expected<UserRegisters> saved_user_registers(const KernelMemory& kernel, VirtAddr task,
                                                           const KernelStack& stack, bool with_xsave);

/// The part in a struct pt_regs: general registers, rip, eflags, cs, ss and orig_rax. Sets `frame`.
[[nodiscard]] bool read_frame(const KernelMemory& kernel, VirtAddr frame, UserRegisters& registers);

/// As described above: -1, or the number of a system call.
[[nodiscard]] std::uint64_t system_call_number(std::uint64_t orig_rax);

/// The bytes of the task's FPU area and where they are; leaves them absent when they cannot be read.
void read_fpu_area(const KernelMemory& kernel, VirtAddr task, bool with_xsave, UserRegisters& registers);

/// Where in a struct pt_regs the general registers are, as gdb numbers them.
[[nodiscard]] Field frame_field(std::size_t general);

}  // namespace hvgdb::osi
