// SPDX-License-Identifier: GPL-2.0-or-later
// Reading and changing the taint of some bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "emulator/taint/engine.hpp"
#include "monitor/taint_place.hpp"

namespace hvgdb::monitor {

/// Neighbours with the same labels.
struct TaintRun {
    std::uint64_t first = 0;  ///< counted from the place's start
    std::uint64_t last = 0;   ///< included
    emulator::taint::SetId set = emulator::taint::kNoLabels;
    friend bool operator==(const TaintRun&, const TaintRun&) = default;
};

struct TaintedBytes {
    std::vector<TaintRun> runs;  ///< of tainted bytes, ascending
    std::uint64_t more_runs = 0;
    std::uint64_t bytes = 0;  ///< tainted ones, all of them
};

[[nodiscard]] TaintedBytes tainted_bytes(emulator::taint::Engine& engine, const TaintPlace& place,
                                         std::size_t most_runs);

/// `label` on each byte or, if `positional`, on the first, and one more on each that follows. Together with what is
/// there already.
void add_labels(emulator::taint::Engine& engine, const TaintPlace& place, emulator::taint::Label label,
                bool positional);
void clear_labels(emulator::taint::Engine& engine, const TaintPlace& place);

}  // namespace hvgdb::monitor
