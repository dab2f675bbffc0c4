// SPDX-License-Identifier: GPL-2.0-or-later
// Where the user registers of the thread are that a vCPU runs.
#pragma once

#include <cstdint>
#include <optional>

#include "emulator/types.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/kernel_symbols.hpp"
#include "osi/linux/per_cpu.hpp"
#include "osi/x86_vcpu_state.hpp"

namespace hvgdb::osi {

struct RegisterHome {
    enum class Kind : std::uint8_t {
        vcpu,            ///< the thread runs user code: in the vCPU itself
        saved_frame,     ///< in the struct pt_regs at `frame`
        partial_frame,   ///< the kernel is just filling the one at `frame`: what lies at `filled_from` and above is
                         ///< there, the rest still in the vCPU
        syscall,         ///< SYSCALL was just done: all in the vCPU, rip in rcx, eflags in r11, and rsp perhaps already
                         ///< in the CPU's scratch word
        compat_syscall,  ///< the same of a 32-bit program, rsp perhaps already in r8
        unknown,         ///< nobody can tell
    };
    Kind kind = Kind::unknown;
    VirtAddr frame{};
    VirtAddr filled_from{};
    bool stack_switched = false;  ///< with syscall and compat_syscall: rsp is not the user's any more
    bool rdi_in_vcpu = false;     ///< with partial_frame: a return address is in rdi's place
    bool interruption = false;    ///< orig_rax's place holds a vector or an error code still
    /// The frame is the final one on the task's own stack, from which the kernel will return: worth writing to.
    bool final = false;
};

/// The kernel's entry code (arch/x86/entry/entry_64.S, entry_64_compat.S, calling.h) works like this, from 5.10 to 7.x:
/// * SYSCALL saves nothing in memory. entry_SYSCALL_64 exchanges the GS bases, keeps rsp in the TSS, takes rsp for a
///   scratch register to switch page tables, then pushes the frame on the task's stack.
/// * Interrupts and exceptions from user mode push the frame's upper five words on the CPU's entry stack, error_entry
///   the rest, and sync_regs() copies it to the task's stack.
/// * int 0x80 had an entry of its own before 6.7, which begins on the entry stack and goes on on the task's.
/// * #DB and #MC from user mode begin on a stack of their own, in whole pages, and go on like exceptions.
/// * On the way out the kernel pops the frame without changing it, interrupts off: it stays right until user mode.
///
/// Unknown: SYSENTER until its frame is whole, since the processor has forgotten rip and rsp (the kernel puts them into
/// the frame in do_SYSENTER_32() and do_fast_syscall_32(); in the few instructions before it has 0 there); NMI while it
/// copies its frame. Not covered: exceptions that the kernel's own IRET raises. FRED, which QEMU's TCG lacks, needs
/// none of this.
class RegisterLocator {
  public:
    /// They must outlive it. `frame` in all below is where the task's saved registers belong, KernelStack::frame().
    RegisterLocator(const KernelMemory& kernel, const KernelSymbols& symbols, const PerCpu& cpus);

    /// `cpu` is PerCpu::cpu_of(vcpu), and the task is the one it runs.
    [[nodiscard]] RegisterHome find(const X86VcpuState& vcpu, unsigned cpu, VirtAddr frame) const;

  private:
    struct Frame {
        VirtAddr start;
        VirtAddr end;
    };

    [[nodiscard]] RegisterHome in_entry_code(const X86VcpuState& vcpu, unsigned cpu, const Frame& own) const;
    [[nodiscard]] std::optional<RegisterHome> after_syscall(const X86VcpuState& vcpu) const;
    [[nodiscard]] RegisterHome on_own_stack(const X86VcpuState& vcpu, const Frame& own,
                                            const std::optional<Frame>& entry) const;
    [[nodiscard]] RegisterHome on_entry_stack(const X86VcpuState& vcpu, const Frame& own, const Frame& entry) const;
    [[nodiscard]] RegisterHome on_other_stack(const X86VcpuState& vcpu, const Frame& own) const;
    [[nodiscard]] RegisterHome arriving(const X86VcpuState& vcpu, const Frame& frame) const;
    [[nodiscard]] Frame frame_below(VirtAddr end) const;
    [[nodiscard]] std::optional<Frame> entry_frame(unsigned cpu) const;
    [[nodiscard]] bool within(std::uint64_t rip, KernelSymbol first, KernelSymbol last) const;
    [[nodiscard]] bool within(std::uint64_t rip, KernelSymbol start, std::uint64_t size) const;
    [[nodiscard]] bool is_leaving(std::uint64_t rip) const;
    [[nodiscard]] bool is_handling_interruption(std::uint64_t rip) const;
    [[nodiscard]] std::optional<RegisterHome> at_syscall(RegisterHome::Kind kind, std::uint64_t rip,
                                                         KernelSymbol entry) const;

    const KernelMemory& kernel_;
    const KernelSymbols& symbols_;
    const PerCpu& cpus_;
};

}  // namespace hvgdb::osi
