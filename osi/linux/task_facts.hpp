// SPDX-License-Identifier: GPL-2.0-or-later
// What a task_struct tells about a process or a thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "emulator/types.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

/// Where the kernel's own page tables have an address.
using KernelTranslation = std::function<std::optional<PhysAddr>(VirtAddr)>;

/// `leader` is the task of a thread group's leader.
[[nodiscard]] Process describe_process(const KernelMemory& kernel, VirtAddr leader, const KernelTranslation& translate);

/// All but `vcpu`.
[[nodiscard]] Thread describe_thread(const KernelMemory& kernel, VirtAddr task);

/// As /proc/PID/stat prints it: R S D T t X Z P I (include/linux/sched.h __task_state_index(), fs/proc/array.c).
/// `state` is task_struct's __state (before 5.14 state), `exit_state` its exit_state.
[[nodiscard]] char state_letter(std::uint64_t state, std::uint64_t exit_state);

/// From the root pid namespace inwards (struct pid). Empty for a task that has given its id back already.
[[nodiscard]] std::vector<ThreadId> namespace_ids(const KernelMemory& kernel, VirtAddr task);

/// Of a process whose last thread is just ending with `status`, as wait() will give it: its own when all threads were
/// ended at once (exit_group(2), a deadly signal), else the leader's (kernel/exit.c wait_task_zombie()).
[[nodiscard]] std::uint32_t process_status(const KernelMemory& kernel, VirtAddr last, std::uint32_t status);

[[nodiscard]] bool is_kernel_thread(const KernelMemory& kernel, VirtAddr task);

/// The mm_struct of a user process; nothing for a kernel thread, even while it borrows one, and for what has given its
/// memory back.
[[nodiscard]] std::optional<VirtAddr> user_memory(const KernelMemory& kernel, VirtAddr task);

/// The thread whose memory, files and folders are the process's: the leader, or, when it has ended before its other
/// threads, the first of those that has memory.
[[nodiscard]] VirtAddr living_thread(const KernelMemory& kernel, VirtAddr leader);

/// The page tables that an mm_struct has.
[[nodiscard]] std::optional<AddressSpace> page_tables(const KernelMemory& kernel, VirtAddr mm,
                                                      const KernelTranslation& translate);

/// Those that its user code runs with: the same, or with page-table isolation their twin. The tables themselves tell
/// which: where the kernel isolates them, its own copy forbids execution of all that is the user's, in the entries of
/// the uppermost table, which it never does else (arch/x86/mm/pti.c __pti_set_user_pgtbl()). Nothing while there is no
/// such entry, as when a program is just being started.
[[nodiscard]] std::optional<AddressSpace> user_page_tables(const KernelMemory& kernel, VirtAddr mm,
                                                           const KernelTranslation& translate);

/// Whether a process runs a 32-bit program. What tells it in every kernel, with no flag whose bit moves, is the copy of
/// the auxiliary vector: a 32-bit program's has pairs of 32-bit numbers, so that the first pair's value, which is not 0
/// (AT_SYSINFO or AT_HWCAP come first), is the upper half of the first 64-bit word, where a 64-bit program has the
/// zeros of a small type number (fs/binfmt_elf.c create_elf_tables(), fs/compat_binfmt_elf.c). True for x32 too.
[[nodiscard]] bool is_compat(const KernelMemory& kernel, VirtAddr mm);

/// Whether some CPU runs it just now; nothing without SMP.
[[nodiscard]] std::optional<bool> is_on_cpu(const KernelMemory& kernel, VirtAddr task);

/// Linux's number of the CPU it runs on or ran on last.
[[nodiscard]] std::optional<unsigned> last_cpu(const KernelMemory& kernel, VirtAddr task);

}  // namespace hvgdb::osi
