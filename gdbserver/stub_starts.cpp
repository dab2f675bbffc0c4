// SPDX-License-Identifier: GPL-2.0-or-later
// Waiting for programs that the guest starts.
#include <fmt/format.h>
#include <utility>
#include <variant>

#include "gdbserver/reply.hpp"
#include "gdbserver/stub.hpp"

namespace hvgdb::gdbserver {

Stub::Reply Stub::run(const cmd::AttachNamedSupport&) {
    return events_ == nullptr ? "" : "OK";
}

Stub::Reply Stub::run(const cmd::LaunchSetting&) {
    return "OK";
}

Stub::Reply Stub::run(const cmd::Run& command) {
    if (command.program.empty()) {
        return refuse({Errc::bad_argument, "which program? \"set remote exec-file PATH\" names it"});
    }
    return wait_for_start(command.program, true);
}

Stub::Reply Stub::run(const cmd::AttachNamed& command) {
    using How = cmd::AttachNamed::How;
    if (command.how != How::when_started) {
        const auto pid = os_ == nullptr ? fail(Errc::unsupported, "only the machine is here")
                                        : find_process_by_name(*os_, command.program);
        if (pid || command.how == How::now) {
            return pid ? run(cmd::Attach{.pid = *pid}) : refuse(pid.error());
        }
    }
    return wait_for_start(command.program, false);
}

// Others would run meanwhile, without the client's knowledge.
Stub::Reply Stub::wait_for_start(const std::string& program, bool limited) {
    if (events_ == nullptr) {
        return refuse({Errc::unsupported, "starts of programs are not told here"});
    }
    if (session_.single && program != entry_.process) {
        return refuse({Errc::not_found, fmt::format("this address is for process {} alone", entry_.process)});
    }
    if (debuggee_.running()) {
        return refuse({Errc::running, "the machine is running"});
    }
    drop_unasked_machine();
    if (debuggee_.attached()) {
        return refuse({Errc::unsupported, fmt::format("something is attached already; \"monitor wait {}\", continue "
                                                      "and attach",
                                                      program)});
    }
    tell_wishes();
    debuggee_.forget_start(program);
    const auto held = debuggee_.held() == nullptr ? 0 : debuggee_.held()->pid;
    if (const auto ordered = debuggee_.attach_start({.program = program, .stop_at = stop_at_}); !ordered) {
        return refuse(ordered.error());
    }
    session_.attachment = Attachment::by_client;
    if (!debuggee_.pausing()) {
        return attached_reply(held);
    }
    start_ = AwaitedStart{.program = program, .limited = limited};
    lookahead_ = FrameDecoder(kPacketSize, false);
    looked_at_ = 0;
    ++awaiting_stop_;
    return std::nullopt;
}

// gdb waits for so long and no longer; what it asked for is kept.
void Stub::start_overdue() {
    const auto program = std::exchange(start_, std::nullopt)->program;
    debuggee_.postpone_start();
    answer_awaited(*refuse(
        {Errc::timeout, fmt::format("no exec of {0} yet; it stays armed: \"run\" again, or wait without a limit "
                                    "with \"monitor wait {0}\"",
                                    program)}));
    work_off();
}

// While a packet waits for a program, Ctrl-C must not wait behind it.
void Stub::take_interrupts() {
    for (; debuggee_.starting() && looked_at_ < held_.size(); ++looked_at_) {
        const auto frame = lookahead_.feed(static_cast<std::byte>(held_[looked_at_]));
        if (frame && std::holds_alternative<frame::Interrupt>(*frame)) {
            debuggee_.interrupt();
            ++looked_up_;
        }
    }
}

bool Stub::console_waits(const MonitorReply& reply, std::size_t awaited_before) const {
    const auto awaited = debuggee_.awaited_starts().size();
    return !debuggee_.attached() && debuggee_.held() == nullptr &&
           (awaited > awaited_before || (reply.waits && awaited > 0));
}

void Stub::give_up_console(bool answered) {
    console_waits_ = false;
    debuggee_.forget_starts();
    if (answered) {
        send("OK");
    }
}

}  // namespace hvgdb::gdbserver
