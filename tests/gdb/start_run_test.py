# SPDX-License-Identifier: GPL-2.0-or-later
"""gdb's `run`: the guest starts the program, and the first process that does is the inferior."""

import re

import environment
from process_case import ProcessCase

CALLS = 5
TYPING_SECONDS = 0.3


class Run(ProcessCase):
    def run_with(self, gdb, command: str, line: str) -> str:
        """What gdb says when the guest starts the program after gdb was told to."""
        gdb.start(line)
        self.guest.run(f"sleep {TYPING_SECONDS}")
        self.program = self.guest.launch(command)
        return gdb.finish()

    def debugger(self, name: str):
        gdb = self.reaching(environment.guest_program(name))
        gdb.cmd(f"set remote exec-file /bin/{name}")
        return gdb

    def count_to_the_end(self, gdb) -> None:
        gdb.cmd("delete")
        gdb.cmd("break count_one")
        for number in range(CALLS):
            self.assertRegex(gdb.cont(), r"Breakpoint \d+, count_one ")
            self.assertEqual(gdb.value("counter"), number)
        self.assertIn("exited normally", gdb.cont())
        self.assert_ends_with(self.program, counter=CALLS)

    def test_to_main(self) -> None:
        for name in ("counter", "pie_counter"):
            with self.subTest(program=name), self.debugger(name) as gdb:
                gdb.cmd("break main")
                self.assertRegex(self.run_with(gdb, f"{name} {CALLS}", "run"), r"Breakpoint 1, main \(argc=2, ")
                self.count_to_the_end(gdb)

    def test_first_instruction(self) -> None:
        gdb = self.debugger("counter")
        self.run_with(gdb, f"counter {CALLS}", "starti")
        self.assertIn("_start in section .text", gdb.cmd("info symbol $pc"))
        self.count_to_the_end(gdb)

    def test_again(self) -> None:
        gdb = self.debugger("exits")
        for code in (1, 2, 3):
            self.assertIn(f"exited with code 0{code}]", self.run_with(gdb, f"exits {code}", "run"))

    def test_nobody_starts_it(self) -> None:
        """gdb gives up after a while, and says what to do, if it shows the errors that it is told in words (16)."""
        gdb = self.debugger("counter")
        in_words, in_general = r"no exec of /bin/counter yet", r'Running "/bin/counter" on the remote target failed$'
        self.assertRegex(gdb.cmd("run"), f"{in_words}|{in_general}")
        self.assert_guest_runs()
        self.assertIn("/bin/counter", gdb.cmd("monitor wait"))
        # It stays armed.
        self.program = self.guest.launch(f"counter {CALLS}")
        gdb.cmd("break main")
        self.assertRegex(gdb.cmd("run"), r"Breakpoint 1, main \(argc=2, ")
        self.count_to_the_end(gdb)

    def test_nothing_named(self) -> None:
        gdb = self.reaching()
        text = gdb.cmd("run")
        self.assertTrue(re.search(r"set remote exec-file|No executable", text), text)
        self.assert_guest_runs()
