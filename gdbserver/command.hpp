// SPDX-License-Identifier: GPL-2.0-or-later
// The packet table: which packets there are, what reads them, what they mean.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "gdbserver/commands.hpp"

namespace hvgdb::gdbserver {

struct PacketRow {
    enum class Match : std::uint8_t { exact, prefix };
    using Parser = Expected<Command> (*)(std::string_view rest);

    std::string_view name;  ///< how a packet begins
    Match match = Match::exact;
    Parser parse = nullptr;    ///< gets what follows the name
    std::string_view meaning;  ///< one line for docs/packets.md
};

/// Whether it asks about an inferior, or does something to one, that is attached already.
[[nodiscard]] bool needs_inferior(const Command& command);

/// Whether it asks about the guest as a whole, of which more is known while it stands still.
[[nodiscard]] bool needs_glance(const Command& command);

/// In the order in which rows are tried.
[[nodiscard]] std::span<const PacketRow> packet_table();

/// An unescaped packet body to a command: cmd::Unknown for a packet that no row names, `bad_argument` for a malformed
/// one. Any bytes are fine; allocates no more than a small multiple of the body.
[[nodiscard]] Expected<Command> parse_command(std::string_view body);

}  // namespace hvgdb::gdbserver
