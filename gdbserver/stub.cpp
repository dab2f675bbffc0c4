// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/stub.hpp"

#include <utility>
#include <variant>

#include "emulator/hex.hpp"
#include "emulator/overloaded.hpp"
#include "gdbserver/log.hpp"
#include "gdbserver/reply.hpp"

namespace hvgdb::gdbserver {

namespace {

// gdb itself asks three times for the same packet before it gives up.
constexpr unsigned kMaxRepeats = 3;

void trace(std::string_view direction, std::string_view body) {
    if (log().should_log(spdlog::level::trace)) {
        log().trace("{} {}", direction, printable(body));
    }
}

}  // namespace

Stub::Stub(Debuggee& debuggee) : debuggee_(debuggee), decoder_(kPacketSize, false), lookahead_(kPacketSize, false) {
    debuggee_.set_report_handler([this](const StopReport& report) { on_report(report); });
}

Stub::~Stub() {
    debuggee_.set_report_handler({});
}

void Stub::set_os(osi::Os* os, osi::Events* events) {
    os_ = os;
    events_ = events;
    guest_files_.set_os(os);
    debuggee_.set_os(os, events);
}

void Stub::connect(Output output, Entry entry) {
    output_ = std::move(output);
    entry_ = std::move(entry);
    session_ = {};
    session_.single = entry_.single;
    decoder_ = FrameDecoder(kPacketSize, false);
    held_.clear();
    postponed_.reset();
    last_sent_.clear();
    repeated_ = awaiting_stop_ = 0;
    early_interrupt_.reset();
    looked_up_ = 0;
    flooded_ = console_waits_ = false;
    start_.reset();
    tell_wishes();
}

void Stub::disconnect() {
    if (!connected()) {
        return;
    }
    output_ = nullptr;
    held_.clear();
    postponed_.reset();
    session_.files.close_all();
    if (goodbye_) {
        goodbye_();
    }
    debuggee_.detach_all();
    debuggee_.forget_starts();
}

std::optional<Stub::Wait> Stub::waits() const {
    if (connected() && console_waits_) {
        return Wait{.number = waits_, .limit = kSignOfLife};
    }
    if (!connected() || !debuggee_.pausing() || (debuggee_.starting() && !(start_ && start_->limited))) {
        return std::nullopt;
    }
    return Wait{.number = waits_, .limit = debuggee_.starting() ? kStartTime : kPauseTime};
}

void Stub::overdue() {
    if (!waits()) {
        return;
    }
    if (console_waits_) {
        ++waits_;
        send("O");
        return;
    }
    if (debuggee_.starting()) {
        start_overdue();
        return;
    }
    log().warn("the machine does not pause");
    debuggee_.give_up_pausing();
    session_.general = debuggee_.choose({});
    if (const auto command = std::exchange(postponed_, std::nullopt)) {
        execute(*command);
    }
    work_off();
}

void Stub::receive(std::string_view bytes) {
    if (!connected() || flooded_) {
        return;
    }
    flooded_ = held_.size() + bytes.size() > kMaxHeld;
    if (flooded_) {
        return;
    }
    held_ += bytes;
    take_interrupts();
    work_off();
}

void Stub::work_off() {
    std::size_t done = 0;
    while (done < held_.size() && !debuggee_.pausing()) {
        const auto frame = decoder_.feed(static_cast<std::byte>(held_[done++]));
        if (frame) {
            handle(*frame);
        }
    }
    held_.erase(0, done);
    take_interrupts();
}

void Stub::handle(const Frame& frame) {
    std::visit(Overloaded{
                   [&](const frame::Packet& packet) {
                       if (session_.acknowledge) {
                           output_("+");
                       }
                       answer(packet.body);
                   },
                   [&](const frame::Ack&) { repeated_ = 0; },
                   [&](const frame::Nak&) { repeat_last(); },
                   [&](const frame::Interrupt&) { interrupt(); },
                   [&](const frame::Notification&) {},
                   [&](const frame::Bad& bad) { handle_bad(bad); },
               },
               frame);
}

void Stub::interrupt() {
    if (console_waits_) {
        give_up_console(true);
    } else if (looked_up_ != 0) {
        --looked_up_;
    } else {
        early_interrupt_.reset();
        if (!debuggee_.running()) {
            early_interrupt_ = std::chrono::steady_clock::now();
        }
        debuggee_.interrupt();
    }
}

void Stub::handle_bad(const frame::Bad& bad) {
    log().debug("a damaged packet came");
    if (session_.acknowledge) {
        output_("-");
    } else if (bad.why == frame::Bad::Why::too_long) {
        send(error_reply({Errc::bad_argument, "the packet is too long"}, session_.client));
    } else {
        send(error_reply({Errc::bad_argument, "the packet is damaged"}, session_.client));
    }
}

void Stub::repeat_last() {
    if (!session_.acknowledge || last_sent_.empty() || repeated_ == kMaxRepeats) {
        return;
    }
    ++repeated_;
    output_(last_sent_);
}

// The one place where replies are made.
void Stub::answer(std::string_view body) {
    trace("<-", body);
    ++waits_;
    if (console_waits_) {
        give_up_console(false);
    }
    const auto command = parse_command(body);
    if (!command) {
        send(*refuse(command.error()));
    } else if (attach_first(*command)) {
        postponed_ = *command;
    } else {
        execute(*command);
    }
}

void Stub::execute(const Command& command) {
    if (const auto reply = std::visit([this](const auto& packet) { return run(packet); }, command)) {
        send(*reply);
    }
}

// Whether the packet has to wait for a pause, because it needs an inferior and the client has none.
bool Stub::attach_first(const Command& command) {
    if (needs_glance(command)) {
        return os_ != nullptr && debuggee_.glance();
    }
    if (session_.attachment != Attachment::at_need || !needs_entry(command)) {
        return false;
    }
    if (!entry_.process.empty() && os_ != nullptr && debuggee_.glance()) {
        return true;  // what it is can be told once the machine is paused
    }
    attach_entry();
    return debuggee_.pausing();
}

// A client that has one process to itself has it attached before it asks for it.
bool Stub::needs_entry(const Command& command) const {
    return needs_inferior(command) || (session_.single && std::holds_alternative<cmd::Attach>(command));
}

void Stub::attach_entry() {
    const auto* const held = debuggee_.held();
    const auto whole = held == nullptr ? MachineInferior::kPid : held->pid;
    const auto pid =
        entry_.process.empty() || os_ == nullptr ? Expected<std::uint32_t>(whole) : find_process(*os_, entry_.process);
    tell_wishes();
    const auto attached = pid ? debuggee_.attach(*pid) : std::unexpected(pid.error());
    if (!attached) {
        log().warn("attaching a client: {}", attached.error().detail);
        return;
    }
    session_.attachment = Attachment::by_entry;
    session_.general = debuggee_.choose({});
}

void Stub::send(std::string_view body) {
    trace("->", body);
    last_sent_ = encode_packet(body, !session_.lldb);
    repeated_ = 0;
    output_(last_sent_);
}

Expected<Inferior*> Stub::selected_inferior(const cmd::OwnThread& thread) {
    if (debuggee_.gone()) {
        return fail(Errc::gone, "the emulator ended");
    }
    if (thread) {
        const auto chosen = debuggee_.choose(*thread);
        if (!chosen) {
            return fail(Errc::not_found, "no such thread");
        }
        session_.general = chosen;
    }
    auto* inferior = session_.general ? debuggee_.find_inferior(session_.general->pid) : nullptr;
    if (inferior == nullptr) {
        return fail(Errc::not_found, "nothing is attached");
    }
    return inferior;
}

Stub::Reply Stub::refuse(const Error& error) const {
    return error_reply(error, session_.client);
}

Stub::Reply Stub::result(const Expected<void>& done) const {
    return done ? Reply("OK") : refuse(done.error());
}

}  // namespace hvgdb::gdbserver
