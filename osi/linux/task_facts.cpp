// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/task_facts.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

#include "emulator/hex.hpp"
#include "osi/linux/kernel_image.hpp"
#include "osi/linux/tasks.hpp"
#include "osi/x86_page_entry.hpp"

namespace hvgdb::osi {

namespace {

// include/linux/sched.h
constexpr std::uint64_t kStateReported = 0x7f;
constexpr std::uint64_t kStateUninterruptible = 0x2;
constexpr std::uint64_t kStateIdle = 0x402;  // uninterruptible, and no load
constexpr std::uint64_t kStateIdleReported = 0x80;
constexpr std::uint64_t kStateRtLockWait = 0x1000;
constexpr std::uint64_t kStateFrozen = 0x8000;
constexpr std::uint64_t kExitMask = 0x30;  // EXIT_DEAD, EXIT_ZOMBIE
constexpr std::uint64_t kFlagKernelThread = 0x00200000;
constexpr std::uint64_t kSignalGroupExit = 0x4;     // include/linux/sched/signal.h
constexpr std::uint64_t kDeepestPidNamespace = 32;  // include/linux/pid_namespace.h MAX_PID_NS_LEVEL

std::optional<std::uint32_t> number32(const KernelMemory& kernel, VirtAddr object, Field field) {
    const auto value = kernel.number(object, field);
    return value ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
}

std::optional<VirtAddr> object_at(const KernelMemory& kernel, VirtAddr object, Field field) {
    const auto target = kernel.pointer(object, field);
    return target && is_kernel_pointer(*target) ? target : std::nullopt;
}

std::optional<std::uint64_t> state_of(const KernelMemory& kernel, VirtAddr task) {
    return kernel.number(task, kernel.has(Field::task_state) ? Field::task_state : Field::task_state_long);
}

char state_letter_of(const KernelMemory& kernel, VirtAddr task) {
    const auto state = state_of(kernel, task);
    return state ? state_letter(*state, kernel.number(task, Field::task_exit_state).value_or(0)) : '?';
}

// A task without a struct pid is not alive any more, and /proc/PID/status gives it parent 0.
std::optional<ProcessId> parent_of(const KernelMemory& kernel, VirtAddr task) {
    const auto parent = object_at(kernel, task, Field::task_real_parent);
    return parent ? number32(kernel, *parent, Field::task_tgid) : std::nullopt;
}

/// That of a process which has ended as a whole.
std::optional<std::uint32_t> group_status(const KernelMemory& kernel, VirtAddr task) {
    const auto signal = object_at(kernel, task, Field::task_signal);
    const bool whole = signal && (kernel.number(*signal, Field::signal_flags).value_or(0) & kSignalGroupExit) != 0;
    return whole ? number32(kernel, *signal, Field::signal_group_exit_code) : std::nullopt;
}

// As wait() computes it (kernel/exit.c wait_task_zombie()).
std::optional<std::uint32_t> exit_code_of(const KernelMemory& kernel, VirtAddr task) {
    if ((kernel.number(task, Field::task_exit_state).value_or(0) & kExitMask) == 0) {
        return std::nullopt;
    }
    const auto status = group_status(kernel, task);
    return status ? status : number32(kernel, task, Field::task_exit_code);
}

// /proc/PID/status prints the objective credentials.
void add_credentials(const KernelMemory& kernel, VirtAddr task, Process& process) {
    const auto cred =
        object_at(kernel, task, kernel.has(Field::task_real_cred) ? Field::task_real_cred : Field::task_cred);
    if (!cred) {
        return;
    }
    process.uid = number32(kernel, *cred, Field::cred_uid);
    process.effective_uid = number32(kernel, *cred, Field::cred_euid);
    process.gid = number32(kernel, *cred, Field::cred_gid);
}

void add_memory(const KernelMemory& kernel, const KernelTranslation& translate, Process& process) {
    const auto mm = user_memory(kernel, living_thread(kernel, process.task));
    if (mm) {
        process.compat = is_compat(kernel, *mm);
        process.space = page_tables(kernel, *mm, translate);
        process.user_space = user_page_tables(kernel, *mm, translate);
    }
}

}  // namespace

char state_letter(std::uint64_t state, std::uint64_t exit_state) {
    constexpr std::string_view kLetters = "RSDTtXZPI";
    std::uint64_t reported = (state | exit_state) & kStateReported;
    if ((state & kStateIdle) == kStateIdle) {
        reported = kStateIdleReported;
    }
    if ((state & (kStateRtLockWait | kStateFrozen)) != 0) {
        reported = kStateUninterruptible;
    }
    return kLetters[static_cast<std::size_t>(std::bit_width(reported))];
}

std::vector<ThreadId> namespace_ids(const KernelMemory& kernel, VirtAddr task) {
    constexpr std::uint64_t kLargestEntry = 256;
    const auto pid = object_at(kernel, task, Field::task_thread_pid);
    const auto level = pid ? kernel.number(*pid, Field::pid_level) : std::nullopt;
    const auto stride = kernel.layout().size_of(Structure::upid);
    std::vector<ThreadId> ids;
    if (!level || *level > kDeepestPidNamespace || stride == 0 || stride > kLargestEntry ||
        !kernel.has(Field::pid_numbers)) {
        return ids;
    }
    for (std::uint64_t i = 0; i <= *level; ++i) {
        const VirtAddr entry{pid->value + kernel.layout()[Field::pid_numbers].offset + i * stride};
        const auto id = number32(kernel, entry, Field::upid_nr);
        if (!id) {
            return {};
        }
        ids.push_back(*id);
    }
    return ids;
}

std::uint32_t process_status(const KernelMemory& kernel, VirtAddr last, std::uint32_t status) {
    if (const auto whole = group_status(kernel, last)) {
        return *whole;
    }
    const auto leader = object_at(kernel, last, Field::task_group_leader);
    return leader && *leader != last ? number32(kernel, *leader, Field::task_exit_code).value_or(status) : status;
}

bool is_kernel_thread(const KernelMemory& kernel, VirtAddr task) {
    return (kernel.number(task, Field::task_flags).value_or(0) & kFlagKernelThread) != 0;
}

std::optional<VirtAddr> user_memory(const KernelMemory& kernel, VirtAddr task) {
    return is_kernel_thread(kernel, task) ? std::nullopt : object_at(kernel, task, Field::task_mm);
}

VirtAddr living_thread(const KernelMemory& kernel, VirtAddr leader) {
    const auto has_memory = [&](VirtAddr task) { return user_memory(kernel, task).has_value(); };
    if (is_kernel_thread(kernel, leader) || has_memory(leader)) {
        return leader;
    }
    // Those that have ended leave the list, but for the leader: one of the first lives, if any does.
    constexpr std::size_t kLookedAt = 16;
    const auto threads = threads_of(kernel, leader, kLookedAt);
    const auto found = std::ranges::find_if(threads.objects, has_memory);
    return found == threads.objects.end() ? leader : *found;
}

std::optional<AddressSpace> page_tables(const KernelMemory& kernel, VirtAddr mm, const KernelTranslation& translate) {
    const auto tables = object_at(kernel, mm, Field::mm_pgd);
    const auto root = tables ? translate(*tables) : std::nullopt;
    return root ? std::optional(AddressSpace{root->value}) : std::nullopt;
}

std::optional<AddressSpace> user_page_tables(const KernelMemory& kernel, VirtAddr mm,
                                             const KernelTranslation& translate) {
    constexpr std::size_t kUserHalf = 256;
    constexpr std::uint64_t kUsers = x86_entry::kPresent | x86_entry::kUser;
    std::array<std::byte, kUserHalf * x86_entry::kEntrySize> table{};
    const auto tables = object_at(kernel, mm, Field::mm_pgd);
    const auto space = page_tables(kernel, mm, translate);
    if (!space || !kernel.memory().fill(*tables, table)) {
        return std::nullopt;
    }
    bool any = false;
    for (std::size_t i = 0; i < kUserHalf; ++i) {
        const auto entry =
            load_little_endian(std::span(table).subspan(i * x86_entry::kEntrySize, x86_entry::kEntrySize));
        if ((entry & kUsers) == kUsers) {
            if ((entry & x86_entry::kExecuteDisable) != 0) {
                return isolation_twin(*space);
            }
            any = true;
        }
    }
    return any ? space : std::nullopt;
}

bool is_compat(const KernelMemory& kernel, VirtAddr mm) {
    const auto vector = kernel.place(mm, Field::mm_saved_auxv);
    return vector && kernel.memory().number(*vector, 8).value_or(0) >> 32 != 0;
}

std::optional<bool> is_on_cpu(const KernelMemory& kernel, VirtAddr task) {
    const auto running = kernel.number(task, Field::task_on_cpu);
    return running ? std::optional(*running != 0) : std::nullopt;
}

std::optional<unsigned> last_cpu(const KernelMemory& kernel, VirtAddr task) {
    return number32(kernel, task, kernel.has(Field::task_cpu) ? Field::task_cpu : Field::task_cpu_old);
}

Process describe_process(const KernelMemory& kernel, VirtAddr leader, const KernelTranslation& translate) {
    Process process;
    process.task = leader;
    process.pid = number32(kernel, leader, Field::task_tgid).value_or(0);
    process.parent = parent_of(kernel, leader);
    process.namespace_pids = namespace_ids(kernel, leader);
    process.command = kernel.text(leader, Field::task_comm).value_or("");
    process.state = state_letter_of(kernel, leader);
    process.kernel_thread = is_kernel_thread(kernel, leader);
    process.start_time = kernel.number(
        leader, kernel.has(Field::task_start_boottime) ? Field::task_start_boottime : Field::task_start_time);
    process.exit_code = exit_code_of(kernel, leader);
    if (const auto signal = object_at(kernel, leader, Field::task_signal)) {
        process.threads = number32(kernel, *signal, Field::signal_nr_threads).value_or(1);
    }
    add_credentials(kernel, leader, process);
    add_memory(kernel, translate, process);
    return process;
}

Thread describe_thread(const KernelMemory& kernel, VirtAddr task) {
    Thread thread;
    thread.task = task;
    thread.tid = number32(kernel, task, Field::task_pid).value_or(0);
    thread.pid = number32(kernel, task, Field::task_tgid).value_or(0);
    thread.namespace_tids = namespace_ids(kernel, task);
    thread.command = kernel.text(task, Field::task_comm).value_or("");
    thread.state = state_letter_of(kernel, task);
    thread.cpu = last_cpu(kernel, task);
    return thread;
}

}  // namespace hvgdb::osi
