# SPDX-License-Identifier: GPL-2.0-or-later
"""Watchpoints of a process, on a variable that another process of the same binary writes too."""

from process_case import ProcessCase

CALLS = 15
PAUSE_US = 5_000


class Watchpoints(ProcessCase):
    def setUp(self) -> None:
        super().setUp()
        self.program, self.other = (self.guest.hold(f"counter {CALLS} {PAUSE_US} 1") for _ in range(2))
        self.debugger = self.attached(self.program)
        self.guest.release(self.program, self.other)

    def check_both_end_well(self) -> None:
        self.debugger.cmd("detach")
        for program in (self.program, self.other):
            self.assert_ends_with(program, counter=CALLS)

    def test_watch(self) -> None:
        self.assertIn("Hardware watchpoint 1: ", self.debugger.cmd("watch *(unsigned long *) &counter"))
        for calls in range(CALLS):
            self.assertIn(f"Old value = {calls}\nNew value = {calls + 1}\n", self.debugger.cont())
        self.assertEqual(self.debugger.hits(1), CALLS)
        self.debugger.cmd("delete")
        self.check_both_end_well()

    def test_rwatch_and_awatch(self) -> None:
        self.debugger.cmd("rwatch *(unsigned long *) &counter")
        for calls in range(4):
            self.assertIn(f"Value = {calls}\n", self.debugger.cont())
        self.debugger.cmd("delete")
        self.debugger.cmd("awatch *(unsigned long *) &counter")
        self.assertIn("New value = 4\n", self.debugger.cont())
        self.assertIn("Value = 4\n", self.debugger.cont())
        self.debugger.cmd("delete")
        self.check_both_end_well()

    def test_condition(self) -> None:
        self.debugger.cmd("watch *(unsigned long *) &counter if *(unsigned long *) &counter == 9")
        self.assertIn("New value = 9\n", self.debugger.cont())
        self.debugger.cmd("delete")
        self.check_both_end_well()
