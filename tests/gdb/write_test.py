# SPDX-License-Identifier: GPL-2.0-or-later
"""What gdb writes, the guest's own output shows."""

import symbols
from expect import GuestCase

CALLS = 10
COUNT_ONE = symbols.symbols("counter")["count_one"]
COUNTER = symbols.symbols("counter")["counter"]


class Writes(GuestCase):
    SMP = 2

    def setUp(self) -> None:
        super().setUp()
        self.debugger = self.gdb()
        self.debugger.cmd(f"tbreak *{COUNT_ONE:#x}")
        self.program = self.guest.launch(f"counter {CALLS} 1000")
        self.debugger.cont()

    def final_counter(self) -> int:
        self.debugger.cmd("detach")
        self.program.wait()
        return self.program.last_values()["counter"]

    def test_register(self) -> None:
        self.debugger.cmd("set $rdi = 100")
        self.assertEqual(self.debugger.value("$rdi"), 100)
        self.debugger.cmd("stepi")
        self.assertEqual(self.debugger.value("$rdi"), 100)
        self.assertEqual(self.final_counter(), 100 + CALLS - 1)

    def test_memory(self) -> None:
        self.debugger.cmd(f"set {{unsigned long}} {COUNTER:#x} = 1000")
        self.assertEqual(self.debugger.value(f"*(unsigned long *) {COUNTER:#x}"), 1000)
        self.assertEqual(self.final_counter(), 1000 + CALLS)

    def test_code(self) -> None:
        """add %rdi,%rax becomes three nops, for good: QEMU must translate it anew."""
        add = COUNT_ONE + symbols.listing("counter", "count_one")[1][0]
        old = self.debugger.value(f"*(unsigned int *) {add:#x} & 0xffffff")
        self.debugger.cmd("stepi 4")
        for offset in range(3):
            self.debugger.cmd(f"set {{unsigned char}} {add + offset:#x} = 0x90")
        try:
            self.assertEqual(self.final_counter(), 1)
        finally:
            self.put_back(add, old)

    def put_back(self, add: int, old: int) -> None:
        # The page is the page cache's, so every later process would run it.
        self.debugger.connect(self.guest.endpoint)
        self.debugger.cmd(f"tbreak *{COUNT_ONE:#x}")
        program = self.guest.launch(f"counter {CALLS}")
        self.debugger.cont()
        for offset in range(3):
            self.debugger.cmd(f"set {{unsigned char}} {add + offset:#x} = {old >> 8 * offset & 0xff:#x}")
        self.debugger.cmd("detach")
        program.wait()
        self.assertEqual(program.last_values()["counter"], CALLS)

    def test_program_counter(self) -> None:
        """One call is skipped: its return instruction comes first."""
        self.debugger.cmd(f"set $pc = {COUNT_ONE + symbols.listing('counter', 'count_one')[3][0]:#x}")
        self.assertEqual(self.final_counter(), CALLS - 1)

    def test_unreadable_address(self) -> None:
        self.assertIn("Cannot access memory at address 0x10", self.debugger.cmd("x/x 0x10"))
        self.assertIn("Cannot access memory", self.debugger.cmd("set {int} 0x10 = 1"))
        self.assertEqual(self.final_counter(), CALLS)
