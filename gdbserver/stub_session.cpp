// SPDX-License-Identifier: GPL-2.0-or-later
// The packets of the handshake, monitor commands and QEMU's own packets.
#include <fmt/format.h>

#include "emulator/hex.hpp"
#include "gdbserver/reply.hpp"
#include "gdbserver/stub.hpp"

namespace hvgdb::gdbserver {

namespace {

/// Text in one `O` packet; gdb's time limit starts anew with each.
constexpr std::size_t kConsolePiece = 4096;

struct Triple {
    std::string_view architecture;
    std::string_view name;
    unsigned pointer_size;
};
constexpr Triple kTriples[] = {
    {"i386:x86-64", "x86_64-unknown-unknown", 8},
    {"i386", "i386-unknown-unknown", 4},
    {"aarch64", "aarch64-unknown-unknown", 8},
    {"riscv:rv64", "riscv64-unknown-unknown", 8},
};

}  // namespace

Stub::Reply Stub::run(const cmd::Supported& command) {
    if (command.features) {
        session_.client = ClientFeatures::parse(*command.features);
    }
    return supported_features(session_.client, os_ != nullptr);
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

Stub::Reply Stub::run(const cmd::ThreadSuffix&) {
    session_.lldb = true;
    return "";
}

Stub::Reply Stub::run(const cmd::HostInfo&) {
    const auto& architecture = debuggee_.machine().description().architecture();
    for (const auto& triple : kTriples) {
        if (triple.architecture == architecture) {
            return fmt::format("triple:{};ptrsize:{};endian:little;", encode_hex(triple.name), triple.pointer_size);
        }
    }
    return "";
}

Stub::Reply Stub::run(const cmd::Monitor& command) {
    if (!monitor_) {
        return "";
    }
    const auto selected = session_.general ? debuggee_.vcpu_of(*session_.general) : VcpuId{};
    auto text = monitor_(command.line, selected).text;
    if (text.empty()) {
        return "OK";
    }
    if (text.size() > kMaxMonitorOutput) {
        text.resize(kMaxMonitorOutput);
        text += "\n(the rest is cut)\n";
    }
    if (text.size() <= kConsolePiece) {
        return encode_hex(text);
    }
    for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(std::min(kConsolePiece, rest.size()))) {
        send("O" + encode_hex(rest.substr(0, kConsolePiece)));
    }
    return "OK";
}

Stub::Reply Stub::run(const cmd::StepFlagNames&) {
    return "ENABLE=1,NOIRQ=2,NOTIMER=4";
}

Stub::Reply Stub::run(const cmd::StepFlags&) {
    return fmt::format("0x{:x}", debuggee_.machine().step_flags());
}

Stub::Reply Stub::run(const cmd::SetStepFlags& command) {
    return result(debuggee_.set_step_flags(command.flags));
}

Stub::Reply Stub::run(const cmd::PhysicalMode&) {
    return session_.physical ? "1" : "0";
}

Stub::Reply Stub::run(const cmd::SetPhysicalMode& command) {
    session_.physical = command.on;
    return "OK";
}

}  // namespace hvgdb::gdbserver
