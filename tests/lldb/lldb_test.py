# SPDX-License-Identifier: GPL-2.0-or-later
"""A real lldb at the address of one process."""

import environment
import lldb_session
from expect import GuestCase
from lldb_session import setUpModule  # noqa: F401, for unittest

CALLS = 3000


class Lldb(GuestCase):
    SMP = 2
    HVGDB_ARGS = ("--endpoint", "counter=127.0.0.1:0", "--endpoint", "crowd=127.0.0.1:0")

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.endpoints = {name: cls.guest.process_endpoint(name) for name in ("counter", "crowd")}

    def session(self, name: str, *commands: str) -> dict[str, str]:
        """What one lldb prints for each command, after it has connected."""
        host, port = self.endpoints[name]
        return lldb_session.run(f"target create {environment.guest_program(name)}", f"gdb-remote {host}:{port}",
                                *commands)

    def counting(self) -> tuple:
        program = self.guest.start(f"counter {CALLS} 2000")
        return program, program.values()

    def assert_unharmed(self, program) -> None:
        program.wait()
        self.assertEqual(program.last_values()["counter"], CALLS, program.output())

    def test_looking(self) -> None:
        program, values = self.counting()
        said = self.session("counter", "process status", "thread list", "bt", "register read rip rsp", "image list",
                            "memory region $pc", "memory region 0", "expression counter + 0x100000", f"memory region {values['counter']}",
                            "disassemble", f"memory read -c 1 -f x -s 8 {values['counter']}", "detach")
        self.assertIn(f"Process {values['pid']} stopped", said["process status"])
        self.assertRegex(said["thread list"], rf"thread #1: tid = {values['pid']}, .* name = 'counter'")
        self.assertRegex(said["bt"], r"`main\(.*at counter\.c:\d+")
        self.assertRegex(said["register read rip rsp"], r"rip = 0x[0-9a-f]{16}")
        self.assertIn("counter", said["image list"])
        self.assert_match(said["memory region $pc"], r"^\[.*\) r-x /bin/counter")
        self.assert_match(said["memory region 0"], r"^\[0x0000000000000000-0x[0-9a-f]+\) ---")
        self.assertRegex(said["disassemble"], r"->  0x[0-9a-f]+")
        self.assertRegex(said["expression counter + 0x100000"], r"= 10\d{5}")
        self.assertIn("detached", said["detach"])
        self.assert_unharmed(program)

    def test_breakpoints_and_steps(self) -> None:
        program, values = self.counting()
        by_address = f"breakpoint set -a {values['count_one']}"
        said = self.session("counter", "breakpoint set -n count_one", "continue", "thread step-inst", "next", "finish",
                            "breakpoint delete 1", by_address, "process continue", "register read rdi", "detach")
        self.assertIn("stop reason = breakpoint 1.1", said["continue"])
        self.assertIn("count_one(step=1) at counter.c:15", said["continue"])
        self.assertIn("stop reason = instruction step into", said["thread step-inst"])
        self.assertIn("stop reason = step over", said["next"])
        self.assertRegex(said["finish"], r"stop reason = (step out|breakpoint)")
        self.assertIn("stop reason = breakpoint 2.1", said["process continue"])
        self.assertIn("rdi = 0x0000000000000001", said["register read rdi"])
        self.assert_unharmed(program)

    def test_conditions_and_watchpoints(self) -> None:
        program, _ = self.counting()
        said = self.session("counter", "breakpoint set -n count_one -c counter==1000", "continue", "expression counter",
                            "breakpoint disable", "watchpoint set variable counter", "process continue",
                            "watchpoint delete -f", "expression counter + 0", "detach")
        self.assertIn("stop reason = breakpoint 1.1", said["continue"])
        self.assertRegex(said["expression counter"], r"= 1000$")
        self.assertIn("stop reason = watchpoint 1", said["process continue"])
        self.assertRegex(said["expression counter + 0"], r"= 1001$")
        self.assert_unharmed(program)

    def test_writing(self) -> None:
        program, values = self.counting()
        write = f"memory write -s 8 {values['counter']} {CALLS * 10:#x}"
        read = f"memory read -c 1 -f u -s 8 {values['counter']}"
        self.session("counter", "breakpoint set -n count_one", "continue", write, read, "register write rdi 7", "detach")
        program.wait()
        counted = program.last_values()["counter"]
        self.assertGreater(counted, CALLS * 10)
        self.assertLessEqual(counted, CALLS * 11 + 6)

    def test_leaving_without_a_word(self) -> None:
        """lldb says `k` when it quits: the process lives on, and nothing stops it any more."""
        program, _ = self.counting()
        self.session("counter", "breakpoint set -n count_one", "continue", "process kill")
        self.session("counter", "breakpoint set -n count_one", "continue", "quit")
        self.assert_unharmed(program)

    def test_threads(self) -> None:
        program = self.guest.start("crowd 3")
        program.values()
        said = self.session("crowd", "thread list", "thread backtrace all", "detach")
        self.assertEqual(said["thread list"].count("thread #"), 1 + 4 * 3, said["thread list"])
        self.assertEqual(said["thread backtrace all"].count("frame #0"), 1 + 4 * 3)
