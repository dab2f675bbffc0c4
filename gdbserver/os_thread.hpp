// SPDX-License-Identifier: GPL-2.0-or-later
// A thread of the guest's operating system, as gdb lists it.
#pragma once

#include "gdbserver/inferior.hpp"
#include "osi/os.hpp"

namespace hvgdb::gdbserver {

[[nodiscard]] ThreadInfo describe_thread(const osi::Thread& thread);

}  // namespace hvgdb::gdbserver
