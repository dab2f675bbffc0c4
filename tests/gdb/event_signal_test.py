# SPDX-License-Identifier: GPL-2.0-or-later
"""Signals on their way to an attached process: seen, passed, dropped, added."""

from process_case import ProcessCase

SIGNALS = 5
SI_QUEUE = -1


class Signals(ProcessCase):
    def debug(self, *lines: str, signals: int = SIGNALS, pause_us: int = 0):
        gdb, self.program = self.attached_held(f"signaller {signals} {pause_us} 1", *lines)
        self.pid = self.program.values()["pid"]
        return gdb

    def assert_end(self, gdb, handled: int, others: int = 0) -> None:
        self.assertIn("exited normally", gdb.cont())
        self.assert_ends_with(self.program, sent=SIGNALS, handled=handled, others=others)

    def test_stop(self) -> None:
        """gdb's default. The handler has not run yet."""
        gdb = self.debug()
        for number in range(1, SIGNALS + 1):
            self.assert_match(gdb.cont(), r"received signal SIGUSR1, User defined signal 1\.")
            self.assertEqual(gdb.value("$_siginfo.si_code"), SI_QUEUE & 0xFFFFFFFF)
            self.assertEqual(gdb.value("$_siginfo._sifields._rt.si_pid"), self.pid)
            self.assertEqual(gdb.value("$_siginfo._sifields._rt.si_sigval.sival_int"), number)
            self.assertEqual(gdb.value("*(unsigned long *) &handled"), number - 1)
            self.assertRegex(gdb.cmd("bt"), r"#\d .*sigqueue.*\n(.*\n)*#\d .* main ")
        self.assert_end(gdb, handled=SIGNALS)

    def test_no_stop(self) -> None:
        gdb = self.debug("handle SIGUSR1 nostop noprint pass")
        self.assert_end(gdb, handled=SIGNALS)

    def test_printed_only(self) -> None:
        gdb = self.debug("handle SIGUSR1 nostop print pass")
        text = gdb.cont()
        self.assertEqual(text.count("received signal SIGUSR1"), SIGNALS, text)
        self.assertIn("exited normally", text)
        self.assert_ends_with(self.program, sent=SIGNALS, handled=SIGNALS)

    def test_not_passed(self) -> None:
        gdb = self.debug("handle SIGUSR1 stop print nopass")
        for _ in range(SIGNALS):
            self.assert_match(gdb.cont(), r"received signal SIGUSR1")
        self.assert_end(gdb, handled=0)

    def test_dropped_in_silence(self) -> None:
        gdb = self.debug("handle SIGUSR1 nostop noprint nopass")
        self.assert_end(gdb, handled=0)

    def test_dropped_once(self) -> None:
        gdb = self.debug()
        self.assertIn("SIGUSR1", gdb.cont())
        self.assertIn("SIGUSR1", gdb.cmd("signal 0"))
        for _ in range(SIGNALS - 2):
            self.assertIn("SIGUSR1", gdb.cont())
        self.assert_end(gdb, handled=SIGNALS - 1)

    def test_added(self) -> None:
        """A signal that nobody sent."""
        gdb = self.debug("handle SIGUSR1 nostop noprint pass", "break before_signal")
        self.assertIn("Breakpoint 1, ", gdb.cont())
        self.assertIn("Breakpoint 1, ", gdb.cmd("signal SIGUSR2"))
        self.assertEqual(gdb.value("*(unsigned long *) &others"), 1)
        gdb.cmd("delete")
        self.assert_end(gdb, handled=SIGNALS, others=1)

    def test_exchanged(self) -> None:
        gdb = self.debug()
        self.assertIn("SIGUSR1", gdb.cont())
        gdb.cmd("handle SIGUSR1 nostop noprint pass")
        text = gdb.cmd("signal SIGUSR2")
        self.assertIn("exited normally", text)
        self.assert_ends_with(self.program, sent=SIGNALS, handled=SIGNALS - 1, others=1)

    def test_of_another_process(self) -> None:
        """One that nobody has attached gets its signals, and nobody hears of them."""
        other = self.guest.start("signaller 1000 100")
        gdb = self.debug("handle SIGUSR1 nostop noprint pass", signals=SIGNALS, pause_us=20_000)
        self.assert_end(gdb, handled=SIGNALS)
        self.assert_ends_with(other, sent=1000, handled=1000)

    def test_step_into_the_handler(self) -> None:
        gdb = self.debug("break handle")
        self.assertIn("SIGUSR1", gdb.cont())
        self.assertIn("Breakpoint 1, ", gdb.cont())
        self.assertRegex(gdb.cmd("bt"), r"#0 .*handle.*\n#1 +<signal handler called>\n(.*\n)*#\d .* main ")
        gdb.cmd("delete")
        gdb.cmd("handle SIGUSR1 nostop noprint pass")
        self.assert_end(gdb, handled=SIGNALS)
