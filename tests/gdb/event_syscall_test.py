# SPDX-License-Identifier: GPL-2.0-or-later
"""catch syscall: entry and return, by name, by number, of one process only."""

import re

from process_case import ProcessCase

ROUNDS = 3
PAUSE_US = 1_000
# What `caller` does in each round, by x86-64's numbers; after it, it sleeps.
CALLS = ["getppid", "getpgid", "openat", "close", "getuid"]
GETPPID, GETPGID = 110, 121
NO_ENTRY, BAD_FILE = 2, 9
I386_NANOSLEEP = 162


class Syscalls(ProcessCase):
    def debug(self, *lines: str, rounds: int = ROUNDS):
        """A second process does the same calls all the time."""
        self.guest.start("caller 100000000")
        gdb, self.program = self.attached_held(f"caller {rounds} {PAUSE_US} 1", *lines)
        self.places = self.program.values()
        return gdb

    def assert_stop(self, text: str, what: str, name: str) -> None:
        self.assert_match(text, rf"^Catchpoint \d \({what} syscall '?{name}'?( \[\d+\])?\), ")

    def assert_process_ends(self, gdb, rounds: int = ROUNDS) -> None:
        self.assertIn("exited normally", gdb.cont())
        self.assert_ends_with(self.program, rounds=rounds, wrong=0)

    def test_by_name(self) -> None:
        gdb = self.debug("catch syscall getppid")
        for _ in range(ROUNDS):
            self.assert_stop(gdb.cont(), "call to", "getppid")
            self.assertEqual(gdb.value("$orig_rax"), GETPPID)
            before = gdb.value("$pc")
            self.assert_stop(gdb.cont(), "returned from", "getppid")
            self.assertEqual(gdb.value("$rax"), self.places["parent"])
            self.assertEqual(gdb.value("$pc"), before)
        self.assert_process_ends(gdb)

    def test_by_number(self) -> None:
        gdb = self.debug(f"catch syscall {GETPGID}")
        for _ in range(ROUNDS):
            self.assert_stop(gdb.cont(), "call to", "getpgid")
            self.assertEqual(gdb.value("$rdi"), 0)
            self.assert_stop(gdb.cont(), "returned from", "getpgid")
            self.assertEqual(gdb.value("$rax"), self.places["group"])
        self.assert_process_ends(gdb)

    def test_errors(self) -> None:
        gdb = self.debug("catch syscall openat close")
        for _ in range(ROUNDS):
            for name, error in (("openat", NO_ENTRY), ("close", BAD_FILE)):
                self.assert_stop(gdb.cont(), "call to", name)
                if name == "openat":
                    self.assertIn("/no such file", gdb.cmd("x/s $rsi"))
                self.assert_stop(gdb.cont(), "returned from", name)
                self.assertEqual(gdb.value("-$rax"), error)
        gdb.cmd("delete")
        self.assert_process_ends(gdb)

    def test_all(self) -> None:
        """Each call, in order. It sleeps by one of two calls, depending on its libc."""
        gdb = self.debug("catch syscall", "break usleep")
        for number in range(len(CALLS) * ROUNDS):
            name = CALLS[number % len(CALLS)]
            entry = gdb.cont()
            if number == 0:
                entry = self.past_signal_calls(gdb, entry)
            self.assert_stop(entry, "call to", name)
            self.assert_stop(gdb.cont(), "returned from", name)
            if name == CALLS[-1]:
                self.assertIn("Breakpoint 2, ", gdb.cont())
                self.assert_stop(gdb.cont(), "call to", r"\w*nanosleep")
                self.assert_stop(gdb.cont(), "returned from", r"\w*nanosleep")
        gdb.cmd("delete")
        self.assert_process_ends(gdb)

    def past_signal_calls(self, gdb, text: str) -> str:
        """It was stopped inside raise(), which has calls of its own to do."""
        for _ in range(10):
            if "getppid" in text:
                return text
            text = gdb.cont()
        raise AssertionError(f"raise() does not end: {text}")

    def test_no_more(self) -> None:
        """Deleted between the entry and the return."""
        gdb = self.debug("catch syscall getuid")
        self.assert_stop(gdb.cont(), "call to", "getuid")
        gdb.cmd("delete")
        self.assert_process_ends(gdb)

    def test_detached_at_the_entry(self) -> None:
        gdb = self.debug("catch syscall getppid")
        self.assert_stop(gdb.cont(), "call to", "getppid")
        self.assertIn("detached", gdb.cmd("detach"))
        self.assert_ends_with(self.program, rounds=ROUNDS, wrong=0)

    def test_with_a_sleep_in_between(self) -> None:
        """The call returns much later, and others enter and return meanwhile."""
        rounds = 2
        gdb = self.debug("catch syscall nanosleep clock_nanosleep", rounds=rounds)
        for _ in range(rounds):
            self.assert_stop(gdb.cont(), "call to", r"\w*nanosleep")
            self.assert_stop(gdb.cont(), "returned from", r"\w*nanosleep")
            self.assertEqual(gdb.value("$rax"), 0)
        self.assert_process_ends(gdb, rounds)

    def test_of_a_32_bit_process(self) -> None:
        """The same number is another call there."""
        program = self.guest.start("compat_counter")
        gdb = self.attached(self.pid_of("compat_counter"))
        gdb.cmd(f"catch syscall {I386_NANOSLEEP}")
        if "returned" in gdb.cont():  # it was asleep
            gdb.cont()
        for _ in range(5):
            self.assert_stop(gdb.cont(), "(returned from|call to)", "nanosleep")
        gdb.cmd("detach")
        self.assertEqual(program.status(), 0)

    def test_the_wanted_one_only(self) -> None:
        """No other call stops it, and no other process."""
        gdb = self.debug("catch syscall getuid")
        names = [re.search(r"syscall '?(\w+)", gdb.cont()).group(1) for _ in range(2 * ROUNDS)]
        self.assertEqual(set(names), {"getuid"})
        self.assert_process_ends(gdb)
