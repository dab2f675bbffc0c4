// SPDX-License-Identifier: GPL-2.0-or-later
// The packets of the handshake, monitor commands and QEMU's own packets.
#include <fmt/format.h>

#include "emulator/hex.hpp"
#include "gdbserver/reply.hpp"
#include "gdbserver/stub.hpp"

namespace hvgdb::gdbserver {

Stub::Reply Stub::run(const cmd::Supported& command) {
    if (command.features) {
        const bool error_text = session_.client.error_text;
        session_.client = ClientFeatures::parse(*command.features);
        session_.client.error_text = error_text;
        session_.client.multiprocess = session_.client.multiprocess && !session_.single;
    }
    tell_wishes();
    return supported_features(session_.client, {.documents = os_ != nullptr, .events = events_ != nullptr});
}

Stub::Reply Stub::run(const cmd::MustReplyEmpty&) {
    return "";
}
Stub::Reply Stub::run(const cmd::Unknown&) {
    return "";
}
Stub::Reply Stub::run(const cmd::TraceStatus&) {
    return "";
}
Stub::Reply Stub::run(const cmd::ExtendedMode&) {
    if (session_.attachment == Attachment::at_need && !session_.single) {
        session_.attachment = Attachment::by_client;
    }
    return "OK";
}
Stub::Reply Stub::run(const cmd::SymbolLookup&) {
    return "OK";
}

Stub::Reply Stub::run(const cmd::StartNoAckMode&) {
    session_.acknowledge = false;
    decoder_.set_verify_checksums(false);
    return "OK";
}

Stub::Reply Stub::run(const cmd::NonStop& command) {
    if (command.on) {
        return refuse({Errc::unsupported, "non-stop mode is not supported"});
    }
    return "OK";
}

Stub::Reply Stub::run(const cmd::Monitor& command) {
    if (!monitor_) {
        return "";
    }
    Selection selected;
    if (session_.general) {
        selected.vcpu = debuggee_.vcpu_of(*session_.general).value_or(VcpuId{});
        selected.thread = *session_.general;
    }
    const auto awaited = debuggee_.awaited_starts().size();
    auto reply = monitor_(command.line, selected);
    console_waits_ = console_waits(reply, awaited);
    auto& text = reply.text;
    if (text.size() > kMaxMonitorOutput) {
        text.resize(kMaxMonitorOutput);
        text += "\n(the rest is cut)\n";
    }
    if (!console_waits_ && !text.empty() && text.size() <= kConsolePiece) {
        return encode_hex(text);
    }
    send_console(text);
    return console_waits_ ? std::nullopt : Reply("OK");
}

// QEMU's packets are the machine's: clients take whoever answers them for QEMU, and look for the guest's memory in ways
// that do not fit a process.
bool Stub::machine_selected() const {
    return session_.general && session_.general->pid == MachineInferior::kPid;
}

Stub::Reply Stub::run(const cmd::StepFlagNames&) {
    if (!machine_selected()) {
        return "";
    }
    return "ENABLE=1,NOIRQ=2,NOTIMER=4";
}

Stub::Reply Stub::run(const cmd::StepFlags&) {
    if (!machine_selected()) {
        return "";
    }
    return fmt::format("0x{:x}", debuggee_.machine().step_flags());
}

Stub::Reply Stub::run(const cmd::SetStepFlags& command) {
    if (!machine_selected()) {
        return "";
    }
    return result(debuggee_.set_step_flags(command.flags));
}

Stub::Reply Stub::run(const cmd::PhysicalMode&) {
    if (!machine_selected()) {
        return "";
    }
    return session_.physical ? "1" : "0";
}

Stub::Reply Stub::run(const cmd::SetPhysicalMode& command) {
    if (!machine_selected()) {
        return "";
    }
    session_.physical = command.on;
    return "OK";
}

}  // namespace hvgdb::gdbserver
