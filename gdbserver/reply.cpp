// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/reply.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

#include "emulator/hex.hpp"
#include "gdbserver/process_registers.hpp"
#include "gdbserver/signals.hpp"

namespace hvgdb::gdbserver {

namespace {

unsigned error_number(Errc code) {
    switch (code) {
        case Errc::bad_argument:
            return 22;  // EINVAL
        case Errc::fault:
            return 14;  // EFAULT
        case Errc::unsupported:
            return 95;  // EOPNOTSUPP
        case Errc::running:
            return 16;  // EBUSY
        case Errc::not_found:
            return 1;  // what gdb's own server says of a missing thread or process
        case Errc::timeout:
            return 110;  // ETIMEDOUT
        case Errc::gone:
            return 19;  // ENODEV
        case Errc::protocol:
            return 71;  // EPROTO
    }
    return 1;
}

std::string_view watch_key(emulator::WatchKind kind) {
    switch (kind) {
        case emulator::WatchKind::read:
            return "rwatch";
        case emulator::WatchKind::access:
            return "awatch";
        case emulator::WatchKind::write:
            break;
    }
    return "watch";
}

std::string cause_text(const Stopped& stopped, const ClientFeatures& client) {
    switch (stopped.cause) {
        case Stopped::Cause::software_breakpoint:
            return client.swbreak ? "swbreak:;" : "";
        case Stopped::Cause::hardware_breakpoint:
            return client.hwbreak ? "hwbreak:;" : "";
        case Stopped::Cause::watchpoint:
            return fmt::format("{}:{:x};", watch_key(stopped.watch_kind), stopped.address.value);
        default:
            return "";
    }
}

/// An event, which comes before the registers: gdb skips those that follow `exec`.
std::string event_text(const Stopped& stopped, const Session& session) {
    const auto child = [&] { return format_thread(stopped.related, true); };
    switch (stopped.cause) {
        case Stopped::Cause::forked:
            return session.client.fork_events ? fmt::format("fork:{};", child()) : "";
        case Stopped::Cause::vforked:
            return session.client.vfork_events ? fmt::format("vfork:{};", child()) : "";
        case Stopped::Cause::vfork_done:
            return session.client.vfork_events ? "vforkdone:;" : "";
        case Stopped::Cause::executed:
            return session.client.exec_events ? fmt::format("exec:{};", encode_hex(stopped.path)) : "";
        case Stopped::Cause::thread_created:
            return session.thread_events ? "create:;" : "";
        case Stopped::Cause::syscall_entered:
            return fmt::format("syscall_entry:{:x};", stopped.syscall);
        case Stopped::Cause::syscall_returned:
            return fmt::format("syscall_return:{:x};", stopped.syscall);
        default:
            return "";
    }
}

}  // namespace

std::string error_reply(const Error& error, const ClientFeatures& client) {
    if (!client.error_message || error.detail.empty()) {
        return fmt::format("E{:02x}", error_number(error.code)) +
               (client.error_text && !error.detail.empty() ? ";" + encode_hex(error.detail) : "");
    }
    auto text = "E." + error.detail;
    std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

std::string encode_registers(const RegisterBytes& values) {
    auto text = encode_hex(values.bytes);
    for (std::size_t i = 0; i < values.unknown.size() && i < values.bytes.size(); ++i) {
        if (values.unknown[i]) {
            text.replace(2 * i, 2, "xx");
        }
    }
    return text;
}

std::string stop_reply(const Stopped& stopped, const Session& session, const emulator::TargetDescription& description,
                       const RegisterBytes& block) {
    auto text = fmt::format("T{:02x}{}thread:{};core:{:x};", number_for(session, static_cast<unsigned>(stopped.signal)),
                            event_text(stopped, session), session.format(stopped.thread), stopped.core);
    for (const auto number : description.expedited()) {
        const auto* info = description.find(number);
        if (info == nullptr || info->offset + info->size > block.bytes.size()) {
            continue;
        }
        const auto value = register_of(block, *info);
        if (std::ranges::find(value.unknown, true) == value.unknown.end()) {  // clients take no unknown values here
            fmt::format_to(std::back_inserter(text), "{:02x}:{};", number, encode_hex(value.bytes));
        }
    }
    return text + cause_text(stopped, session.client);
}

std::string end_reply(const Ended& ended, const Session& session) {
    const auto signal = session.lldb ? ended.signal : protocol_signal(ended.signal);
    auto text = ended.signal != 0 ? fmt::format("X{:02x}", signal)
                                  : fmt::format("W{:02x}", static_cast<unsigned>(ended.code) & 0xffU);
    if (session.client.multiprocess) {
        text += fmt::format(";process:{:x}", ended.pid);
    }
    return text;
}

std::string thread_end_reply(const ThreadEnded& ended, const Session& session) {
    return fmt::format("w{:x};{}", static_cast<unsigned>(ended.code), session.format(ended.thread));
}

std::string document_slice(std::string_view document, std::uint64_t offset, std::uint64_t length) {
    if (offset >= document.size()) {
        return "l";
    }
    const auto rest = document.substr(static_cast<std::size_t>(offset));
    const auto count = std::min<std::uint64_t>({length, rest.size(), kMaxPayload});
    return (count == rest.size() ? "l" : "m") + std::string(rest.substr(0, static_cast<std::size_t>(count)));
}

}  // namespace hvgdb::gdbserver
