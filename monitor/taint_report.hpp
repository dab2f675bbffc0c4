// SPDX-License-Identifier: GPL-2.0-or-later
// What is said about taint. Only of a paused machine.
#pragma once

#include <string>

#include "emulator/taint/engine.hpp"
#include "emulator/taint/policy.hpp"
#include "monitor/taint_place.hpp"

namespace hvgdb::monitor {

/// "3, 7..9"; at most a few dozen ranges of them.
[[nodiscard]] std::string labels_text(const emulator::taint::LabelSets& labels, emulator::taint::SetId set);

/// "Memory locations 0x5555 to 0x5564 tainted.": what has just been done to them, in a word.
[[nodiscard]] std::string done_report(const TaintPlace& place, std::string_view what);

/// "Register rax is not tainted."
[[nodiscard]] std::string check_report(emulator::taint::Engine& engine, const TaintPlace& place);

/// The labels of each byte, equal neighbours together: one sentence, or lines for at most kMostShownRuns of them.
[[nodiscard]] std::string labels_report(emulator::taint::Engine& engine, const TaintPlace& place);
inline constexpr std::size_t kMostShownRuns = 256;

/// "loads off, stores off, conditions off"
[[nodiscard]] std::string policy_text(const emulator::taint::Policy& policy);

/// How much there is, what it takes, and what was lost.
[[nodiscard]] std::string statistics_report(emulator::taint::Engine& engine);

/// The registers of a vCPU that carry labels, as gdb calls them, with commas between; empty: none.
[[nodiscard]] std::string live_registers(emulator::taint::Engine& engine, VcpuId vcpu);

}  // namespace hvgdb::monitor
