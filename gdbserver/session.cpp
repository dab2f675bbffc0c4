// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/session.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace hvgdb::gdbserver {

ClientFeatures ClientFeatures::parse(std::span<const std::string> features) {
    const auto offers = [features](std::string_view name) {
        return std::ranges::find(features, name) != features.end();
    };
    return {.multiprocess = offers("multiprocess+"),
            .error_message = offers("error-message+"),
            .swbreak = offers("swbreak+"),
            .hwbreak = offers("hwbreak+")};
}

std::string supported_features(const ClientFeatures& client, bool osdata) {
    return fmt::format(
        "PacketSize={:x};QStartNoAckMode+;vContSupported+;swbreak+;hwbreak+;qXfer:features:read+;qXfer:threads:read+;"
        "binary-upload+;error-message+{}{}",
        kPacketSize, osdata ? ";qXfer:osdata:read+" : "", client.multiprocess ? ";multiprocess+" : "");
}

}  // namespace hvgdb::gdbserver
