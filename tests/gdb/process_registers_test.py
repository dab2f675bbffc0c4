# SPDX-License-Identifier: GPL-2.0-or-later
"""Registers and memory of a process that sleeps in the kernel: what it has, and what it gets when it wakes."""

import symbols
from process_case import ProcessCase

SLEPT = symbols.symbols("waker")["slept"]
SYS_NANOSLEEP = 35
ENOSYS = 38
# What the program loads before it sleeps.
KEPT = {"rbx": 0xB0B, "r8": 0x8008, "r12": 0xC12, "r15": 0xF15}
WRITTEN = {"rbx": 0x1111_2222_3333_4444, "rdi": 0x5555, "r8": 0xFFFF_FFFF_FFFF_FFFF, "r12": 0x6666, "r15": 0x7777}


class Sleeping(ProcessCase):
    def setUp(self) -> None:
        super().setUp()
        self.program = self.guest.start("waker 3")
        self.program.values()
        self.guest.run("sleep 0.3")
        self.debugger = self.attached(self.program)

    def test_read(self) -> None:
        self.assertEqual(self.debugger.value("$pc"), SLEPT)
        self.assertEqual(self.debugger.value("$orig_rax"), SYS_NANOSLEEP)
        self.assertEqual(self.debugger.value("$rax"), 2**64 - ENOSYS)
        self.assertEqual(self.debugger.value("$rdi"), self.program.values()["time"])
        self.assertEqual(self.debugger.value("$cs & 3"), 3)
        self.assertEqual(self.debugger.value("$xmm3.v2_int64[0]"), KEPT["rbx"])
        for name, value in KEPT.items():
            self.assertEqual(self.debugger.value("$" + name), value, name)
        self.assertNotEqual(self.debugger.value("$fs_base"), 0)
        self.assert_match(self.debugger.cmd("bt"), r"^#0 .* sleep_with|slept")
        self.debugger.cmd("detach")
        self.assert_ends_with(self.program, **KEPT, rax=0, xmm3_low=KEPT["rbx"], xmm3_high=0)

    def test_write(self) -> None:
        for name, value in WRITTEN.items():
            self.debugger.cmd(f"set var ${name} = {value:#x}")
            self.assertEqual(self.debugger.value("$" + name), value, name)
        self.debugger.cmd("set var $xmm3.v2_int64[0] = 0x1234")
        self.debugger.cmd("set var $xmm3.v2_int64[1] = 0x5678")
        self.assertEqual(self.debugger.value("$xmm3.v2_int64[1]"), 0x5678)
        self.debugger.cmd("detach")
        self.assert_ends_with(self.program, **WRITTEN, rax=0, xmm3_low=0x1234, xmm3_high=0x5678)

    def test_memory(self) -> None:
        """Its stack and its code are there though it does not run; what is written is its own."""
        time = self.program.values()["time"]
        self.assertEqual(self.debugger.value(f"*(long *) {time:#x}"), 3)
        self.debugger.cmd(f"set var *(long *) {time:#x} = 77")
        self.assertEqual(self.debugger.value(f"*(long *) {time:#x}"), 77)
        self.assertIn("syscall", self.debugger.cmd(f"x/i {SLEPT - 2:#x}"))
        self.assertIn("Cannot access memory", self.debugger.cmd("x/xb 0x10"))
        self.debugger.cmd("detach")
        self.assert_ends_with(self.program, **KEPT)

    def test_breakpoint_behind_the_sleep(self) -> None:
        listing = symbols.listing("waker", "sleep_with")
        base = symbols.symbols("waker")["sleep_with"]
        behind = next(base + offset for offset, _ in listing if base + offset > SLEPT)
        self.debugger.cmd(f"break *{behind:#x}")
        self.assertIn("Breakpoint 1, ", self.debugger.cont())
        self.assertEqual(self.debugger.value("$rax"), 0)
        self.debugger.cmd("set var $rbx = 99")
        self.debugger.cmd("detach")
        self.assert_ends_with(self.program, **{**KEPT, "rbx": 99}, rax=0)


class Compat(ProcessCase):
    """A 32-bit process."""

    def setUp(self) -> None:
        super().setUp()
        self.program = self.guest.start("compat_counter")
        self.guest.run("sleep 0.3")
        self.debugger = self.attached(int(self.guest.run("pidof compat_counter")))

    def test_look_around(self) -> None:
        self.assertIn("i386", self.debugger.cmd("show architecture"))
        registers = self.debugger.cmd("info registers")
        self.assert_match(registers, r"^eip +0x[0-9a-f]{1,8}\b")
        self.assertNotIn("rip", registers)
        self.assert_match(self.debugger.cmd("bt"), r"(?s)^#0 .*count_all.*#\d .*_start")
        self.leave()

    def test_break_and_step(self) -> None:
        count_one = symbols.symbols("compat_counter")["count_one"]
        self.debugger.cmd("break *&count_one")
        self.assertIn("Breakpoint 1, ", self.debugger.cont())
        self.assertEqual(self.debugger.value("$pc"), count_one)
        for offset, _ in symbols.listing("compat_counter", "count_one")[1:]:
            self.debugger.cmd("stepi")
            self.assertEqual(self.debugger.value("$pc"), count_one + offset)
        before = self.debugger.value("*(unsigned *) &counter")
        self.assert_match(self.debugger.cont(), r"Breakpoint 1, ")
        self.assertEqual(self.debugger.value("*(unsigned *) &counter"), before)
        self.assert_match(self.debugger.cmd("bt"), r"(?s)^#0 .*count_one.*#1 .*count_all.*#2 .*_start")
        self.leave()

    def test_step_over_system_calls(self) -> None:
        self.debugger.cmd("break *&count_one")
        self.assertIn("Breakpoint 1, ", self.debugger.cont())
        for _ in range(150):
            self.debugger.cmd("stepi")
            self.assertLess(self.debugger.value("$pc"), 0x1_0000_0000)
        self.leave()

    def leave(self) -> None:
        self.debugger.cmd("detach")
        self.program.wait()
        self.assertIn("compat_counter done", self.program.output())
