// SPDX-License-Identifier: GPL-2.0-or-later
// Texts of replies.
#pragma once

#include <string>
#include <string_view>

#include "emulator/target_description.hpp"
#include "gdbserver/debuggee.hpp"
#include "gdbserver/session.hpp"

namespace hvgdb::gdbserver {

/// `E.` and the words for clients that offered `error-message+`, else `E` and an errno of Linux in two digits, for lldb
/// with the words.
[[nodiscard]] std::string error_reply(const Error& error, const ClientFeatures& client);

/// `T..`: the signal, the event if it is one, the thread, its core, the registers that `block` (of the size the
/// description says, or empty) has for the expedited ones, and what else made it stop.
[[nodiscard]] std::string stop_reply(const Stopped& stopped, const Session& session,
                                     const emulator::TargetDescription& description, const RegisterBytes& block);
/// Hexadecimal, with `xx` for a byte that nobody knows.
[[nodiscard]] std::string encode_registers(const RegisterBytes& values);
/// `W..` or `X..`
[[nodiscard]] std::string end_reply(const Ended& ended, const Session& session);
/// `w..`
[[nodiscard]] std::string thread_end_reply(const ThreadEnded& ended, const Session& session);

/// A slice of a document for qXfer: `m` and text, or `l` and the last of it. Any offset and length are fine.
[[nodiscard]] std::string document_slice(std::string_view document, std::uint64_t offset, std::uint64_t length);

}  // namespace hvgdb::gdbserver
