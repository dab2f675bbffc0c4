// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/linux_os.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "osi/linux/files.hpp"
#include "osi/linux/linux_picture.hpp"
#include "osi/linux/tasks.hpp"

namespace hvgdb::osi {

std::optional<MountPath> LinuxOs::Picture::reader_root(KernelView& view) {
    constexpr ProcessId kInit = 1;
    const KernelMemory& kernel = view.structures();
    const auto init_task = view.symbols()[KernelSymbol::init_task];
    const auto init = init_task ? find_task(kernel, *init_task, kInit) : fail(Errc::not_found, "");
    const auto fs = init ? kernel.pointer(*init, Field::task_fs) : std::nullopt;
    return fs ? root_folder(kernel, *fs) : std::nullopt;
}

LinuxOs::LinuxOs(emulator::Machine& machine, const emulator::PhysicalMemory& memory, LocateOptions options,
                 RunningKernel::Listener listener)
    : machine_(machine),
      kernel_(machine, memory, std::move(options), std::move(listener), std::chrono::milliseconds(100)) {}

LinuxOs::~LinuxOs() = default;

Expected<LinuxOs::Picture*> LinuxOs::picture() {
    if (picture_ && !machine_.running() && picture_->generation == machine_.generation()) {
        return picture_.get();
    }
    picture_.reset();
    const auto view = kernel_.get();
    if (!view) {
        return std::unexpected(view.error());
    }
    // No generation is 0: what is seen while the guest runs is not what the next pause shows.
    picture_ = std::make_unique<Picture>(**view, machine_.running() ? 0 : machine_.generation());
    return picture_.get();
}

Expected<VirtAddr> LinuxOs::leader(Picture& now, ProcessId pid) {
    if (!now.has_all_leaders) {
        const auto all = process_leaders(now.kernel(), now.init_task());
        if (!all) {
            return std::unexpected(all.error());
        }
        now.leaders.emplace(0, now.init_task());
        for (const VirtAddr task : all->objects) {
            if (const auto number = now.kernel().number(task, Field::task_tgid)) {
                now.leaders.emplace(static_cast<ProcessId>(*number), task);
            }
        }
        now.has_all_leaders = true;
    }
    if (const auto found = now.leaders.find(pid); found != now.leaders.end()) {
        return found->second;
    }
    std::string complaint = "no process " + std::to_string(pid) + " in the guest";
    if (const auto thread = find_task(now.kernel(), now.init_task(), pid)) {
        const auto process = now.kernel().number(*thread, Field::task_tgid);
        complaint += process ? ": it is a thread of process " + std::to_string(*process) : "";
    }
    return fail(Errc::not_found, complaint);
}

Expected<std::vector<Process>> LinuxOs::processes() {
    const auto now = picture();
    if (!now) {
        return std::unexpected(now.error());
    }
    const auto leaders = process_leaders((*now)->kernel(), (*now)->init_task());
    if (!leaders) {
        return std::unexpected(leaders.error());
    }
    const auto translate = [&](VirtAddr address) { return (*now)->translate(address); };
    std::vector<Process> found;
    found.reserve(leaders->objects.size());
    for (const VirtAddr task : leaders->objects) {
        found.push_back(describe_process((*now)->kernel(), task, translate));
    }
    return found;
}

Expected<Process> LinuxOs::process(ProcessId pid) {
    const auto now = picture();
    const auto task = now ? leader(**now, pid) : std::unexpected(now.error());
    if (!task) {
        return std::unexpected(task.error());
    }
    return describe_process((*now)->kernel(), *task, [&](VirtAddr address) { return (*now)->translate(address); });
}

Expected<std::vector<Thread>> LinuxOs::threads(ProcessId pid) {
    const auto now = picture();
    const auto task = now ? leader(**now, pid) : std::unexpected(now.error());
    if (!task) {
        return std::unexpected(task.error());
    }
    std::vector<Thread> found;
    for (const VirtAddr thread : threads_of((*now)->kernel(), *task).objects) {
        found.push_back(describe_thread((*now)->kernel(), thread));
        if (const auto* on = on_vcpu(**now, thread)) {
            found.back().vcpu = on->vcpu;
        }
    }
    return found;
}

}  // namespace hvgdb::osi
