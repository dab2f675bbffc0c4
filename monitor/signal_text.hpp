// SPDX-License-Identifier: GPL-2.0-or-later
// Signals, and what becomes of a process by one. All texts are printable.
#pragma once

#include <cstdint>
#include <string>

#include "osi/events.hpp"

namespace hvgdb::monitor {

/// "exited with 0", "killed by SIGSEGV (core dumped)"; `status` as wait(2) gives it.
[[nodiscard]] std::string status_text(std::uint32_t status);

/// "signal SIGSEGV at 0x0, by default".
[[nodiscard]] std::string signal_text(const osi::event::Signal& signal);

}  // namespace hvgdb::monitor
