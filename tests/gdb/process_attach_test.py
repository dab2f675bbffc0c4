# SPDX-License-Identifier: GPL-2.0-or-later
"""Attaching, again and again, and what cannot be attached."""

import re

from process_case import ProcessCase

ROUNDS = 10


class Attach(ProcessCase):
    def test_nothing_is_attached_at_first(self) -> None:
        gdb = self.reaching()
        self.assertFalse(gdb.alive_target())
        self.assert_guest_runs()
        self.assertIn("counter", self.processes_with(gdb, "counter 1000 1000"))
        self.assert_guest_runs()

    def processes_with(self, gdb, command: str) -> str:
        self.guest.start(command).values()
        return gdb.cmd("info os processes")

    def test_rounds(self) -> None:
        """The guest is unharmed: its work is done as if nobody had come."""
        program = self.guest.start("counter 4000 1000")
        greeter = self.guest.start("ticker 5")
        pid = program.values()["pid"]
        gdb = self.reaching()
        counted = [0]
        for turn in range(ROUNDS):
            with self.subTest(turn=turn):
                gdb.attach(pid)
                counted.append(gdb.value("*(unsigned long *) &counter"))
                self.assertGreaterEqual(counted[-1], counted[-2])
                gdb.cmd("break count_one")
                self.assertIn("Breakpoint ", gdb.cont())
                self.assertIn("detached", gdb.cmd("detach"))
                gdb.cmd("delete")
                self.assert_guest_runs()
        gdb.close()
        self.assert_ends_with(program, counter=4000)
        greeter.wait()
        self.assertEqual(greeter.output().split("\n")[-2], "tick 5")

    def test_rounds_of_connections(self) -> None:
        program = self.guest.start("counter 6000 2000")
        for turn in range(ROUNDS):
            with self.subTest(turn=turn):
                gdb = self.attached(program)
                gdb.cmd("break count_one")
                self.assertIn("Breakpoint 1, ", gdb.cont())
                gdb.cmd("disconnect" if turn % 2 else "kill")
                gdb.close()
        self.assert_ends_with(program, counter=6000)

    def test_refusals(self) -> None:
        kthreadd = int(self.guest.run("pidof kthreadd"))
        self.assertEqual(kthreadd, 2)
        gdb = self.reaching()
        for pid in (777777, 4194305, 9999999, kthreadd):
            with self.subTest(pid=pid):
                text = gdb.cmd(f"attach {pid}")
                self.assertRegex(text, r"(?i)failed|no process|kernel thread")
                self.assertFalse(gdb.alive_target())
        self.assert_guest_runs()

    def test_refusal_in_words(self) -> None:
        with self.rsp_extended() as client:
            self.assertEqual(client.first_stop.text, "W00")
            self.assertRegex(client.ask("vAttach;bde31"), r"^E\.no process 777777 in the guest")
            self.assertRegex(client.ask("vAttach;2"), r"^E\.\w+")
            self.assertRegex(client.ask("vAttach;0"), r"^E")
            self.assertRegex(client.ask("vAttach;ffffffffffffffffff"), r"^E")

    def test_a_thread_is_not_a_process(self) -> None:
        program = self.guest.start("crowd 1")
        program.values()
        tid = int(re.search(r"tid=(\d+)", program.output()).group(1))
        with self.rsp_extended() as client:
            self.assertRegex(client.ask(f"vAttach;{tid:x}"), r"^E\.\w+")

    def test_first_process(self) -> None:
        """The guest's init: a shell that waits for its child."""
        gdb = self.attached(1)
        self.assertIn("exe = '/bin/busybox'", gdb.cmd("info proc exe"))
        self.assertGreater(gdb.value("$sp"), 0)
        gdb.cmd("detach")
        self.assert_guest_runs()
