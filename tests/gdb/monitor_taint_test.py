# SPDX-License-Identifier: GPL-2.0-or-later
"""monitor taint and what belongs to it: labels of a process's memory and registers, as somebody at gdb's prompt."""

import re

import symbols
from taint_case import ForgetfulCase

SIZE = 16
SECRET = symbols.symbols("tainter")["secret"]
COPY, ADD = (symbols.symbols("tainter")[name] for name in ("copy_by_loop", "add"))
SLEPT = symbols.symbols("waker")["slept"]


class Taint(ForgetfulCase):
    def assert_told(self, gdb, **answers: str) -> None:
        for target, labels in answers.items():
            self.assertEqual(gdb.cmd(f"monitor get_taint {target}").strip(),
                             f"Register {target} is {labels}.", target)

    def sleeper(self):
        program = self.guest.start("waker 5")
        program.values()
        self.guest.run("sleep 0.3")
        return self.attached(program)

    def wake(self, gdb) -> None:
        """Behind the instruction that it sleeps at."""
        second = gdb.cmd(f"x/2i {SLEPT:#x}").splitlines()[1].split()[0]
        gdb.cmd(f"break *{second}")
        self.assert_match(gdb.cont(), r"^Breakpoint 1,")

    def in_user_mode(self):
        """A thread that is about to copy `secret`, which is in rsi."""
        gdb, _ = self.attached_held("tainter 1", f"break *{COPY:#x}")
        self.assert_match(gdb.cont(), r"^Breakpoint 1,")
        return gdb

    def assert_memory(self, gdb, address: int, labels: str) -> None:
        self.assertEqual(gdb.cmd(f"monitor get_taint *{address:#x}").strip(),
                         f"Memory location {address:#x} is {labels}.")

    def test_memory_of_a_process(self) -> None:
        program = self.guest.hold("tainter 1")
        gdb = self.attached(program)
        last = SECRET + SIZE - 1
        for line, answer in {
            f"taint *{SECRET:#x}:{SIZE} 3": f"Memory locations {SECRET:#x} to {last:#x} tainted.",
            f"untaint *{SECRET:#x}:4": f"Memory locations {SECRET:#x} to {SECRET + 3:#x} untainted.",
            f"taint *{last:#x} 4": f"Memory location {last:#x} tainted.",
            f"get_taint *{SECRET:#x}:{SIZE}": f"{SECRET + 4:#x}..{last - 1:#x}: 3\n{last:#x}: 3..4",
            f"check_taint *{SECRET:#x}": f"Memory location {SECRET:#x} is not tainted.",
            "taint *0x1000 1": "taint: nothing is mapped at 0x1000; nothing was changed",
            "taint *jiffies:8 5": r"Memory locations 0xffffffff\w+ to 0xffffffff\w+ tainted.",
            "check_taint *jiffies+7": r"Memory location 0xffffffff\w+ is tainted.",
        }.items():
            self.assertRegex(gdb.cmd("monitor " + line).strip(), f"^{answer}$")
        gdb.close()
        machine = self.gdb()
        self.assertIn(" is tainted.", machine.cmd("monitor check_taint *jiffies"))
        self.guest.release(program)

    def test_registers_of_a_sleeper(self) -> None:
        """They are in memory while it sleeps, and the vCPU's when it wakes."""
        gdb = self.sleeper()
        for line in ("taint rbx 3", "taint xmm3 7", "taint r12d:2 9", "taint r8 5", "untaint r8d"):
            self.assertRegex(gdb.cmd("monitor " + line).strip(), r"^Register \S+ (un)?tainted\.$")
        self.assertIn("runs no user code", gdb.cmd("monitor taint eflags 1"))
        self.wake(gdb)
        self.assert_told(gdb, rbx="tainted with label 3", xmm3="tainted with label 7", rdi="not tainted")
        self.assertEqual(gdb.cmd("monitor get_taint r12").strip(), "r12[0..1]: 9")
        self.assertEqual(gdb.cmd("monitor get_taint r8").strip(), "r8[4..7]: 5")
        self.assert_match(gdb.cmd("monitor taint_stats"), r"^vCPU [01] +rbx, .*r8, .*r12, .*ymm3")
        gdb.cmd("monitor taint eflags 1")
        self.assert_told(gdb, eflags="tainted with label 1")

    def test_memory_that_gdb_writes(self) -> None:
        program = self.guest.hold("tainter 1")
        gdb = self.attached(program)
        gdb.cmd(f"monitor taint *{SECRET:#x}:{SIZE} 3")
        same = gdb.value(f"*(unsigned short *) {SECRET + 8:#x}")
        gdb.cmd(f"set var *(unsigned char *) {SECRET + 1:#x} = 0x41")
        gdb.cmd(f"set var *(unsigned short *) {SECRET + 8:#x} = {same}")
        self.assertEqual(gdb.value(f"*(unsigned char *) {SECRET + 1:#x}"), 0x41)
        self.assertEqual(gdb.cmd(f"monitor get_taint *{SECRET:#x}:{SIZE}").strip(),
                         f"{SECRET:#x}: 3\n{SECRET + 2:#x}..{SECRET + 7:#x}: 3\n"
                         f"{SECRET + 10:#x}..{SECRET + SIZE - 1:#x}: 3")
        self.guest.release(program)

    def test_memory_of_the_machine_that_gdb_writes(self) -> None:
        gdb = self.gdb()
        told = gdb.cmd("monitor taint *jiffies:8 5")
        jiffies = int(re.match(r"Memory locations (0x\w+) to", told)[1], 16)
        gdb.cmd(f"set var *(unsigned char *) {jiffies + 3:#x} = *(unsigned char *) {jiffies + 3:#x}")
        self.assertEqual(gdb.cmd("monitor get_taint *jiffies:8").strip(),
                         f"{jiffies:#x}..{jiffies + 2:#x}: 5\n{jiffies + 4:#x}..{jiffies + 7:#x}: 5")

    def test_registers_of_a_running_thread_that_gdb_writes(self) -> None:
        gdb = self.in_user_mode()
        for line in ("taint rbx 3", "taint r12 4", "taint xmm3 5", "taint xmm4 6"):
            gdb.cmd("monitor " + line)
        gdb.cmd("set var $rbx = 0x1234")
        gdb.cmd("set var $xmm3.v2_int64[0] = 0x5678")
        self.assertEqual(gdb.value("$rbx"), 0x1234)
        self.assert_told(gdb, rbx="not tainted", r12="tainted with label 4", xmm3="not tainted",
                         xmm4="tainted with label 6")

    def test_registers_of_a_sleeper_that_gdb_writes(self) -> None:
        gdb = self.sleeper()
        for line in ("taint rbx 3", "taint r12 4", "taint xmm3 5", "taint xmm4 6"):
            self.assertRegex(gdb.cmd("monitor " + line).strip(), r"^Register \S+ tainted\.$")
        gdb.cmd("set var $rbx = 0xb0c")
        gdb.cmd("set var $xmm3.v2_int64[0] = 0xb0c")
        clean = {"rbx": "not tainted", "xmm3": "not tainted"}
        kept = {"r12": "tainted with label 4", "xmm4": "tainted with label 6"}
        self.assert_told(gdb, **clean, **kept)
        self.wake(gdb)
        self.assertEqual(gdb.value("$rbx"), 0xB0C)
        self.assert_told(gdb, **clean, **kept)

    def test_return_address_of_a_call_that_gdb_makes(self) -> None:
        gdb = self.in_user_mode()
        stack = gdb.value("$rsp")
        gdb.cmd(f"monitor taint *{stack - 0x200:#x}:0x200 3")
        gdb.cmd(f"break *{ADD:#x}")
        self.assertIn("Breakpoint 2,", gdb.cmd(f"call ((int (*)(void)) {ADD:#x})()"))
        pushed = gdb.value("$rsp")
        self.assertLess(stack - 0x200, pushed)
        self.assertLess(pushed, stack - 8)
        self.assert_memory(gdb, pushed, "not tainted")
        self.assert_memory(gdb, pushed + 7, "not tainted")
        self.assert_memory(gdb, pushed - 1, "tainted with label 3")
        self.assert_memory(gdb, pushed + 8, "tainted with label 3")

    def test_code_with_a_breakpoint_keeps_its_labels(self) -> None:
        """Of the second breakpoint a byte is written to have QEMU translate it anew: the one that is there."""
        gdb = self.in_user_mode()
        gdb.cmd(f"monitor taint *{ADD:#x} 3")
        gdb.cmd("stepi")
        gdb.cmd(f"break *{ADD:#x}")
        self.assert_match(gdb.cont(), r"^Breakpoint 2,")
        self.assert_memory(gdb, ADD, "tainted with label 3")
