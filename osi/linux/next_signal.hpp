// SPDX-License-Identifier: GPL-2.0-or-later
// Which of the signals that wait for a thread the kernel takes first.
#pragma once

#include <optional>

#include "emulator/types.hpp"
#include "osi/events.hpp"
#include "osi/linux/kernel_memory.hpp"

namespace hvgdb::osi {

/// As get_signal() in kernel/signal.c: first those that an instruction of the thread itself has caused, then the
/// thread's own, then its process's, each time the synchronous ones before the others and the lowest number before the
/// higher, without those that the thread blocks. Nothing when none waits, when SIGKILL is the next, and when the
/// process is ending or another thread of it calls exec.
[[nodiscard]] std::optional<event::Signal> next_signal(const KernelMemory& kernel, VirtAddr task);

}  // namespace hvgdb::osi
