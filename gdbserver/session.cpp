// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/session.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "gdbserver/signals.hpp"

namespace hvgdb::gdbserver {

ClientFeatures ClientFeatures::parse(std::span<const std::string> features) {
    const auto offers = [features](std::string_view name) {
        return std::ranges::find(features, name) != features.end();
    };
    return {.multiprocess = offers("multiprocess+"),
            .error_message = offers("error-message+"),
            .swbreak = offers("swbreak+"),
            .hwbreak = offers("hwbreak+"),
            .fork_events = offers("fork-events+"),
            .vfork_events = offers("vfork-events+"),
            .exec_events = offers("exec-events+"),
            .no_resumed = offers("no-resumed+")};
}

unsigned number_for(const Session& session, unsigned signal) {
    return session.lldb ? linux_signal(signal).value_or(kUnknownSignal) : signal;
}

unsigned signal_from(const Session& session, unsigned number) {
    return session.lldb ? protocol_signal(number) : number;
}

namespace {

constexpr std::string_view kOsDocuments =
    ";qXfer:osdata:read+;qXfer:exec-file:read+;qXfer:auxv:read+;qXfer:libraries-svr4:read+;qXfer:siginfo:read+";
constexpr std::string_view kEvents = ";QCatchSyscalls+;QPassSignals+;QProgramSignals+;QThreadEvents+";

}  // namespace

std::string supported_features(const ClientFeatures& client, const GuestFeatures& guest) {
    auto text = fmt::format(
        "PacketSize={:x};QStartNoAckMode+;vContSupported+;swbreak+;hwbreak+;ConditionalBreakpoints+;BreakpointCommands+"
        ";qXfer:features:read+;qXfer:threads:read+;binary-upload+;error-message+{}{}",
        kPacketSize, guest.documents ? kOsDocuments : "", client.multiprocess ? ";multiprocess+" : "");
    if (!guest.events) {
        return text;
    }
    text += kEvents;
    text += client.fork_events ? ";fork-events+" : "";
    text += client.vfork_events ? ";vfork-events+" : "";
    text += client.exec_events ? ";exec-events+" : "";
    text += client.no_resumed ? ";no-resumed+" : "";
    return text;
}

}  // namespace hvgdb::gdbserver
