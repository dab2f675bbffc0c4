// SPDX-License-Identifier: GPL-2.0-or-later
// Attaching, detaching, breakpoints, running and stopping.
#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "emulator/hex.hpp"
#include "gdbserver/lldb_texts.hpp"
#include "gdbserver/machine_inferior.hpp"
#include "gdbserver/reply.hpp"
#include "gdbserver/stub.hpp"

namespace hvgdb::gdbserver {

namespace {

Error nobody_there() {
    return {Errc::not_found, "what this address is for is not there"};
}

}  // namespace

// Registers are read anew each time: the client may have changed them since the stop.
std::string Stub::stop_text() {
    if (debuggee_.gone()) {
        return end_reply(Ended{.pid = session_.general.value_or(ThreadId{.pid = MachineInferior::kPid}).pid}, session_);
    }
    const auto& stop = debuggee_.last_stop();
    return stop && debuggee_.find_inferior(stop->thread.pid) != nullptr ? stop_text(*stop) : "W00";
}

std::string Stub::stop_text(const Stopped& stop) {
    auto* inferior = debuggee_.find_inferior(stop.thread.pid);
    const auto block = inferior->read_registers(stop.thread.tid);
    return stop_reply(stop, session_, inferior->description(), block ? *block : RegisterBytes{}) +
           (session_.lldb ? lldb_stop_keys(stop, session_, *inferior) : "");
}

// gdb asks again and again when the answer is an error, and says that nothing is running when that is what it hears.
Stub::Reply Stub::run(const cmd::StopReason&) {
    if (session_.lldb && !debuggee_.attached() && session_.attachment == Attachment::at_need) {
        return refuse(nobody_there());
    }
    if (!debuggee_.running() && !(debuggee_.attached() && debuggee_.machine().running())) {
        return stop_text();
    }
    debuggee_.interrupt();
    ++awaiting_stop_;
    return std::nullopt;
}

Stub::Reply Stub::run(const cmd::Attach& command) {
    if (session_.single) {
        return attach_single(command.pid);
    }
    tell_wishes();
    const auto attached = debuggee_.attach(command.pid);
    if (!attached) {
        return refuse(attached.error());
    }
    if (command.pid != MachineInferior::kPid && debuggee_.find_inferior(command.pid) != nullptr) {
        drop_unasked_machine();
    }
    session_.attachment = Attachment::by_client;
    if (debuggee_.pausing()) {
        ++awaiting_stop_;
        return std::nullopt;
    }
    return attached_reply(command.pid);
}

// Who attaches something else does not want the machine that came with the address.
void Stub::drop_unasked_machine() {
    if (session_.attachment == Attachment::by_entry) {
        forget_inferior(MachineInferior::kPid);
        debuggee_.detach(MachineInferior::kPid);
    }
}

// There is one process at that address, and it is attached already if it can be.
Stub::Reply Stub::attach_single(std::uint32_t pid) {
    if (!session_.general) {
        return refuse(nobody_there());
    }
    if (session_.general->pid != pid) {
        return refuse({Errc::not_found, fmt::format("this address is for process {} alone", session_.general->pid)});
    }
    return run(cmd::StopReason{});
}

Stub::Reply Stub::attached_reply(std::uint32_t pid) {
    session_.general = debuggee_.choose({.pid = pid, .tid = ThreadPattern::kAny});
    session_.documents.clear();
    debuggee_.prefer(pid);
    return stop_text();
}

void Stub::leave() {
    debuggee_.detach_all();
    session_.attachment = Attachment::by_client;
    session_.general.reset();
    session_.resumed.reset();
    session_.asked_about.reset();
    session_.physical = false;
    session_.documents.clear();
    session_.threads_to_list.clear();
    awaiting_stop_ = 0;
    start_.reset();
}

// What the session remembers of one that is not attached any more.
void Stub::forget_inferior(std::uint32_t pid) {
    session_.documents.clear();
    session_.threads_to_list.clear();
    if (session_.resumed && session_.resumed->pid == pid) {
        session_.resumed.reset();
    }
    if (session_.general && session_.general->pid == pid) {
        session_.general.reset();
    }
    if (session_.asked_about == pid) {
        session_.asked_about.reset();
    }
}

Stub::Reply Stub::run(const cmd::Detach& command) {
    if (!command.pid) {
        leave();
        return "OK";
    }
    if (debuggee_.find_inferior(*command.pid) == nullptr) {
        return refuse({Errc::not_found, "no such process"});
    }
    debuggee_.detach(*command.pid);
    if (!debuggee_.attached()) {
        leave();
        return "OK";
    }
    forget_inferior(*command.pid);
    if (!session_.general) {
        session_.general = debuggee_.choose({});
    }
    return "OK";
}

Stub::Reply Stub::run(const cmd::Kill&) {
    leave();
    return session_.lldb ? Reply("X09") : std::nullopt;  // lldb waits for it
}

Stub::Reply Stub::run(const cmd::KillProcess& command) {
    return run(cmd::Detach{.pid = command.pid});
}

Stub::Reply Stub::run(const cmd::Restart&) {
    return refuse({Errc::unsupported, "a machine cannot be restarted from here"});
}

Stub::Reply Stub::run(const cmd::InsertPoint& command) {
    if (!session_.general) {
        return refuse({Errc::not_found, "nothing is attached"});
    }
    return result(debuggee_.insert(session_.general->pid, command));
}

Stub::Reply Stub::run(const cmd::RemovePoint& command) {
    if (session_.general) {
        debuggee_.remove(session_.general->pid, command.point);
    }
    return "OK";
}

Stub::Reply Stub::run(const cmd::ResumeSupport&) {
    return "vCont;c;C;s;S;t;r";
}

Stub::Reply Stub::resume(std::span<const cmd::Action> actions) {
    session_.documents.clear();
    const auto resumed = debuggee_.resume(actions);
    if (!resumed) {
        return refuse(resumed.error());
    }
    ++awaiting_stop_;
    const auto early = std::exchange(early_interrupt_, std::nullopt);
    if (early && std::chrono::steady_clock::now() - *early < kEarlyInterrupt) {
        debuggee_.interrupt();
    }
    return std::nullopt;
}

Stub::Reply Stub::run(const cmd::Resume& command) {
    const bool halts =
        std::ranges::all_of(command.actions, [](const auto& action) { return action.motion == cmd::Motion::halt; });
    if (!halts) {
        auto actions = command.actions;
        for (auto& action : actions) {
            action.signal = signal_from(session_, action.signal);
        }
        return resume(actions);
    }
    // All-stop: as Ctrl-C while something runs, and the stop that follows answers both packets.
    if (!debuggee_.running()) {
        return run(cmd::StopReason{});
    }
    debuggee_.interrupt();
    return std::nullopt;
}

Stub::Reply Stub::run(const cmd::OldResume& command) {
    if (debuggee_.running()) {
        return refuse({Errc::running, "the machine is running"});
    }
    const auto inferior = selected_inferior();
    if (!inferior) {
        return refuse(inferior.error());
    }
    const auto thread = session_.resumed.value_or(*session_.general);
    if (command.address) {
        const auto* pc = (*inferior)->description().program_counter();
        if (pc == nullptr) {
            return refuse({Errc::unsupported, "the program counter is not known"});
        }
        const auto written =
            (*inferior)->write_register(thread.tid, pc->number, store_little_endian(command.address->value, pc->size));
        if (!written) {
            return refuse(written.error());
        }
    }
    std::vector<cmd::Action> actions;
    if (command.step || command.signal != 0) {
        actions.push_back({.motion = command.step ? cmd::Motion::step : cmd::Motion::go,
                           .begin = {},
                           .end = {},
                           .thread = {.pid = thread.pid, .tid = thread.tid},
                           .signal = signal_from(session_, command.signal)});
    }
    actions.push_back({});
    return resume(actions);
}

}  // namespace hvgdb::gdbserver
