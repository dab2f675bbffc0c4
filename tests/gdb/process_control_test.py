# SPDX-License-Identifier: GPL-2.0-or-later
"""Steps, next, finish, until and calls of functions in a process."""

import re

import environment
import symbols
from process_case import ProcessCase

CALLS = 60
PAUSE_US = 5_000
USER_END = 0x0000_8000_0000_0000


class Control(ProcessCase):
    INITRAMFS = environment.DYNAMIC_INITRAMFS

    def in_worker(self):
        self.program = self.guest.hold(f"greeter {CALLS} {PAUSE_US} 1")
        gdb = self.attached(self.program)
        gdb.cmd("tbreak worker")
        self.guest.release(self.program)
        self.assert_match(gdb.cont(), r"^Temporary breakpoint 1, worker \(number=0\)")
        return gdb

    def leave(self, gdb) -> None:
        gdb.cmd("delete")
        gdb.cmd("detach")
        self.assert_ends_with(self.program, greetings=CALLS)

    def in_function(self, gdb) -> str:
        return re.match(r"#0 +(?:0x\w+ in )?(\w+)", gdb.cmd("frame")).group(1)

    def test_step_next_finish(self) -> None:
        gdb = self.in_worker()
        self.assertIn("greet(number);", gdb.cmd("step"))
        self.assertIn("greet (number=0)", gdb.cmd("step"))  # through the linkage table
        self.assertEqual(self.in_function(gdb), "greet")
        texts = [gdb.cmd("next") for _ in range(2)]  # over snprintf(), and perhaps over puts(), which writes
        self.assertEqual(self.in_function(gdb), "greet", texts)
        self.assert_match(gdb.cmd("finish"), r"^Run till exit from #0 .*greet")
        self.assertEqual(self.in_function(gdb), "worker")
        self.assertEqual(gdb.value("greetings"), 1)
        gdb.cmd("finish")
        self.assertEqual(self.in_function(gdb), "main")
        gdb.cmd("next")  # over a pause, in which others run
        self.assertEqual(self.in_function(gdb), "main")
        self.leave(gdb)

    def test_until_and_advance(self) -> None:
        gdb = self.in_worker()
        gdb.cmd("advance greet")
        self.assertEqual(self.in_function(gdb), "greet")
        gdb.cmd("up")
        gdb.cmd("down")
        gdb.cmd("until worker")
        self.assertEqual(self.in_function(gdb), "worker")
        self.leave(gdb)

    def test_calls(self) -> None:
        gdb = self.in_worker()
        self.assertEqual(gdb.value("twice(21)"), 42)
        before = gdb.cmd("info registers")
        for number in range(5):
            self.assertEqual(gdb.value(f"twice({number})"), 2 * number)
        self.assertEqual(gdb.cmd("info registers"), before)
        self.assertEqual(gdb.value("(int) getpid()"), self.program.values()["pid"])
        gdb.cmd("call greet(7777)")
        self.assertEqual(gdb.value("greetings"), 1)
        gdb.cmd("delete")
        gdb.cmd("detach")
        self.assert_ends_with(self.program, greetings=CALLS + 1)
        self.assertIn("greeting 7777\n", self.program.output())

    def test_call_while_it_sleeps(self) -> None:
        """The system call in which it was found goes on afterwards, or is done again."""
        self.program = self.guest.start(f"greeter 6 {PAUSE_US * 100}")
        pid = self.program.values()["pid"]
        gdb = self.attached(pid)
        self.assertEqual(gdb.value("twice(21)"), 42)
        self.assertEqual(gdb.value("(int) getpid()"), pid)
        gdb.cmd("detach")
        self.assert_ends_with(self.program, greetings=6)

    def test_stepping_through_the_lines_of_a_round(self) -> None:
        gdb = self.in_worker()
        gdb.cmd("finish")
        lines = []
        for _ in range(9):
            text = gdb.cmd("next")
            self.assertNotRegex(text, r"(?m)^0x[0-9a-f]+ in ")
            lines.append(text)
        self.assertGreaterEqual(sum("worker(i)" in line for line in lines), 2, lines)
        self.leave(gdb)


class Steps(ProcessCase):
    """Single steps through a loop around a system call; vm.process_step does many more of them."""

    SMP = 4
    STEPS = 300

    def test_stepi_never_leaves_the_loop(self) -> None:
        self.guest.start("neighbour 6")
        program = self.guest.hold("getpid_loop 1000000 1")
        gdb = self.attached(program)
        base = symbols.symbols("getpid_loop")["ask_again"]
        start = symbols.symbols("getpid_loop")["ask_loop"] - base
        listing = symbols.listing("getpid_loop", "ask_again")
        jump = next(i for i, (_, text) in enumerate(listing) if text.startswith("jne"))
        loop = [base + offset for offset, _ in listing[: jump + 1] if offset >= start]
        gdb.cmd(f"tbreak *{loop[0]:#x}")
        self.guest.release(program)
        gdb.cont()
        for step in range(1, self.STEPS + 1):
            gdb.cmd("stepi")
            self.assertEqual(gdb.value("$pc"), loop[step % len(loop)], f"after {step} steps")
        gdb.cmd("detach")
        self.assert_ends_with(program, rounds=1_000_000, wrong=0)
