// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's lists of processes and threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "emulator/types.hpp"
#include "osi/linux/kernel_list.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

/// More are not looked at: of processes, and of a process's threads. (Linux itself allows 4 Mi of both together; its
/// default limit of ids is 32 Ki.)
inline constexpr std::size_t kMostTasks = std::size_t{64} * 1024;

/// The leaders of all thread groups but the swapper's, `init_task` itself: processes and kernel threads, in the order
/// of their start. `fault` when not even the list's head can be read.
[[nodiscard]] Expected<KernelList> process_leaders(const KernelMemory& kernel, VirtAddr init_task);

/// The threads of a process, its leader first, then in the kernel's order, which is that of their start. At least the
/// leader.
[[nodiscard]] KernelList threads_of(const KernelMemory& kernel, VirtAddr leader, std::size_t limit = kMostTasks);

/// The task of an id, which may be a process's or a thread's, as the root pid namespace counts. Id 0 is `init_task`.
/// `not_found` when there is none, or when the lists are torn and it is not in what could be read.
[[nodiscard]] Expected<VirtAddr> find_task(const KernelMemory& kernel, VirtAddr init_task, ThreadId tid);

/// The swapper of a CPU, which is in no list. `run_queue` is the CPU's own copy of `runqueues`.
[[nodiscard]] std::optional<VirtAddr> idle_task(const KernelMemory& kernel, VirtAddr run_queue);

}  // namespace hvgdb::osi
