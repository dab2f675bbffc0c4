// SPDX-License-Identifier: GPL-2.0-or-later
// Which instructions are sinks.
#pragma once

#include <optional>

#include "emulator/taint/lowering.hpp"
#include "emulator/taint/operation.hpp"
#include "emulator/taint/sink_kind.hpp"

namespace hvgdb::emulator::taint {

/// What the instruction's decision depends on; nothing if it is none of these kinds. SinkKind::memory is no
/// instruction's own.
[[nodiscard]] std::optional<Sink> sink_of(const Decoded& decoded, SinkKinds kinds);

}  // namespace hvgdb::emulator::taint
