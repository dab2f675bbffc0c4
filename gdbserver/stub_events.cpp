// SPDX-License-Identifier: GPL-2.0-or-later
// What the client wants to hear of.
#include <cstddef>

#include "gdbserver/reply.hpp"
#include "gdbserver/signals.hpp"
#include "gdbserver/stub.hpp"

namespace hvgdb::gdbserver {

// The debuggee may have forgotten it with the last inferior; the client does not say it again.
void Stub::tell_wishes() {
    const auto& client = session_.client;
    debuggee_.set_wishes({.forks = client.fork_events,
                          .vforks = client.vfork_events,
                          .execs = client.exec_events || session_.lldb,  // which does not say so
                          .threads = session_.thread_events,
                          .passed_signals = session_.passed_signals});
}

Stub::Reply Stub::run(const cmd::CatchSyscalls& command) {
    if (events_ == nullptr) {
        return "";
    }
    const auto inferior = selected_inferior();
    return inferior ? result(debuggee_.catch_syscalls((*inferior)->pid(), command.numbers)) : refuse(inferior.error());
}

Stub::Reply Stub::run(const cmd::PassSignals& command) {
    if (events_ == nullptr) {
        return "";
    }
    session_.passed_signals.assign(command.numbers.size(), false);
    for (unsigned number = 0; number < command.numbers.size(); ++number) {
        const auto signal = signal_from(session_, number);
        if (command.numbers[number] && signal != kUnknownSignal && signal < session_.passed_signals.size()) {
            session_.passed_signals[signal] = true;
        }
    }
    tell_wishes();
    return "OK";
}

Stub::Reply Stub::run(const cmd::ProgramSignals&) {
    return events_ == nullptr ? "" : "OK";
}

Stub::Reply Stub::run(const cmd::ThreadEvents& command) {
    if (events_ == nullptr) {
        return "";
    }
    session_.thread_events = command.on;
    tell_wishes();
    return "OK";
}

}  // namespace hvgdb::gdbserver
