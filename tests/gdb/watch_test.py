# SPDX-License-Identifier: GPL-2.0-or-later
"""Watchpoints on a variable of a user program."""

import environment
import symbols
from expect import GuestCase

CALLS = 12
COUNT_ONE = symbols.symbols("counter")["count_one"]
READ, _, WRITE, AFTER_WRITE = (COUNT_ONE + offset for offset, _ in symbols.listing("counter", "count_one"))
AFTER_READ = COUNT_ONE + symbols.listing("counter", "count_one")[1][0]


class Watchpoints(GuestCase):
    SMP = 2

    def setUp(self) -> None:
        super().setUp()
        self.debugger = self.gdb(environment.guest_program("counter"))
        self.debugger.cmd(f"tbreak *{COUNT_ONE:#x}")
        self.program = self.guest.launch(f"counter {CALLS} 1000")
        self.assertIn("breakpoint 1, ", self.debugger.cont())

    def check_program_ends_well(self) -> None:
        self.debugger.cmd("delete")
        self.debugger.cmd("detach")
        self.program.wait()
        self.assertEqual(self.program.last_values()["counter"], CALLS)

    def test_watch(self) -> None:
        self.assertIn("Hardware watchpoint 2: counter", self.debugger.cmd("watch counter"))
        for calls in range(CALLS):
            text = self.debugger.cont()
            self.assertIn(f"Old value = {calls}\nNew value = {calls + 1}\n", text)
            self.assertEqual(self.debugger.value("$pc"), AFTER_WRITE)
        self.assertEqual(self.debugger.hits(2), CALLS)
        self.check_program_ends_well()

    def test_rwatch(self) -> None:
        self.debugger.cmd("rwatch counter")
        for calls in range(5):
            self.assertIn(f"Value = {calls}\n", self.debugger.cont())
            self.assertEqual(self.debugger.value("$pc"), AFTER_READ)
        self.check_program_ends_well()

    def test_awatch(self) -> None:
        self.debugger.cmd("awatch counter")
        for calls in range(4):
            self.assertIn(f"Value = {calls}\n", self.debugger.cont())
            self.assertEqual(self.debugger.value("$pc"), AFTER_READ)
            self.assertIn(f"Old value = {calls}\nNew value = {calls + 1}\n", self.debugger.cont())
            self.assertEqual(self.debugger.value("$pc"), AFTER_WRITE)
        self.check_program_ends_well()

    def test_watch_by_address(self) -> None:
        self.debugger.cmd(f"watch *(unsigned long *) {symbols.symbols('counter')['counter']:#x}")
        self.assertIn("Old value = 0\nNew value = 1\n", self.debugger.cont())
        self.check_program_ends_well()

    def test_deleted_watchpoint_is_silent(self) -> None:
        self.debugger.cmd("watch counter")
        self.debugger.cont()
        self.debugger.cmd("delete 2")
        self.debugger.cont_async()
        self.program.wait()
        self.assertIn("SIGINT", self.debugger.interrupt())

    def test_breakpoint_and_watchpoint_together(self) -> None:
        self.debugger.cmd("watch counter")
        self.debugger.cmd(f"break *{COUNT_ONE:#x}")
        for calls in range(1, 5):
            self.assertIn(f"New value = {calls}\n", self.debugger.cont())
            self.assertIn("Breakpoint 3, ", self.debugger.cont())
        self.check_program_ends_well()
