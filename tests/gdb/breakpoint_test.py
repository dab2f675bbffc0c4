# SPDX-License-Identifier: GPL-2.0-or-later
"""Breakpoints by address, in the kernel and in a user program."""

import symbols
from expect import GuestCase

CALLS = 20
COUNT_ONE = symbols.symbols("counter")["count_one"]
COUNTER = symbols.symbols("counter")["counter"]


class Breakpoints(GuestCase):
    SMP = 2

    def test_kernel_by_address(self) -> None:
        # KASLR: only the guest knows where its kernel is.
        address = self.guest.kernel_symbol("__x64_sys_getpid")
        gdb = self.gdb()
        gdb.cmd(f"break *{address:#x}")
        self.guest.launch("counter 1")
        self.assert_match(gdb.cont(), rf"Breakpoint 1, 0x0*{address:x} in ")
        self.assertEqual(gdb.value("$pc"), address)
        self.assertEqual(gdb.value("$cs & 3"), 0)

    def test_user_program_hit_by_hit(self) -> None:
        gdb = self.gdb()
        gdb.cmd(f"break *{COUNT_ONE:#x}")
        program = self.guest.launch(f"counter {CALLS}")
        for calls in range(CALLS):
            self.assert_match(gdb.cont(), rf"Breakpoint 1, 0x0*{COUNT_ONE:x} in ")
            self.assertEqual(gdb.value("$pc"), COUNT_ONE)
            self.assertEqual(gdb.value(f"*(unsigned long *) {COUNTER:#x}"), calls)
        self.assertEqual(gdb.hits(1), CALLS)
        gdb.cont_async()
        program.wait()
        self.assertIn("SIGINT", gdb.interrupt())
        self.assertEqual(gdb.hits(1), CALLS)

    def test_hit_count_is_the_programs_own(self) -> None:
        gdb = self.gdb()
        gdb.cmd(f"break *{COUNT_ONE:#x}")
        gdb.cmd("ignore 1 1000000")
        program = self.guest.launch("counter 200 1000")
        gdb.cont_async()
        program.wait()
        self.assertIn("SIGINT", gdb.interrupt())
        self.assertEqual(gdb.hits(1), 200)
        gdb.cmd("detach")
        self.assertEqual(program.last_values()["counter"], 200)

    def test_temporary(self) -> None:
        gdb = self.gdb()
        gdb.cmd(f"tbreak *{COUNT_ONE:#x}")
        program = self.guest.launch(f"counter {CALLS}")
        self.assert_match(gdb.cont(), r"Temporary breakpoint 1, ")
        gdb.cont_async()
        program.wait()
        gdb.interrupt()
        self.assertIn("No breakpoints", gdb.cmd("info breakpoints"))

    def test_delete_and_disable(self) -> None:
        for forget, again in (("delete 1", f"break *{COUNT_ONE:#x}"), ("disable 1", "enable 1")):
            with self.subTest(forget):
                gdb = self.gdb()
                gdb.cmd(f"break *{COUNT_ONE:#x}")
                program = self.guest.launch("counter 300 10000")
                self.assertIn("Breakpoint 1, ", gdb.cont())
                before = gdb.value(f"*(unsigned long *) {COUNTER:#x}")
                gdb.cmd(forget)
                gdb.cont_async()
                self.guest.run("sleep 0.3")
                gdb.interrupt()
                gdb.cmd(again)
                self.assertRegex(gdb.cont(), r"Breakpoint \d, ")
                self.assertGreater(gdb.value(f"*(unsigned long *) {COUNTER:#x}"), before + 2)
                gdb.cmd("delete")
                gdb.cmd("detach")
                gdb.close()
                program.wait()
                self.assertEqual(program.last_values()["counter"], 300)

    def test_condition(self) -> None:
        gdb = self.gdb()
        gdb.cmd(f"break *{COUNT_ONE:#x} if *(unsigned long *) {COUNTER:#x} == 7")
        self.guest.launch(f"counter {CALLS}")
        self.assertIn("Breakpoint 1, ", gdb.cont())
        self.assertEqual(gdb.value(f"*(unsigned long *) {COUNTER:#x}"), 7)

    def test_hardware_breakpoint(self) -> None:
        gdb = self.gdb()
        gdb.cmd(f"hbreak *{COUNT_ONE:#x}")
        self.guest.launch(f"counter {CALLS}")
        for hits in range(1, 4):
            self.assertIn("Breakpoint 1, ", gdb.cont())
            self.assertEqual(gdb.hits(1), hits)

    def test_forty_breakpoints(self) -> None:
        """Far more than the debug registers of a processor, hot and cold ones."""
        gdb = self.gdb()
        for offset, _ in symbols.listing("counter", "main")[:36]:
            gdb.cmd(f"break *{symbols.symbols('counter')['main'] + offset:#x}")
        for offset, _ in symbols.listing("counter", "count_one"):
            gdb.cmd(f"break *{COUNT_ONE + offset:#x}")
        self.guest.launch(f"counter {CALLS}")
        for expected in [symbols.symbols("counter")["main"] + at for at, _ in symbols.listing("counter", "main")[:6]]:
            gdb.cont()
            self.assertEqual(gdb.value("$pc"), expected)
