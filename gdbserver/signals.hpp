// SPDX-License-Identifier: GPL-2.0-or-later
// Signal numbers: Linux's on x86 (arch/x86/include/uapi/asm/signal.h) and the remote protocol's (gdb,
// include/gdb/signals.def).
#pragma once

#include <optional>

namespace hvgdb::gdbserver {

/// The protocol's number of one that it has no name for.
inline constexpr unsigned kUnknownSignal = 143;

/// 0, no signal, is 0 in both. Any number is fine: kUnknownSignal for one that the protocol does not know.
[[nodiscard]] unsigned protocol_signal(unsigned linux_number);

/// Nothing for one that Linux does not have, kUnknownSignal among them.
[[nodiscard]] std::optional<unsigned> linux_signal(unsigned protocol_number);

}  // namespace hvgdb::gdbserver
