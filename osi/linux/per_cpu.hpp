// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel keeps once for each CPU.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "emulator/types.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/kernel_symbols.hpp"
#include "osi/x86_vcpu_state.hpp"

namespace hvgdb::osi {

/// CPUs have Linux's numbers here, which need not be those of the vCPUs. A copy of a per-CPU variable is at
/// __per_cpu_offset[cpu] + symbol, modulo 2^64, whichever form the symbol has. The offset is also the CPU's kernel GS
/// base (arch/x86/kernel/setup_percpu.c). A kernel without SMP has one CPU and no offsets.
class PerCpu {
  public:
    /// Reads the offsets, once. `kernel` must outlive it.
    PerCpu(const KernelMemory& kernel, const KernelSymbols& symbols);

    /// How many CPUs Linux may have at most (nr_cpu_ids), bounded.
    [[nodiscard]] unsigned count() const { return static_cast<unsigned>(offsets_.size()); }
    /// A CPU's copy of a variable. Nothing when there is no such CPU or symbol.
    [[nodiscard]] std::optional<VirtAddr> place(unsigned cpu, KernelSymbol symbol) const;

    /// The task that a CPU runs.
    [[nodiscard]] std::optional<VirtAddr> current_task(unsigned cpu) const;
    /// Where the stack of the task that a CPU runs begins, which is behind the saved user registers.
    [[nodiscard]] std::optional<VirtAddr> top_of_stack(unsigned cpu) const;
    /// Behind the stack onto which interrupts and exceptions from user mode come first (TSS.RSP0).
    [[nodiscard]] std::optional<VirtAddr> entry_stack_end(unsigned cpu) const;
    /// Where entry_SYSCALL_64 keeps the user's stack pointer for a moment.
    [[nodiscard]] std::optional<std::uint64_t> syscall_scratch(unsigned cpu) const;
    /// Whose struct fpu is in the processor's registers, if anyone's (arch/x86/kernel/fpu/context.h).
    [[nodiscard]] std::optional<VirtAddr> fpu_owner(unsigned cpu) const;

    /// Which CPU a vCPU is: the kernel's GS base is in one of its two base registers, in `gs_base` while the kernel
    /// runs, but for the first and last few instructions of it. Nothing when neither is known, as before the kernel has
    /// set it up.
    [[nodiscard]] std::optional<unsigned> cpu_of(const X86VcpuState& vcpu) const;
    /// Whether a GS base is the kernel's own on that CPU.
    [[nodiscard]] bool is_base_of(unsigned cpu, std::uint64_t gs_base) const {
        return cpu < offsets_.size() && offsets_[cpu] == gs_base;
    }

    /// Of any CPU.
    [[nodiscard]] bool is_any_base(std::uint64_t gs_base) const { return with_offset(gs_base).has_value(); }

  private:
    [[nodiscard]] std::optional<unsigned> with_offset(std::uint64_t base) const;
    [[nodiscard]] std::optional<VirtAddr> pointer(unsigned cpu, KernelSymbol symbol, std::uint64_t offset) const;
    [[nodiscard]] std::optional<VirtAddr> pointer(unsigned cpu, KernelSymbol symbol, Field field) const;

    const KernelMemory& kernel_;
    KernelSymbols symbols_;
    std::vector<std::uint64_t> offsets_;
};

}  // namespace hvgdb::osi
