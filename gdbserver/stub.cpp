// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/stub.hpp"

#include <utility>
#include <variant>

#include "emulator/hex.hpp"
#include "gdbserver/log.hpp"
#include "gdbserver/reply.hpp"

namespace hvgdb::gdbserver {

namespace {

// gdb itself asks three times for the same packet before it gives up.
constexpr unsigned kMaxRepeats = 3;

template <typename... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};

void trace(std::string_view direction, std::string_view body) {
    if (log().should_log(spdlog::level::trace)) {
        log().trace("{} {}", direction, printable(body));
    }
}

}  // namespace

Stub::Stub(Debuggee& debuggee) : debuggee_(debuggee), decoder_(kPacketSize, false) {
    debuggee_.set_report_handler([this](const StopReport& report) { on_report(report); });
}

Stub::~Stub() {
    debuggee_.set_report_handler({});
}

void Stub::connect(Output output) {
    output_ = std::move(output);
    session_ = {};
    decoder_ = FrameDecoder(kPacketSize, false);
    held_.clear();
    last_sent_.clear();
    repeated_ = awaiting_stop_ = 0;
    flooded_ = false;
    if (const auto attached = debuggee_.attach(MachineInferior::kPid); !attached) {
        log().warn("attaching a client: {}", attached.error().detail);
    }
    session_.general = debuggee_.choose({});
}

void Stub::disconnect() {
    if (!connected()) {
        return;
    }
    output_ = nullptr;
    held_.clear();
    debuggee_.detach();
}

void Stub::pause_overdue() {
    if (!debuggee_.pausing()) {
        return;
    }
    log().warn("the machine does not pause");
    debuggee_.give_up_pausing();
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
                   [&](const frame::Interrupt&) { debuggee_.interrupt(); },
                   [&](const frame::Notification&) {},
                   [&](const frame::Bad& bad) { handle_bad(bad); },
               },
               frame);
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
    const auto command = parse_command(body);
    const auto reply =
        command ? std::visit([this](const auto& packet) { return run(packet); }, *command) : refuse(command.error());
    if (reply) {
        send(*reply);
    }
}

void Stub::send(std::string_view body) {
    trace("->", body);
    last_sent_ = encode_packet(body, !session_.lldb);
    repeated_ = 0;
    output_(last_sent_);
}

void Stub::on_report(const StopReport& report) {
    if (!connected()) {
        return;
    }
    session_.documents.clear();
    std::string text;
    if (const auto* ended = std::get_if<Ended>(&report)) {
        text = end_reply(*ended, session_);
        session_.general.reset();
    } else {
        session_.general = std::get<Stopped>(report).thread;
        if (awaiting_stop_ > 0) {
            text = stop_text();
        }
    }
    for (; awaiting_stop_ > 0; --awaiting_stop_) {
        send(text);
    }
    work_off();
}

Expected<Inferior*> Stub::selected_inferior() {
    if (debuggee_.gone()) {
        return fail(Errc::gone, "the emulator ended");
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
