# SPDX-License-Identifier: GPL-2.0-or-later
"""Stepping through a user program, by instructions and by lines."""

import re

import environment
import symbols
from expect import GuestCase

COUNT_ONE = symbols.symbols("counter")["count_one"]


# Threads are vCPUs here: gdb waits for the end of a step on the vCPU where it began, so the program must stay on one.
PINNED = "taskset 2 counter"


class Stepping(GuestCase):
    SMP = 2

    def stop_in_count_one(self, program=None, calls: int = 50):
        gdb = self.gdb(program)
        gdb.cmd(f"break *{COUNT_ONE:#x}")
        self.program = self.guest.launch(f"{PINNED} {calls} 1000")
        self.assertIn("Breakpoint 1, ", gdb.cont())
        return gdb

    def with_symbols(self):
        return self.stop_in_count_one(environment.guest_program("counter"))

    def check_program_ends_well(self, gdb, calls: int = 50) -> None:
        gdb.cmd("delete")
        gdb.cmd("detach")
        self.program.wait()
        self.assertEqual(self.program.last_values()["counter"], calls)

    def test_stepi(self) -> None:
        gdb = self.stop_in_count_one()
        for offset, _ in symbols.listing("counter", "count_one")[1:]:
            gdb.cmd("stepi")
            self.assertEqual(gdb.value("$pc"), COUNT_ONE + offset)
        back = gdb.value("*(unsigned long *) $sp")
        gdb.cmd("stepi")
        self.assertEqual(gdb.value("$pc"), back)
        self.check_program_ends_well(gdb)

    def test_stepi_many(self) -> None:
        gdb = self.stop_in_count_one()
        gdb.cmd("stepi 3")
        self.assertEqual(gdb.value("$pc"), COUNT_ONE + symbols.listing("counter", "count_one")[3][0])
        self.check_program_ends_well(gdb)

    def test_nexti_passes_over_a_call(self) -> None:
        main, text = symbols.symbols("counter")["main"], symbols.listing("counter", "main")
        call = next(i for i, (_, line) in enumerate(text) if re.match(r"call .*<count_one>", line))
        gdb = self.gdb()
        gdb.cmd(f"tbreak *{main + text[call][0]:#x}")
        self.program = self.guest.launch(f"{PINNED} 50 1000")
        gdb.cont()
        gdb.cmd("nexti")
        self.assertEqual(gdb.value("$pc"), main + text[call + 1][0])
        self.check_program_ends_well(gdb)

    def test_step_and_next(self) -> None:
        gdb = self.with_symbols()
        self.assertIn("counter = counter + step;", gdb.cmd("frame"))
        gdb.cmd("set debug remote 1")
        text = gdb.cmd("step")
        gdb.cmd("set debug remote 0")
        self.assertIn("vCont;r", text, "a line was not stepped as a range")
        self.assert_match(gdb.cmd("frame"), r"^#0 .*main \(")
        self.assertEqual(gdb.value("counter"), 1)
        gdb.cmd("delete")
        # The pause: next passes over a call that sleeps in the kernel while others run.
        lines = [gdb.cmd("next") for _ in range(6)]
        self.assertTrue(any("usleep" in line for line in lines), lines)
        self.assertTrue(any("count_one(1)" in line for line in lines), lines)
        for line in lines:
            self.assertNotRegex(line, r"(?m)^0x[0-9a-f]+ in ")
        self.check_program_ends_well(gdb)

    def test_step_into_a_function(self) -> None:
        gdb = self.with_symbols()
        gdb.cmd("delete")
        gdb.cmd("finish")
        for _ in range(8):
            text = gdb.cmd("next")
            if "count_one(1)" in text:
                break
        self.assert_match(gdb.cmd("step"), r"^count_one \(step=1\)")
        self.check_program_ends_well(gdb)

    def test_finish(self) -> None:
        gdb = self.with_symbols()
        before = gdb.value("counter")
        self.assert_match(gdb.cmd("finish"), r"^Run till exit from #0 .*count_one")
        self.assert_match(gdb.cmd("backtrace"), r"^#0 .* main \(")
        self.assertEqual(gdb.value("counter"), before + 1)
        self.check_program_ends_well(gdb)

    def test_until_and_advance(self) -> None:
        gdb = self.with_symbols()
        gdb.cmd("delete")
        gdb.cmd("finish")
        self.assert_match(gdb.cmd("advance count_one"), r"^count_one \(step=1\)")
        self.check_program_ends_well(gdb)

    def test_backtrace_knows_the_caller(self) -> None:
        gdb = self.with_symbols()
        text = gdb.cmd("backtrace")
        self.assert_match(text, r"^#0 +count_one \(step=1\)")
        self.assert_match(text, r"^#1 .* main \(argc=")
        self.assertGreater(len(re.findall(r"^#\d", text, re.MULTILINE)), 1)
