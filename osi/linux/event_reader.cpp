// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/event_reader.hpp"

#include <utility>

#include "osi/linux/next_signal.hpp"
#include "osi/linux/task_facts.hpp"

namespace hvgdb::osi {

namespace {

std::uint32_t number32(const KernelMemory& kernel, VirtAddr object, Field field) {
    return static_cast<std::uint32_t>(kernel.number(object, field).value_or(0));
}

struct NewTask {
    ThreadId tid = 0;
    ProcessId pid = 0;
    bool vfork = false;
};

/// Nothing for a kernel thread, and for what the kernel makes to start a program of its own accord.
std::optional<NewTask> read_new_task(const EventScene& scene) {
    const KernelMemory& kernel = scene.memory.kernel();
    const VirtAddr task{scene.register_value("rdi")};
    if (!is_kernel_pointer(task) || !user_memory(kernel, task)) {
        return std::nullopt;
    }
    return NewTask{.tid = number32(kernel, task, Field::task_pid),
                   .pid = number32(kernel, task, Field::task_tgid),
                   .vfork = kernel.number(task, Field::task_vfork_done).value_or(0) != 0};
}

bool read_forked(const EventScene& scene, event::Forked& what) {
    const auto made = read_new_task(scene);
    if (!made || made->tid != made->pid) {
        return false;
    }
    what = {.child = made->pid, .vfork = made->vfork};
    return true;
}

bool read_thread_created(const EventScene& scene, event::ThreadCreated& what) {
    const auto made = read_new_task(scene);
    if (!made || made->tid == made->pid) {
        return false;
    }
    what.thread = made->tid;
    return true;
}

struct TaskExit {
    bool last = false;  ///< of its process
    std::uint32_t status = 0;
};

std::optional<TaskExit> read_exit(EventPoint point, const EventScene& scene) {
    const KernelMemory& kernel = scene.memory.kernel();
    const auto signal = kernel.pointer(scene.task, Field::task_signal);
    if (!user_memory(kernel, scene.task) || !signal || !is_kernel_pointer(*signal)) {
        return std::nullopt;
    }
    const bool noted = point == EventPoint::task_exit;
    const bool last = noted ? static_cast<std::uint32_t>(scene.register_value("rsi")) != 0
                            : kernel.number(*signal, Field::signal_live) == 1;
    const auto status = noted ? number32(kernel, scene.task, Field::task_exit_code)
                              : static_cast<std::uint32_t>(scene.register_value("rdi"));
    return TaskExit{.last = last, .status = last ? process_status(kernel, scene.task, status) : status};
}

bool read_gone(const EventScene& scene, event::Gone& what) {
    const KernelMemory& kernel = scene.memory.kernel();
    const VirtAddr task{scene.register_value("rdi")};
    if (!is_kernel_pointer(task) || is_kernel_thread(kernel, task)) {
        return false;
    }
    what.process = number32(kernel, task, Field::task_tgid);
    return what.process != 0 && what.process == number32(kernel, task, Field::task_pid);
}

bool read_signal(const EventScene& scene, event::Signal& what) {
    const auto next = next_signal(scene.memory.kernel(), scene.task);
    what = next.value_or(event::Signal{});
    return next.has_value();
}

bool read_switched(const EventScene& scene, event::Switched& what) {
    const VirtAddr next{scene.register_value("rsi")};
    if (!is_kernel_pointer(next)) {
        return false;
    }
    const KernelMemory& kernel = scene.memory.kernel();
    what = {.thread = number32(kernel, next, Field::task_pid), .process = number32(kernel, next, Field::task_tgid)};
    return true;
}

bool read_exited(bool last, EventPoint point, const EventScene& scene, std::uint32_t& status) {
    const auto exit = read_exit(point, scene);
    status = exit ? exit->status : 0;
    return exit && exit->last == last;
}

/// The variant's alternative of that kind, filled.
template <typename What, typename Read>
bool fill(Event& event, Read read) {
    return read(event.what.emplace<What>());
}

bool read_what(Event& event, EventPoint point, const EventScene& scene) {
    using namespace event;
    switch (event.kind) {
        case EventKind::started:
            return fill<Started>(event, [&](auto& what) { return read_started(point, scene, what); });
        case EventKind::forked:
            return fill<Forked>(event, [&](auto& what) { return read_forked(scene, what); });
        case EventKind::thread_created:
            return fill<ThreadCreated>(event, [&](auto& what) { return read_thread_created(scene, what); });
        case EventKind::thread_exited:
            return fill<ThreadExited>(event, [&](auto& what) { return read_exited(false, point, scene, what.status); });
        case EventKind::exited:
            return fill<Exited>(event, [&](auto& what) { return read_exited(true, point, scene, what.status); });
        case EventKind::gone:
            return fill<Gone>(event, [&](auto& what) { return read_gone(scene, what); });
        case EventKind::mapped:
            return fill<Mapped>(event, [&](auto& what) { return read_mapped(scene, what); });
        case EventKind::unmapped:
            return fill<Unmapped>(event, [&](auto& what) { return read_unmapped(point, scene, what); });
        case EventKind::signal:
            return fill<Signal>(event, [&](auto& what) { return read_signal(scene, what); });
        case EventKind::syscall_entered:
            return fill<SyscallEntered>(event, [&](auto& what) { return read_syscall(point, scene, what); });
        case EventKind::syscall_returned:
            return fill<SyscallReturned>(event, [&](auto& what) { return read_syscall_end(point, scene, what); });
        case EventKind::switched:
            return fill<Switched>(event, [&](auto& what) { return read_switched(scene, what); });
    }
    return false;
}

}  // namespace

std::optional<Event> read_event(EventKind kind, EventPoint point, const EventScene& scene) {
    scene.memory.renew();
    Event event;
    event.kind = kind;
    if (!read_what(event, point, scene)) {
        return std::nullopt;
    }
    const KernelMemory& kernel = scene.memory.kernel();
    event.vcpu = scene.vcpu.vcpu();
    event.pid = number32(kernel, scene.task, Field::task_tgid);
    event.tid = number32(kernel, scene.task, Field::task_pid);
    event.command = kernel.text(scene.task, Field::task_comm).value_or("");
    return event;
}

}  // namespace hvgdb::osi
