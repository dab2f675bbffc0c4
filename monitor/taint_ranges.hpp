// SPDX-License-Identifier: GPL-2.0-or-later
// The tainted bytes of a process's memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "emulator/taint/labels.hpp"
#include "monitor/taint_input.hpp"
#include "osi/call_buffer.hpp"

namespace hvgdb::monitor {

/// Neighbours with the same labels.
struct TaintedRange {
    std::uint64_t first = 0;  ///< a virtual address
    std::uint64_t last = 0;   ///< included
    emulator::taint::SetId set = emulator::taint::kNoLabels;
    friend bool operator==(const TaintedRange&, const TaintedRange&) = default;
};

struct TaintedRanges {
    std::vector<TaintedRange> ranges;  ///< in the order of the pieces
    bool complete = true;              ///< else there are more, or it is not known
};

/// Of a paused machine. What is not in memory is not tainted. At most `most` ranges, of kMostTaintedBytes.
[[nodiscard]] TaintedRanges tainted_ranges(const ProcessTaint& where, std::span<const osi::UserPiece> pieces,
                                           std::size_t most);

/// "0x5000..0x500f: 3, 7..9; 0x5010..0x501f: 0..15, one each": the latter are bytes with one label each, one more on
/// each that follows. At most `most` of these, the rest is counted.
[[nodiscard]] std::string ranges_text(const emulator::taint::LabelSets& labels, const TaintedRanges& tainted,
                                      std::size_t most);

}  // namespace hvgdb::monitor
