# SPDX-License-Identifier: GPL-2.0-or-later
"""Conditions and dprintf commands that hvgdb evaluates itself, where the hits are."""

import re
import time

import symbols
from process_case import ProcessCase

MANY = 100_000
LATE = 99_990
QUICKLY = 10.0
# By its address: for a symbol without debugging information gdb makes no expression for the target.
COUNTER = f"*(unsigned long *) {symbols.symbols('counter')['counter']:#x}"
COUNT_ONE = symbols.symbols("counter")["count_one"]
BEHIND = COUNT_ONE + symbols.listing("counter", "count_one")[1][0]


class Conditions(ProcessCase):
    def debug(self, calls: int, pause_us: int = 0):
        self.program = self.guest.hold(f"counter {calls} {pause_us} 1")
        gdb = self.attached(self.program)
        self.guest.release(self.program)
        gdb.cmd("set breakpoint condition-evaluation target")
        return gdb

    def leave(self, gdb, calls: int) -> None:
        gdb.cmd("detach")
        self.assert_ends_with(self.program, counter=calls)

    def test_many_hits_are_quick_and_exact(self) -> None:
        gdb = self.debug(MANY)
        gdb.cmd(f"break count_one if {COUNTER} == {LATE}")
        started = time.monotonic()
        self.assertIn("Breakpoint 1, ", gdb.cont())
        self.assertLess(time.monotonic() - started, QUICKLY)
        self.assertIn("target evals", gdb.cmd("info breakpoints"))
        self.assertEqual(gdb.value(COUNTER), LATE)
        self.assertEqual(gdb.hits(1), 1)
        self.leave(gdb, MANY)

    def test_registers_and_arithmetic(self) -> None:
        cases = ((f"$rdi == 1 && {COUNTER} > 40", 41), (f"{COUNTER} % 17 == 5 && {COUNTER} > 50", 56),
                 (f"({COUNTER} << 1) - 100 == 50", 75), (f"$pc == {COUNT_ONE:#x} && {COUNTER} >= 90", 90))
        gdb = self.debug(1000, 1000)
        for condition, expected in cases:
            with self.subTest(condition):
                gdb.cmd(f"break *{COUNT_ONE:#x} if {condition}")
                self.assertIn("Breakpoint ", gdb.cont())
                counted = gdb.value(COUNTER)
                gdb.cmd("delete")
                self.assertEqual(counted, expected)
        self.leave(gdb, 1000)

    def test_an_expression_that_fails_is_true(self) -> None:
        gdb = self.debug(50, 1000)
        gdb.cmd(f"break *{COUNT_ONE:#x} if *(unsigned long *) 0x10 == 5")
        text = gdb.cont()
        self.assertEqual(gdb.value("$pc"), COUNT_ONE, text)
        gdb.cmd("delete")
        self.leave(gdb, 50)

    def test_same_as_evaluated_by_gdb(self) -> None:
        for where in ("host", "target"):
            with self.subTest(where):
                gdb = self.debug(60, 1000)
                gdb.cmd(f"set breakpoint condition-evaluation {where}")
                gdb.cmd(f"break *{COUNT_ONE:#x} if {COUNTER} % 10 == 3")
                for expected in (3, 13, 23, 33, 43, 53):
                    self.assertIn("Breakpoint 1, ", gdb.cont())
                    self.assertEqual(gdb.value(COUNTER), expected)
                self.leave(gdb, 60)
                gdb.close()

    def test_two_conditions_in_one_place(self) -> None:
        gdb = self.debug(100, 1000)
        gdb.cmd(f"break *{COUNT_ONE:#x} if {COUNTER} == 12")
        gdb.cmd(f"break *{COUNT_ONE:#x} if {COUNTER} == 7")
        self.assertIn("Breakpoint 2, ", gdb.cont())
        self.assertIn("Breakpoint 1, ", gdb.cont())
        self.assertEqual(gdb.value(COUNTER), 12)
        self.leave(gdb, 100)

    def test_dprintf(self) -> None:
        gdb = self.debug(200, 1000)
        gdb.cmd("set dprintf-style agent")
        gdb.cmd(f'dprintf *{COUNT_ONE:#x},"counted %lu by %d\\n", {COUNTER}, (int) $rdi')
        # Elsewhere: of two breakpoints in one place gdb hands no commands over.
        gdb.cmd(f"break *{BEHIND:#x} if {COUNTER} == 150")
        text = gdb.cont()
        self.assertIn("Breakpoint 2, ", text)
        told = [int(number) for number in re.findall(r"counted (\d+) by 1$", text, re.MULTILINE)]
        self.assertIn(told, (list(range(150)), list(range(151))))
        gdb.cmd("delete")
        self.leave(gdb, 200)
