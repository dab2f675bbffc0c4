# SPDX-License-Identifier: GPL-2.0-or-later
"""`target remote` to a process: --attach names it."""

import re

from process_case import ProcessCase

LONG = 4_000_000_000


class ByName(ProcessCase):
    HVGDB_ARGS = ("--attach", "counter")

    def test_it_is_the_inferior(self) -> None:
        program = self.guest.start(f"counter {LONG} 1000")
        pid = program.values()["pid"]
        gdb = self.gdb()
        self.assert_match(gdb.cmd("info threads"), rf"^\* 1 +Thread {pid}\.{pid} ")
        self.assertNotIn("10000000", gdb.cmd("info threads"))
        self.assertIn("/bin/counter'", gdb.cmd("info proc exe"))
        self.assertEqual(gdb.value("(long) &count_one"), program.values()["count_one"])
        gdb.cmd("break count_one")
        self.continue_hits(gdb, 5, r"^Breakpoint 1, ")
        self.assert_match(gdb.cmd("bt"), r"(?s)^#0 .*count_one.*#1 .* main ")
        gdb.cont_async()
        gdb.interrupt()
        gdb.cmd("detach")
        self.assert_guest_runs()
        self.assertFalse(program.has_ended())

    def test_it_is_not_there(self) -> None:
        gdb = self.lone_gdb()
        text = gdb.cmd(f"target remote {self.guest.endpoint[0]}:{self.guest.endpoint[1]}")
        self.assertIn("The target is not running", text)
        self.assertFalse(gdb.alive_target())
        self.assert_guest_runs()


class ByNumber(ProcessCase):
    HVGDB_ARGS = ("--attach", "1")

    def test_it_is_the_inferior(self) -> None:
        gdb = self.gdb()
        self.assert_match(gdb.cmd("info threads"), r"^\* 1 +Thread 1\.1 ")
        mapped = gdb.cmd("info proc mappings")
        self.assertTrue(re.search(r"r-xp?\b.*busybox", mapped), mapped)
        gdb.cmd("detach")
        self.assert_guest_runs()
