// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "emulator/taint/operation.hpp"

namespace hvgdb::emulator::taint {

/// Leaves out the operations whose results nobody reads: most of all those on flags, which nearly every instruction
/// sets and few test. What an instruction may be interrupted or stopped at keeps every register but the flags, and
/// what has an entry of its own keeps the flags too.
void drop_dead_operations(Block& block);

}  // namespace hvgdb::emulator::taint
