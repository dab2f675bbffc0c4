// SPDX-License-Identifier: GPL-2.0-or-later
// Threads.
#include <algorithm>

#include "emulator/hex.hpp"
#include "gdbserver/stub.hpp"

namespace hvgdb::gdbserver {

namespace {

/// Thread ids in one packet; each takes at most 19 characters.
constexpr std::size_t kThreadsPerPacket = 4096;

}  // namespace

Stub::Reply Stub::run(const cmd::Attached& command) {
    if (command.pid && debuggee_.find_inferior(*command.pid) == nullptr) {
        return refuse({Errc::not_found, "no such process"});
    }
    session_.asked_about = command.pid;
    return "1";
}

Stub::Reply Stub::run(const cmd::SelectThread& command) {
    const auto thread = debuggee_.choose(command.thread);
    if (!thread) {
        return refuse({Errc::not_found, "no such thread"});
    }
    if (command.purpose == 'g') {
        session_.general = thread;
        debuggee_.prefer(thread->pid);
        if (command.thread.tid > 0) {
            session_.asked_about.reset();
        }
    } else {
        session_.resumed = command.thread.tid > 0 ? thread : std::nullopt;
    }
    return "OK";
}

Stub::Reply Stub::run(const cmd::ThreadAlive& command) {
    if (!debuggee_.choose(command.thread)) {
        return refuse({Errc::not_found, "no such thread"});
    }
    return "OK";
}

Stub::Reply Stub::run(const cmd::CurrentThread&) {
    if (!session_.general || !debuggee_.attached()) {
        return refuse({Errc::not_found, "nothing is attached"});
    }
    return "QC" + session_.format(*session_.general);
}

Stub::Reply Stub::run(const cmd::FirstThreads&) {
    if (session_.lldb && !debuggee_.attached()) {
        return refuse({Errc::not_found, "nothing is attached"});  // it takes an empty list for that of process 1
    }
    session_.threads_to_list = debuggee_.threads();
    if (!session_.client.multiprocess && session_.general) {
        // To such a client there is one process, and its threads are all there are.
        std::erase_if(session_.threads_to_list,
                      [pid = session_.general->pid](const ThreadId& thread) { return thread.pid != pid; });
    }
    return run(cmd::MoreThreads{});
}

Stub::Reply Stub::run(const cmd::MoreThreads&) {
    auto& left = session_.threads_to_list;
    if (left.empty()) {
        return "l";
    }
    const auto count = std::min(left.size(), kThreadsPerPacket);
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += (i == 0 ? "m" : ",") + session_.format(left[i]);
    }
    left.erase(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(count));
    return text;
}

Stub::Reply Stub::run(const cmd::ThreadExtraInfo& command) {
    const auto thread = command.thread.tid > 0 ? debuggee_.choose(command.thread) : std::nullopt;
    const auto info = thread ? debuggee_.thread_info(*thread) : std::nullopt;
    if (!info) {
        return refuse({Errc::not_found, "no such thread"});
    }
    return encode_hex(info->state.empty() ? info->name : info->name + " " + info->state);
}

}  // namespace hvgdb::gdbserver
