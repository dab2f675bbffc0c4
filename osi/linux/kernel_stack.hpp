// SPDX-License-Identifier: GPL-2.0-or-later
// Where on a task's kernel stack its user registers are.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "emulator/types.hpp"
#include "osi/linux/kernel_memory.hpp"

namespace hvgdb::osi {

/// A task and where its stack begins, as its CPU keeps it.
struct StackTop {
    VirtAddr task;
    VirtAddr top;
};

/// On every entry from user mode the kernel puts the user's registers (struct pt_regs) in one place: at the very end of
/// the task's stack, below a padding that depends on the configuration: THREAD_SIZE - TOP_OF_KERNEL_STACK_PADDING -
/// sizeof(struct pt_regs) behind task_struct.stack (arch/x86/include/asm/processor.h task_pt_regs()). Neither number is
/// in the kernel's types.
class KernelStack {
  public:
    /// `end`: from the start of a stack to behind the saved registers, THREAD_SIZE without the padding.
    explicit KernelStack(std::uint64_t end) : end_(end) {}

    /// From what the CPUs say, and, when that is missing or wrong, from trying sizes and paddings; what the saved
    /// registers of most of these tasks look right with is taken. Give a few user processes, pid 1 among them. Nothing
    /// when none fits. Without any user process the CPUs' word counts alone.
    [[nodiscard]] static std::optional<KernelStack> find(const KernelMemory& kernel, std::span<const StackTop> tops,
                                                         std::span<const VirtAddr> tasks);

    [[nodiscard]] std::uint64_t end() const { return end_; }
    /// Where a task's saved registers are; nothing when it has no stack any more, as a zombie.
    [[nodiscard]] std::optional<VirtAddr> frame(const KernelMemory& kernel, VirtAddr task) const;

  private:
    std::uint64_t end_;
};

}  // namespace hvgdb::osi
