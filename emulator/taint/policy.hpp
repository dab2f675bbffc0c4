// SPDX-License-Identifier: GPL-2.0-or-later
// What counts as a flow of data where opinions differ.
#pragma once

#include <cstdint>

#include "emulator/taint/sink_kind.hpp"

namespace hvgdb::emulator::taint {

/// Whether data accessed through a tainted address is tainted by the address.
enum class PointerTaint : std::uint8_t {
    off,
    /// By the registers that select an element of a table: the index register, and the base register where the index is
    /// not scaled (either may be the table then) or a displacement of 32 bits is the table.
    index,
    all,  ///< by every register of the address
};

/// Compiled into blocks: a change means to compile them anew.
struct Policy {
    PointerTaint loads = PointerTaint::off;
    PointerTaint stores = PointerTaint::off;
    /// The flags taint what a conditional move, compare-and-exchange or masked move chose, not only what it copied.
    bool conditions = false;
    /// Which decisions are looked at. They taint nothing.
    SinkKinds sinks = {};
    friend bool operator==(const Policy&, const Policy&) = default;
};

}  // namespace hvgdb::emulator::taint
