# SPDX-License-Identifier: GPL-2.0-or-later
"""monitor hook: calls of functions as lines on gdb's console, while nothing stops."""

import re

import environment
from gdb_session import COMMAND_SECONDS, Gdb
from process_case import ProcessCase

CALLS = 7
EXITS = 5
STATUS = 3
LINE = r"^ *\d+ ms \[(\w+)\] (\S+) at (0x[0-9a-f]+) \((0x[0-9a-f]+), 0x[0-9a-f]+, 0x[0-9a-f]+, 0x[0-9a-f]+\)$"
GREET = "libgreeting.so!greet"


class Hooks(ProcessCase):
    INITRAMFS = environment.DYNAMIC_INITRAMFS

    def held_at_start(self, gdb: Gdb) -> int:
        """A greeter of which nothing but the dynamic linker is mapped is the inferior."""
        gdb.start("monitor wait greeter start")
        gdb.output.wait_for("waiting for ", COMMAND_SECONDS)
        self.program = self.guest.launch(f"greeter {CALLS}")
        pid = int(re.search(r"process (\d+) \(greeter\)", gdb.finish())[1])
        gdb.attach(pid)
        return pid

    def calls(self, text: str, place: str) -> list[tuple[str, int, int]]:
        """Who, where, and the first argument."""
        found = re.findall(LINE, text, re.MULTILINE)
        return [(who, int(where, 16), int(argument, 16)) for who, named, where, argument in found if named == place]

    def assert_greets(self, text: str, pid: int) -> None:
        """As often as the program says, and with what it says."""
        calls = self.calls(text, GREET)
        self.assert_ends_with(self.program, greetings=CALLS)
        greet = self.program.values()["greet"]
        self.assertEqual(calls, [(str(pid), greet, number) for number in range(CALLS)], text)

    def test_library_that_is_not_mapped_yet(self) -> None:
        """Also where its code has run before, in another process."""
        gdb = self.reaching()
        for turn in range(3):
            with self.subTest(turn=turn):
                pid = self.held_at_start(gdb)
                self.assertNotIn("libgreeting", gdb.cmd("info proc mappings"))
                self.assertRegex(gdb.cmd(f"monitor hook {GREET}"), r"^hook \d waits for libgreeting.so: ")
                self.assertRegex(gdb.cmd("monitor hook"), r" 0  waits for libgreeting.so  \d+ libgreeting.so!greet$")
                text = gdb.cont()
                self.assertIn("exited normally", text)
                self.assert_greets(text, pid)
                self.assertRegex(gdb.cmd("monitor hook"), rf"(?m)^ +\d +{CALLS} +gone +{pid} libgreeting.so!greet$")

    def test_another_process_is_attached(self) -> None:
        """The hook's process is nobody's inferior."""
        other = self.guest.hold("counter 1 0 1")
        gdb = self.attached(other)
        self.assertIn("waiting for greeter", gdb.cmd("monitor wait greeter start"))
        gdb.cont_async()
        self.program = self.guest.launch(f"greeter {CALLS}")
        pid = int(re.search(r"process (\d+) \(greeter\)", gdb.finish())[1])
        self.assertIn("waits for", gdb.cmd(f"monitor hook {pid} {GREET}"))
        gdb.cont_async()
        self.program.wait()
        text = gdb.interrupt()
        gdb.cmd("detach")
        self.assert_greets(text, pid)

    def test_nothing_is_attached(self) -> None:
        gdb = self.reaching()
        gdb.start("monitor wait greeter start")
        gdb.output.wait_for("waiting for ", COMMAND_SECONDS)
        self.program = self.guest.launch(f"greeter {CALLS}")
        pid = int(re.search(r"process (\d+) \(greeter\)", gdb.finish())[1])
        self.assertIn("waits for", gdb.cmd(f"monitor hook {pid} {GREET}"))
        gdb.cmd("monitor unwait")  # it runs on
        self.assert_ends_with(self.program, greetings=CALLS)
        self.assertRegex(gdb.cmd("monitor hook"), rf"(?m)^ +1 +{CALLS} +gone +{pid} libgreeting.so!greet$")

    def test_program_itself_and_mapped_library(self) -> None:
        gdb, self.program = self.attached_held(f"greeter {CALLS} 0 1")
        pid, places = self.program.values()["pid"], self.program.values()
        self.assertIn(f"at {places['worker']:#x}: {pid} worker", gdb.cmd("monitor hook worker"))
        self.assertIn(f"at {places['greet']:#x}: {pid} {GREET}", gdb.cmd(f"monitor hook {GREET}"))
        self.assertIn(f"at {places['greet']:#x}: ", gdb.cmd(f"monitor hook *{places['greet']:#x}"))
        self.assertRegex(gdb.cmd("monitor unhook 3"), r"(?m)^ +1 .* worker\n +2 .*greet$")
        text = gdb.cont()
        self.assertEqual(self.calls(text, "worker"), [(str(pid), places["worker"], n) for n in range(CALLS)], text)
        self.assert_greets(text, pid)

    def test_unknown_function_of_a_library(self) -> None:
        gdb = self.reaching()
        self.held_at_start(gdb)
        gdb.cmd("monitor hook libgreeting.so!meet")
        text = gdb.cont()
        self.assertIn("a hook is gone: ", text)
        self.assertIn("exited normally", text)
        self.assert_ends_with(self.program, greetings=CALLS)

    def test_kernel(self) -> None:
        address = self.guest.kernel_symbol("do_exit")
        gdb = self.gdb()
        self.assertEqual(gdb.cmd("monitor hook do_exit"), f"hook 1 at {address:#x}: kernel do_exit")
        gdb.cont_async()
        for _ in range(EXITS):
            self.guest.run(f"sh -c 'exit {STATUS}'", may_fail=True)
        calls = self.calls(gdb.interrupt(), "do_exit")
        self.assertEqual([where for _, where, status in calls if status == STATUS << 8], [address] * EXITS)
        self.assertRegex(gdb.cmd("monitor hook"), rf"(?m)^ +1 +{len(calls)} ")
        self.assertIn("no hooks", gdb.cmd("monitor unhook"))
        self.assertEqual(gdb.cmd("monitor sites"), "no sites")

    def test_leaving_removes_them(self) -> None:
        gdb = self.gdb()
        gdb.cmd("monitor hook do_exit")
        gdb.cmd("detach")
        self.assert_guest_runs()
        gdb.close()
        again = self.gdb()
        self.assertEqual(again.cmd("monitor hook"), "no hooks")
        self.assertEqual(again.cmd("monitor sites"), "no sites")
