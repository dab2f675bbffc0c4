# SPDX-License-Identifier: GPL-2.0-or-later
"""The launcher's --wait and --stop-at: a program is held before any client has come."""

from process_case import ProcessCase

CALLS = 5
HOLD_SECONDS = 20


class Options(ProcessCase):
    HVGDB_ARGS = ("--wait", "/bin/counter", "--stop-at", "main")

    def test_held_until_somebody_attaches(self) -> None:
        self.guest.start("pie_counter 1").wait()  # another program
        program = self.guest.launch(f"counter {CALLS}")
        gdb = self.reaching()
        gdb.attach(self.held(gdb, "counter", HOLD_SECONDS))
        self.assertFalse(program.has_ended())
        self.assertRegex(gdb.cmd("bt"), r"^#0 .*\bmain \(")
        gdb.cmd("break count_one")
        self.continue_hits(gdb, CALLS, r"Breakpoint 1, ")
        self.assertIn("exited normally", gdb.cont())
        self.assert_ends_with(program, counter=CALLS)
