// SPDX-License-Identifier: GPL-2.0-or-later
// Taint for scripts: values for json_report. Only of a paused machine.
#pragma once

#include <boost/json/value.hpp>

#include "emulator/taint/engine.hpp"
#include "monitor/taint_place.hpp"

namespace hvgdb::monitor {

/// {"size", "tainted": bytes, "ranges": [{"first", "last", "labels": [[first, last], ...]}, ...], "more": ranges that
/// are left out}. First and last are addresses, or of a register byte numbers; labels that are not known are null.
[[nodiscard]] boost::json::value taint_json(emulator::taint::Engine& engine, const TaintPlace& place);
[[nodiscard]] boost::json::value taint_statistics_json(emulator::taint::Engine& engine);

}  // namespace hvgdb::monitor
