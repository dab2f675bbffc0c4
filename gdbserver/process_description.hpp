// SPDX-License-Identifier: GPL-2.0-or-later
// The registers of a Linux program on an x86-64 kernel, as gdb's own description of such programs names and numbers
// them.
#pragma once

#include "emulator/target_description.hpp"

namespace hvgdb::gdbserver {

struct ProgramKind {
    bool compat = false;  ///< a 32-bit program: i386's registers
    bool avx = false;     ///< with the upper halves of the ymm registers
};

/// One document, "target.xml". Numbers are those that gdbserver(1) and gdb's native target use for such programs,
/// which clients without target descriptions take for granted: orig_rax is 57 (orig_eax 41), ymm0h 60 (42). Made once
/// for each kind; never ends.
[[nodiscard]] const emulator::TargetDescription& process_description(ProgramKind kind);

}  // namespace hvgdb::gdbserver
