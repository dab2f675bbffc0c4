// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/reply.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

#include "emulator/hex.hpp"

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
        case Stopped::Cause::other:
            break;
    }
    return "";
}

}  // namespace

std::string error_reply(const Error& error, const ClientFeatures& client) {
    if (!client.error_message || error.detail.empty()) {
        return fmt::format("E{:02x}", error_number(error.code));
    }
    auto text = "E." + error.detail;
    std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

std::string stop_reply(const Stopped& stopped, const Session& session, const emulator::TargetDescription& description,
                       std::span<const std::byte> block) {
    auto text = fmt::format("T{:02x}thread:{};core:{:x};", static_cast<unsigned>(stopped.signal),
                            session.format(stopped.thread), stopped.core);
    for (const auto number : description.expedited()) {
        const auto* info = description.find(number);
        if (info == nullptr || info->offset + info->size > block.size()) {
            continue;
        }
        fmt::format_to(std::back_inserter(text), "{:02x}:{};", number,
                       encode_hex(block.subspan(info->offset, info->size)));
    }
    return text + cause_text(stopped, session.client);
}

std::string end_reply(const Ended& ended, const Session& session) {
    auto text = fmt::format("W{:02x}", static_cast<unsigned>(ended.code) & 0xffU);
    if (session.client.multiprocess) {
        text += fmt::format(";process:{:x}", ended.pid);
    }
    return text;
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
