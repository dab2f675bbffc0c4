// SPDX-License-Identifier: GPL-2.0-or-later
// Labels for what has come into a process's memory.
#pragma once

#include <cstdint>
#include <span>

#include "emulator/taint/engine.hpp"
#include "monitor/taint_source.hpp"
#include "osi/address_range.hpp"
#include "osi/call_buffer.hpp"
#include "osi/os.hpp"

namespace hvgdb::monitor {

/// A paused machine's.
struct ProcessTaint {
    osi::Os& os;
    emulator::taint::Engine& engine;
    osi::ProcessId process = 0;
};

struct LabelCount {
    std::uint64_t labelled = 0;  ///< bytes
    std::uint64_t missed = 0;    ///< bytes that are not in memory, whose label would be too large, or beyond the bounds
};

/// The first piece's first byte is at `position`. At most kMostTaintedBytes, or with labels by position
/// kMostPositional. Labels that are there already stay.
LabelCount label_buffer(const ProcessTaint& where, std::span<const osi::UserPiece> pieces, const InputLabels& labels,
                        std::uint64_t position);

/// All bytes but NULs, the first of which is at position 0. The same bounds.
LabelCount label_strings(const ProcessTaint& where, const osi::AddressRange& strings, const InputLabels& labels);

}  // namespace hvgdb::monitor
