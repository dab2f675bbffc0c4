# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory that comes and goes under the debugger."""

from process_case import ProcessCase

ROUNDS = 5


class Mappings(ProcessCase):
    def test_read(self) -> None:
        gdb, program = self.attached_held(f"remapper {ROUNDS} 0 1", "break is_mapped", "break is_unmapped")
        places = program.values()
        for _ in range(ROUNDS):
            self.assertIn("Breakpoint 1, ", gdb.cont())
            self.assertEqual(gdb.value("$rdi"), places["address"])
            # The second page of the program is what it maps: its own text.
            self.assertEqual(gdb.value(f"*(long *) {places['address']:#x}"), gdb.value("*(long *) 0x401000"))
            row = (rf"(?m)^ *0x0*{places['address']:x} +\S+ +{places['length']:#x} +{places['offset']:#x} "
                   r".*/bin/remapper")
            self.assertRegex(gdb.cmd("info proc mappings"), row)
            self.assertIn("Breakpoint 2, ", gdb.cont())
            self.assertIn("Cannot access memory", gdb.cmd(f"x/gx {places['address']:#x}"))
            self.assertNotRegex(gdb.cmd("info proc mappings"), row)
        self.assertIn("exited normally", gdb.cont())
        self.assert_ends_with(program, rounds=ROUNDS)

    def test_breakpoint_at_what_is_not_mapped_yet(self) -> None:
        """Where code never runs. It changes nothing for the process."""
        program = self.guest.hold(f"remapper {ROUNDS} 0 1")
        gdb = self.attached(program)
        gdb.cmd(f"break *{program.values()['address']:#x}")
        self.guest.release(program)
        self.assertIn("exited normally", gdb.cont())
        self.assert_ends_with(program, rounds=ROUNDS)
