// SPDX-License-Identifier: GPL-2.0-or-later
// From a monitor line to a command or to what is wrong with it.
#pragma once

#include <expected>
#include <string_view>

#include "emulator/target_description.hpp"
#include "monitor/command.hpp"
#include "monitor/diagnostic.hpp"

namespace hvgdb::monitor {

/// Blanks at the ends of the line do not count, also not for the diagnostic's column. Where the line is no sentence of
/// the language, the diagnostic names what could have stood at the furthest place that was still understood; a number
/// out of range and a register that is not in `description` are reported where they stand, whatever follows.
[[nodiscard]] std::expected<Command, Diagnostic> parse(std::string_view line,
                                                       const emulator::TargetDescription& description);

}  // namespace hvgdb::monitor
