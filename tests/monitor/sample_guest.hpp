// SPDX-License-Identifier: GPL-2.0-or-later
// What the tests of monitor commands look at.
#pragma once

#include "tests/support/fake_os.hpp"

namespace hvgdb::monitor {

/// systemd (1), a kernel thread (2) and its child (17), sshd (812), which vCPU 0 runs, and a shell (1001) below it.
/// vCPU 1 is idle.
[[nodiscard]] test::FakeGuest sample_guest();

/// Bytes that a hostile guest would like to see on a terminal.
inline constexpr char kHostile[] = "\x1b]0;owned\x07\r\nrow\t\xff\x80";

}  // namespace hvgdb::monitor
