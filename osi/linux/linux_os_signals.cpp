// SPDX-License-Identifier: GPL-2.0-or-later
// LinuxOs: signals that wait.
#include "osi/linux/linux_os.hpp"
#include "osi/linux/linux_picture.hpp"
#include "osi/linux/pending_signals.hpp"
#include "osi/linux/tasks.hpp"

namespace hvgdb::osi {

Expected<void> LinuxOs::change_signals(ThreadId tid, unsigned number, SignalChange change) {
    const auto now = picture();
    if (!now) {
        return std::unexpected(now.error());
    }
    if (machine_.running()) {
        return fail(Errc::running, "signals are changed only while the guest stands still");
    }
    const KernelMemory& kernel = (*now)->kernel();
    const auto task =
        tid == 0 ? fail(Errc::not_found, "a swapper takes no signals") : find_task(kernel, (*now)->init_task(), tid);
    if (!task) {
        return std::unexpected(task.error());
    }
    const KernelTranslation translate = [&](VirtAddr address) { return (*now)->translate(address); };
    return (PendingSignals(machine_, translate, kernel).*change)(*task, number);
}

Expected<void> LinuxOs::raise_signal(ThreadId tid, unsigned number) {
    return change_signals(tid, number, &PendingSignals::raise);
}

Expected<void> LinuxOs::discard_signal(ThreadId tid, unsigned number) {
    return change_signals(tid, number, &PendingSignals::discard);
}

}  // namespace hvgdb::osi
