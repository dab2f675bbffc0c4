// SPDX-License-Identifier: GPL-2.0-or-later
// Attaching, detaching, breakpoints, running and stopping.
#include <algorithm>

#include "emulator/hex.hpp"
#include "gdbserver/machine_inferior.hpp"
#include "gdbserver/reply.hpp"
#include "gdbserver/stub.hpp"

namespace hvgdb::gdbserver {

// Registers are read anew each time: the client may have changed them since the stop.
std::string Stub::stop_text() {
    if (debuggee_.gone()) {
        return end_reply(Ended{.pid = MachineInferior::kPid, .code = 0}, session_);
    }
    const auto& stop = debuggee_.last_stop();
    auto* inferior = stop ? debuggee_.find_inferior(stop->thread.pid) : nullptr;
    if (inferior == nullptr) {
        return "W00";
    }
    const auto block = inferior->read_registers(stop->thread.tid);
    return stop_reply(*stop, session_, inferior->description(), block ? *block : Bytes{});
}

Stub::Reply Stub::run(const cmd::StopReason&) {
    if (!debuggee_.running() && !(debuggee_.attached() && debuggee_.machine().running())) {
        return stop_text();
    }
    debuggee_.interrupt();
    ++awaiting_stop_;
    return std::nullopt;
}

Stub::Reply Stub::run(const cmd::Attach& command) {
    if (debuggee_.attached()) {
        if (debuggee_.find_inferior(command.pid) == nullptr) {
            return refuse({Errc::not_found, "no such process"});
        }
        return run(cmd::StopReason{});
    }
    const auto attached = debuggee_.attach(command.pid);
    if (!attached) {
        return refuse(attached.error());
    }
    session_.general = debuggee_.choose({});
    if (!debuggee_.pausing()) {
        return stop_text();
    }
    ++awaiting_stop_;
    return std::nullopt;
}

void Stub::leave() {
    debuggee_.detach();
    session_.general.reset();
    session_.resumed.reset();
    session_.physical = false;
    session_.documents.clear();
    session_.threads_to_list.clear();
    awaiting_stop_ = 0;
}

Stub::Reply Stub::run(const cmd::Detach& command) {
    if (command.pid && debuggee_.find_inferior(*command.pid) == nullptr) {
        return refuse({Errc::not_found, "no such process"});
    }
    leave();
    return "OK";
}

Stub::Reply Stub::run(const cmd::Kill&) {
    leave();
    return std::nullopt;
}

Stub::Reply Stub::run(const cmd::KillProcess& command) {
    return run(cmd::Detach{.pid = command.pid});
}

Stub::Reply Stub::run(const cmd::Run&) {
    return refuse({Errc::unsupported, "a machine cannot start a program; attach to it instead"});
}

Stub::Reply Stub::run(const cmd::Restart&) {
    return refuse({Errc::unsupported, "a machine cannot be restarted from here"});
}

Stub::Reply Stub::run(const cmd::InsertPoint& command) {
    return result(debuggee_.insert(command.point));
}

Stub::Reply Stub::run(const cmd::RemovePoint& command) {
    debuggee_.remove(command.point);
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
    return std::nullopt;
}

Stub::Reply Stub::run(const cmd::Resume& command) {
    const bool halts =
        std::ranges::all_of(command.actions, [](const auto& action) { return action.motion == cmd::Motion::halt; });
    if (!halts) {
        return resume(command.actions);
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
    if (command.step) {
        actions.push_back(
            {.motion = cmd::Motion::step, .begin = {}, .end = {}, .thread = {.pid = thread.pid, .tid = thread.tid}});
    }
    actions.push_back({});
    return resume(actions);
}

}  // namespace hvgdb::gdbserver
