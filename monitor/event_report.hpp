// SPDX-License-Identifier: GPL-2.0-or-later
// The answers about the log of events and about the programs that are waited for.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>

#include "monitor/event_log.hpp"
#include "osi/start_order.hpp"

namespace hvgdb::monitor {

/// What is logged. `waits`: for a kernel, so that nothing comes yet.
[[nodiscard]] std::string wish_report(const std::optional<EventWish>& wish, bool waits);
/// A row a kind that can be asked for.
[[nodiscard]] std::string kinds_report();
/// A paragraph a kind that cannot be had; empty when there is none.
[[nodiscard]] std::string missing_report(std::span<const EventLog::Missing> missing);

using HeldProcess = std::pair<osi::ProcessId, std::string>;

/// A row a program, and who is held.
[[nodiscard]] std::string awaited_report(std::span<const osi::StartOrder> orders,
                                         const std::optional<HeldProcess>& held);
/// "waiting for /bin/cat, to hold it at its entry point"
[[nodiscard]] std::string order_report(const osi::StartOrder& order);

/// Which kernel functions tell of events; empty when none is known.
[[nodiscard]] std::string sources_report(osi::Events& events);

}  // namespace hvgdb::monitor
