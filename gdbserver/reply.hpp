// SPDX-License-Identifier: GPL-2.0-or-later
// Texts of replies.
#pragma once

#include <string>
#include <string_view>

#include "emulator/target_description.hpp"
#include "gdbserver/debuggee.hpp"
#include "gdbserver/session.hpp"

namespace hvgdb::gdbserver {

/// `E.` and the words for clients that offered `error-message+`, else `E` and an errno of Linux in two digits.
[[nodiscard]] std::string error_reply(const Error& error, const ClientFeatures& client);

/// `T..`: the reason, the thread, its core and the registers that `block` (of the size the description says, or empty)
/// has for the expedited ones.
[[nodiscard]] std::string stop_reply(const Stopped& stopped, const Session& session,
                                     const emulator::TargetDescription& description, std::span<const std::byte> block);
/// `W..`
[[nodiscard]] std::string end_reply(const Ended& ended, const Session& session);

/// A slice of a document for qXfer: `m` and text, or `l` and the last of it. Any offset and length are fine.
[[nodiscard]] std::string document_slice(std::string_view document, std::uint64_t offset, std::uint64_t length);

}  // namespace hvgdb::gdbserver
