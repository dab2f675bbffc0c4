# SPDX-License-Identifier: GPL-2.0-or-later
"""Several processes, and the machine, as inferiors of one gdb."""

import re

import symbols
from process_case import ProcessCase
from rsp_client import MACHINE_PID

CALLS = 20
PAUSE_US = 5_000
COUNT_ONE = symbols.symbols("counter")["count_one"]
USER_END = 0x0000_8000_0000_0000


class TwoInferiors(ProcessCase):
    def attach_both(self):
        programs = [self.guest.hold(f"counter {CALLS} {PAUSE_US} 1") for _ in range(3)]
        self.pids = [program.values()["pid"] for program in programs]
        gdb = self.attached(programs[0])
        gdb.cmd("set schedule-multiple on")
        gdb.cmd("add-inferior")
        gdb.cmd("inferior 2")
        gdb.attach(self.pids[1])
        return gdb, programs

    def test_same_address_in_both(self) -> None:
        """The third process of the binary is nobody's inferior."""
        gdb, programs = self.attach_both()
        text = gdb.cmd("info inferiors")
        for number, pid in enumerate(self.pids[:2], 1):
            self.assert_match(text, rf"^[* ] +{number} +process {pid} ")
        self.assertIn("2 locations", gdb.cmd("break count_one"))
        self.guest.release(*programs)
        counted = {1: 0, 2: 0}
        while sum(counted.values()) < 2 * CALLS:
            text = gdb.cont()
            if ended := re.search(r"Inferior (\d) .* exited normally", text):
                self.assertEqual(counted[int(ended[1])], CALLS)
                gdb.cmd(f"inferior {3 - int(ended[1])}")
                continue
            self.assertRegex(text, r"Breakpoint 1(\.\d)?, ")
            inferior = gdb.value("$_inferior")
            self.assertEqual(gdb.value("$pc"), COUNT_ONE)
            self.assertEqual(gdb.value("*(unsigned long *) &counter"), counted[inferior])
            counted[inferior] += 1
        self.assertEqual(counted, {1: CALLS, 2: CALLS})
        gdb.cmd("detach inferiors 1 2")
        for program in programs:
            self.assert_ends_with(program, counter=CALLS)

    def test_one_is_detached_and_the_other_goes_on(self) -> None:
        gdb, programs = self.attach_both()
        gdb.cmd("break count_one")
        self.guest.release(*programs)
        gdb.cont()
        gdb.cmd("detach inferiors 1")
        gdb.cmd("inferior 2")
        before = gdb.value("*(unsigned long *) &counter")
        for calls in range(5):
            self.assertRegex(gdb.cont(), r"Breakpoint 1(\.\d)?, ")
            self.assertEqual(gdb.value("$_inferior"), 2)
            self.assertIn(gdb.value("*(unsigned long *) &counter"), (before + calls, before + calls + 1))
        gdb.cmd("detach")
        for program in programs:
            self.assert_ends_with(program, counter=CALLS)

    def test_memory_of_each(self) -> None:
        gdb, programs = self.attach_both()
        for inferior, value in ((1, 1000), (2, 2000)):
            gdb.cmd(f"inferior {inferior}")
            gdb.cmd(f"set var *(unsigned long *) &counter = {value}")
        for inferior, value in ((1, 1000), (2, 2000)):
            gdb.cmd(f"inferior {inferior}")
            self.assertEqual(gdb.value("*(unsigned long *) &counter"), value)
        self.guest.release(*programs)
        gdb.cmd("detach inferiors 1 2")
        for program, counter in zip(programs, (1000 + CALLS, 2000 + CALLS, CALLS)):
            self.assert_ends_with(program, counter=counter)

    def test_a_process_and_the_machine(self) -> None:
        program = self.guest.hold(f"counter {CALLS} {PAUSE_US} 1")
        gdb = self.attached(program)
        gdb.cmd("add-inferior")
        gdb.cmd("inferior 2")
        gdb.attach(MACHINE_PID)
        threads = gdb.cmd("info threads")
        self.assertEqual(len(re.findall(r'"vCPU \d"', threads)), self.SMP)
        self.assertIn(f"Thread {program.values()['pid']}.", threads)
        self.assertNotEqual(gdb.value("$cr3"), 0)
        gdb.cmd("inferior 1")
        self.assertLess(gdb.value("$pc"), USER_END)
        self.guest.release(program)
        gdb.cmd("detach inferiors 1 2")
        self.assert_ends_with(program, counter=CALLS)
