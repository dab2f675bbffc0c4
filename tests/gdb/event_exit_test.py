# SPDX-License-Identifier: GPL-2.0-or-later
"""The end of an attached process, and that the rest of the session goes on."""

from process_case import ProcessCase

CALLS = 20
LONG = 1_500
PAUSE_US = 5_000
KILLED = 256  # what `exits` takes for a signal
SIGKILL, SIGTERM = 9, 15


class Exits(ProcessCase):
    def test_codes(self) -> None:
        for code, said in ((0, "normally"), (3, "with code 03"), (255, "with code 0377")):
            with self.subTest(code=code):
                gdb, program = self.attached_held(f"exits {code} 1")
                with gdb:
                    said_by_gdb = gdb.cont()
                    self.assertEqual(gdb.value("$_exitcode"), code)
                    self.assertFalse(gdb.alive_target())
                    self.assert_guest_runs()
                self.assert_match(said_by_gdb, rf"^\[Inferior 1 \(process {program.values()['pid']}\) exited {said}\]")
                self.assertEqual(program.status(), code)

    def test_killed(self) -> None:
        gdb, program = self.attached_held(f"exits {KILLED + SIGKILL} 1")
        text = gdb.cont()
        self.assert_match(text, r"^Program terminated with signal SIGKILL, Killed\.")
        self.assertEqual(gdb.value("$_exitsignal"), SIGKILL)
        self.assertRegex(gdb.cmd("p $_exitcode"), "= void$")
        self.assertEqual(program.status(), 128 + SIGKILL)

    def test_killed_by_another(self) -> None:
        """With threads that sleep and run."""
        program = self.guest.start("crowd 2")
        pid = program.values()["pid"]
        gdb = self.attached(pid)
        gdb.cont_async()
        self.guest.type(f"kill -KILL {pid}")
        self.assert_match(gdb.finish(), r"^Program terminated with signal SIGKILL, Killed\.")
        self.assertEqual(program.status(), 128 + SIGKILL)
        self.assert_guest_runs()

    def test_terminated(self) -> None:
        """Of a signal that leaves no core the kernel makes SIGKILL as soon as it is sent: only the end is told."""
        program = self.guest.start("counter 1000000 1000")
        gdb = self.attached(program)
        gdb.cont_async()
        self.guest.type(f"kill -TERM {program.values()['pid']}")
        self.assert_match(gdb.finish(), r"^Program terminated with signal SIGTERM, Terminated\.")
        self.assertEqual(program.status(), 128 + SIGTERM)

    def test_the_other_inferior_goes_on(self) -> None:
        for end, said in (("exits 3 1", r"exited with code 03\]"), (f"exits {KILLED + SIGKILL} 1", "SIGKILL, Killed")):
            with self.subTest(end=end):
                ending, staying = self.guest.hold(end), self.guest.hold(f"counter {CALLS} {PAUSE_US} 1")
                with self.attached(ending) as gdb:
                    gdb.cmd("set schedule-multiple on")
                    gdb.cmd("add-inferior")
                    gdb.cmd("inferior 2")
                    gdb.attach(staying.values()["pid"])
                    self.guest.release(ending)
                    self.assertRegex(gdb.cont(), said)
                    self.assert_debugged_to_its_end(gdb, staying)

    def assert_debugged_to_its_end(self, gdb, staying) -> None:
        gdb.cmd("inferior 2")
        self.assertTrue(gdb.alive_target())
        gdb.cmd("break count_one")
        self.guest.release(staying)
        for counted in range(CALLS):
            self.assertRegex(gdb.cont(), r"Breakpoint 1(\.\d)?, ")
            self.assertEqual(gdb.value("*(unsigned long *) &counter"), counted)
        self.assertRegex(gdb.cont(), r"\[Inferior 2 \(process \d+\) exited normally\]")
        self.assertFalse(gdb.alive_target())
        self.assert_guest_runs()

    def test_attach_again(self) -> None:
        """The same gdb, one process after the other."""
        gdb = self.reaching()
        for code in range(1, 6):
            program = self.guest.hold(f"exits {code} 1")
            gdb.attach(program.values()["pid"])
            self.guest.release(program)
            self.assertIn(f"exited with code 0{code}]", gdb.cont())

    def test_process_attached_late(self) -> None:
        """It has worked for a while, and goes on to its own end."""
        program = self.guest.start(f"counter {LONG} {PAUSE_US}")
        pid = program.values()["pid"]
        gdb = self.attached(pid)
        gdb.cmd("break count_one")
        gdb.cont()
        before = gdb.value("*(unsigned long *) &counter")
        gdb.cont()
        self.assertEqual(gdb.value("*(unsigned long *) &counter"), before + 1)
        gdb.cmd("delete")
        self.assert_match(gdb.cont(), rf"^\[Inferior 1 \(process {pid}\) exited normally\]")
        self.assert_ends_with(program, counter=LONG)
