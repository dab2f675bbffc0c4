// SPDX-License-Identifier: GPL-2.0-or-later
// Signals that wait for a thread or its process (struct sigpending, include/linux/signal_types.h).
#pragma once

#include <cstdint>
#include <optional>

#include "emulator/machine.hpp"
#include "emulator/types.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/task_facts.hpp"

namespace hvgdb::osi {

/// Linux's last (include/uapi/asm-generic/signal.h _NSIG).
inline constexpr unsigned kLastSignal = 64;

/// Changes them through a paused machine. A vCPU that stands inside the few instructions with which the kernel itself
/// changes the same set may undo that.
class PendingSignals {
  public:
    /// All must outlive it. `translate`: the kernel's own page tables.
    PendingSignals(emulator::Machine& machine, const KernelTranslation& translate, const KernelMemory& kernel)
        : machine_(machine), translate_(translate), kernel_(kernel) {}

    /// See Os::raise_signal(). `not_found` for a kernel thread and for what has ended. A thread that sleeps has a
    /// signal now, so until it wakes up by itself the kernel does not wake it for further ones either, but for SIGKILL
    /// (kernel/signal.c wants_signal()).
    [[nodiscard]] Expected<void> raise(VirtAddr task, unsigned number) const;
    /// See Os::discard_signal(). Of several of one number the first is taken back. What the kernel has noted about it
    /// (struct sigqueue) leaves the list, as with list_del_init(), but is not freed: 80 bytes, and one off its user's
    /// RLIMIT_SIGPENDING; a timer's is its own, and used again.
    [[nodiscard]] Expected<void> discard(VirtAddr task, unsigned number) const;

  private:
    /// One struct sigpending.
    struct Queue {
        VirtAddr set;
        VirtAddr list;
        std::uint64_t bits = 0;
    };
    [[nodiscard]] std::optional<Queue> queue(VirtAddr object, Field set, Field list) const;
    [[nodiscard]] Expected<void> take_from(const Queue& queue, unsigned number) const;

    emulator::Machine& machine_;
    const KernelTranslation& translate_;
    const KernelMemory& kernel_;
};

}  // namespace hvgdb::osi
