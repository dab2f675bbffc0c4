# SPDX-License-Identifier: GPL-2.0-or-later
"""Breakpoints of a process: they stop it, and nobody else."""

import re

import environment
import symbols
from process_case import ProcessCase

CALLS = 30
PAUSE_US = 5_000
COUNT_ONE = symbols.symbols("counter")["count_one"]


class Breakpoints(ProcessCase):
    def hold_counters(self, count: int):
        return [self.guest.hold(f"counter {CALLS} {PAUSE_US} 1") for _ in range(count)]

    def test_another_process_of_the_binary_never_stops(self) -> None:
        debugged, other = self.hold_counters(2)
        gdb = self.attached(debugged)
        self.assertIn(f"process {debugged.values()['pid']} ", gdb.cmd("info inferiors"))
        gdb.cmd("break count_one")
        self.guest.release(debugged, other)
        for calls in range(CALLS):
            self.assertIn("Breakpoint 1, ", gdb.cont())
            self.assertEqual(gdb.value("$pc"), COUNT_ONE)
            # In the other's address space this would be another number sooner or later.
            self.assertEqual(gdb.value("*(unsigned long *) &counter"), calls)
        self.assertEqual(gdb.hits(1), CALLS)
        gdb.cmd("detach")
        self.assert_ends_with(debugged, counter=CALLS)
        self.assert_ends_with(other, counter=CALLS)

    def test_others_run_while_it_is_continued(self) -> None:
        """A process without pauses comes by millions of times between two stops of the debugged one."""
        debugged = self.guest.hold(f"counter {CALLS} {PAUSE_US} 1")
        other = self.guest.hold("counter 20000000 0 1")
        gdb = self.attached(debugged)
        gdb.cmd("break count_one")
        self.guest.release(debugged, other)
        self.continue_hits(gdb, CALLS, r"Breakpoint 1, ")
        gdb.cmd("detach")
        self.assert_ends_with(debugged, counter=CALLS)
        self.assert_ends_with(other, counter=20_000_000)

    def test_none_is_left_by_a_detach(self) -> None:
        debugged = self.guest.hold(f"counter 300 {PAUSE_US} 1")
        gdb = self.attached(debugged)
        gdb.cmd("break count_one")
        self.guest.release(debugged)
        gdb.cont()
        gdb.cmd("detach")
        # Nobody is attached, but gdb is connected: a stop would hold the guest for ever.
        self.assert_ends_with(debugged, counter=300)
        gdb.close()
        with self.rsp() as client:
            self.assertEqual(client.monitor("sites").strip(), "no sites")
            client.leave()

    def test_none_is_left_by_a_client_that_dies(self) -> None:
        debugged = self.guest.hold(f"counter 300 {PAUSE_US} 1")
        gdb = self.attached(debugged)
        gdb.cmd("break count_one")
        self.guest.release(debugged)
        gdb.cont()
        gdb.kill_hard()
        self.assert_ends_with(debugged, counter=300)

    def test_temporary_and_hardware(self) -> None:
        debugged = self.guest.hold(f"counter {CALLS} {PAUSE_US} 1")
        gdb = self.attached(debugged)
        gdb.cmd("tbreak count_one")
        gdb.cmd("hbreak count_one")
        self.guest.release(debugged)
        self.assertIn("reakpoint 1, ", gdb.cont())
        self.assertIn("Breakpoint 2, ", gdb.cont())
        self.assertEqual(gdb.value("*(unsigned long *) &counter"), 1)
        gdb.cmd("detach")
        self.assert_ends_with(debugged, counter=CALLS)

    def test_across_fork(self) -> None:
        """Each round a child comes by the same place, first: it is not debugged."""
        debugged = self.guest.hold(f"forker {CALLS} 1000 1")
        gdb = self.attached(debugged)
        gdb.cmd("break count_one")
        self.guest.release(debugged)
        for calls in range(CALLS):
            self.assertIn("Breakpoint 1, ", gdb.cont())
            self.assertEqual(gdb.value("*(unsigned long *) &counter"), calls)
            self.assertEqual(gdb.value("$_inferior"), 1)
        gdb.cmd("detach")
        self.assert_ends_with(debugged, counter=CALLS, children=CALLS)


class LibraryBreakpoints(ProcessCase):
    INITRAMFS = environment.DYNAMIC_INITRAMFS

    def test_libc_in_one_of_ten(self) -> None:
        greeters = [self.guest.hold(f"greeter {CALLS} {PAUSE_US} 1") for _ in range(10)]
        gdb = self.attached(greeters[6])
        self.guest.release(*greeters)
        for function in ("puts", "write"):
            gdb.cmd(f"break {function}")
            for _ in range(CALLS // 3):
                self.assert_match(gdb.cont(), rf"^Breakpoint \d, (0x\w+ in )?(__GI_)?(__|_IO_|__libc_)?{function}\b")
            self.assertIn("worker", gdb.cmd("bt"))
            gdb.cmd("delete")
        gdb.cmd("detach")
        for greeter in greeters:
            self.assert_ends_with(greeter, greetings=CALLS)

    def test_code_that_has_not_run_yet(self) -> None:
        """In a library, by a page that nobody has executed, and at the end of the program itself."""
        debugged = self.guest.hold(f"greeter 3 {PAUSE_US} 1")
        gdb = self.attached(debugged)
        gdb.cmd("break cbrt")
        gdb.cmd("break seldom")
        self.guest.release(debugged)
        self.assert_match(gdb.cont(), r"^Breakpoint 2, (0x\w+ in )?seldom \(")
        self.assert_match(gdb.cont(), r"^Breakpoint 1, (0x\w+ in )?(__)?cbrt ")
        self.assertTrue(re.search(r"^#1 .*seldom", gdb.cmd("bt"), re.MULTILINE))
        gdb.cmd("detach")
        self.assert_ends_with(debugged, greetings=3)
