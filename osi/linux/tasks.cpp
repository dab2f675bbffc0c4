// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/tasks.hpp"

#include <algorithm>
#include <string>

namespace hvgdb::osi {

namespace {

// Since 3.14 a thread hangs on its process's signal_struct; the older ring through the tasks themselves went in 6.7.
KernelList thread_ring(const KernelMemory& kernel, VirtAddr leader, std::size_t limit) {
    const auto signal = kernel.pointer(leader, Field::task_signal);
    if (signal && is_kernel_pointer(*signal) && kernel.has(Field::task_thread_node)) {
        if (const auto head = kernel.place(*signal, Field::signal_thread_head)) {
            return walk_list(kernel.memory(), *head, kernel.layout()[Field::task_thread_node].offset, limit);
        }
    }
    if (const auto head = kernel.place(leader, Field::task_thread_group)) {
        return walk_list(kernel.memory(), *head, kernel.layout()[Field::task_thread_group].offset, limit);
    }
    return {};
}

bool has_id(const KernelMemory& kernel, VirtAddr task, ThreadId tid) {
    return kernel.number(task, Field::task_pid) == tid;
}

}  // namespace

Expected<KernelList> process_leaders(const KernelMemory& kernel, VirtAddr init_task) {
    const auto head = kernel.place(init_task, Field::task_tasks);
    const auto first = head ? kernel.memory().pointer(*head) : std::nullopt;
    if (!first || !is_kernel_pointer(*first)) {
        return fail(Errc::fault, "the kernel's list of processes cannot be read");
    }
    return walk_list(kernel.memory(), *head, kernel.layout()[Field::task_tasks].offset, kMostTasks);
}

KernelList threads_of(const KernelMemory& kernel, VirtAddr leader, std::size_t limit) {
    auto list = thread_ring(kernel, leader, limit);
    const auto found = std::ranges::find(list.objects, leader);
    if (found != list.objects.end()) {
        std::rotate(list.objects.begin(), found, std::next(found));
    } else {
        list.objects.insert(list.objects.begin(), leader);
    }
    return list;
}

Expected<VirtAddr> find_task(const KernelMemory& kernel, VirtAddr init_task, ThreadId tid) {
    if (tid == 0) {
        return init_task;
    }
    const auto leaders = process_leaders(kernel, init_task);
    if (!leaders) {
        return std::unexpected(leaders.error());
    }
    const auto is_wanted = [&](VirtAddr task) { return has_id(kernel, task, tid); };
    const auto leader = std::ranges::find_if(leaders->objects, is_wanted);
    if (leader != leaders->objects.end()) {
        return *leader;
    }
    std::size_t looked_at = 0;
    for (const VirtAddr process : leaders->objects) {
        const auto threads = threads_of(kernel, process);
        const auto thread = std::ranges::find_if(threads.objects, is_wanted);
        if (thread != threads.objects.end()) {
            return *thread;
        }
        looked_at += threads.objects.size();
        if (looked_at > 2 * kMostTasks) {
            break;
        }
    }
    return fail(Errc::not_found, "no thread " + std::to_string(tid));
}

std::optional<VirtAddr> idle_task(const KernelMemory& kernel, VirtAddr run_queue) {
    const auto task = kernel.pointer(run_queue, Field::rq_idle);
    return task && is_kernel_pointer(*task) ? task : std::nullopt;
}

}  // namespace hvgdb::osi
