// SPDX-License-Identifier: GPL-2.0-or-later
// What becomes of the debuggee's reports.
#include <algorithm>
#include <fmt/format.h>
#include <utility>
#include <variant>

#include "emulator/hex.hpp"
#include "emulator/overloaded.hpp"
#include "gdbserver/log.hpp"
#include "gdbserver/reply.hpp"
#include "gdbserver/stub.hpp"

namespace hvgdb::gdbserver {

namespace {

std::string text_of(const Held& held) {
    auto command = held.command;
    std::ranges::replace_if(command, [](char c) { return c < ' ' || c > '~'; }, '?');
    return fmt::format("process {} ({}) has started and is held at 0x{:x}; \"attach {}\" to debug it\n", held.pid,
                       command, held.pc.value, held.pid);
}

}  // namespace

void Stub::on_report(const StopReport& report) {
    if (!connected()) {
        return;
    }
    session_.documents.clear();
    std::visit(Overloaded{
                   [&](const Stopped& stopped) { on_stopped(stopped); },
                   [&](const ThreadEnded& ended) { on_thread_end(ended); },
                   [&](const Ended& ended) {
                       forget_inferior(ended.pid);
                       answer_awaited(end_reply(ended, session_));
                   },
                   [&](const AttachFailed& failed) { on_attach_failed(failed.error); },
                   [&](const Held& held) { on_held(held); },
                   [&](const Glanced&) { on_glanced(); },
               },
               report);
    if (const auto command = std::exchange(postponed_, std::nullopt)) {
        execute(*command);
    }
    work_off();
}

void Stub::on_stopped(const Stopped& stopped) {
    if (start_ || stopped.cause == Stopped::Cause::executed) {
        forget_inferior(stopped.thread.pid);  // there is another program in the process than before
        session_.saved_registers.clear();
    }
    start_.reset();
    session_.general = stopped.thread;
    tell_held();
    if (awaiting_stop_ > 0) {
        send_console(stopped.note);
    }
    answer_awaited(awaiting_stop_ > 0 ? stop_text() : "");
}

// A client that did not ask for this hears that nothing is left of what it resumed, or that all stand still.
void Stub::on_thread_end(const ThreadEnded& ended) {
    if (session_.resumed == ended.thread) {
        session_.resumed.reset();
    }
    session_.threads_to_list.clear();
    session_.general = debuggee_.choose({.pid = ended.thread.pid, .tid = ThreadPattern::kAny});
    if (awaiting_stop_ == 0) {
        return;
    }
    if (session_.thread_events) {
        answer_awaited(thread_end_reply(ended, session_));
    } else if (session_.client.no_resumed) {
        answer_awaited("N");
    } else {
        Stopped stopped;
        stopped.signal = Signal::none;
        stopped.thread = session_.general.value_or(ThreadId{});
        answer_awaited(session_.general ? stop_text(stopped) : stop_text());
    }
}

void Stub::on_attach_failed(const Error& error) {
    log().warn("attaching: {}", error.detail);
    start_.reset();
    answer_awaited(*refuse(error));
}

void Stub::on_held(const Held& held) {
    if (std::exchange(start_, std::nullopt)) {
        debuggee_.postpone_start();
        answer_awaited(*refuse({Errc::running, text_of(held)}));
        return;
    }
    if (std::exchange(console_waits_, false)) {
        send_console(text_of(held));
        send("OK");
    }
}

// What a packet wanted the pause for; or the machine, which was to run until a program starts, does not.
void Stub::on_glanced() {
    if (postponed_ && needs_entry(*postponed_)) {
        attach_entry();
    } else if (std::exchange(start_, std::nullopt)) {
        debuggee_.postpone_start();
        debuggee_.forget_starts();
        answer_awaited(*refuse({Errc::running, "the machine does not run"}));
    }
}

// To a client that debugs something else at the moment.
void Stub::tell_held() {
    const auto* const held = debuggee_.held();
    if (held != nullptr && session_.told != held->pid && awaiting_stop_ > 0) {
        send_console(text_of(*held));
    }
    session_.told = held == nullptr ? std::nullopt : std::optional(held->pid);
}

void Stub::answer_awaited(const std::string& text) {
    for (; awaiting_stop_ > 0; --awaiting_stop_) {
        send(text);
    }
}

void Stub::print(std::string_view text) {
    if (connected() && (console_waits_ || (awaiting_stop_ > 0 && !debuggee_.pausing()))) {
        for (; !text.empty(); text.remove_prefix(std::min(kMaxPayload, text.size()))) {
            send("O" + encode_hex(text.substr(0, kMaxPayload)));
        }
    }
}

void Stub::send_console(std::string_view text) {
    for (; !text.empty(); text.remove_prefix(std::min(kConsolePiece, text.size()))) {
        send("O" + encode_hex(text.substr(0, kConsolePiece)));
    }
}

}  // namespace hvgdb::gdbserver
