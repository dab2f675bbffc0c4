# SPDX-License-Identifier: GPL-2.0-or-later
"""A crash of an attached process is seen before it is delivered; let go, it ends as if nobody had looked."""

import dataclasses

from gdb_session import Gdb
from process_case import ProcessCase


@dataclasses.dataclass(frozen=True)
class Crash:
    how: str
    signal: str  # as gdb names it
    number: int
    code: int  # si_code (siginfo.h)
    status: int  # what the shell tells afterwards
    has_address: bool = False  # si_addr is the `address` that the program told


SEGV_MAPERR, SEGV_ACCERR, ILL_ILLOPN, FPE_INTDIV, SI_TKILL = 1, 2, 2, 1, -6
CRASHES = (
    Crash("segv", "SIGSEGV", 11, SEGV_MAPERR, 139, has_address=True),
    Crash("denied", "SIGSEGV", 11, SEGV_ACCERR, 139, has_address=True),
    Crash("handled", "SIGSEGV", 11, SEGV_MAPERR, 3, has_address=True),
    Crash("illegal", "SIGILL", 4, ILL_ILLOPN, 132),
    Crash("divide", "SIGFPE", 8, FPE_INTDIV, 136),
    Crash("abort", "SIGABRT", 6, SI_TKILL, 134),
)


class Crashes(ProcessCase):
    def crash(self, gdb: Gdb, crash: Crash) -> None:
        """The process is attached and crashes."""
        self.program = self.guest.hold(f"crasher {crash.how} 1")
        gdb.attach(self.program.values()["pid"])
        self.guest.release(self.program)
        self.assert_match(gdb.cont(), rf"received signal {crash.signal}, ")

    def assert_seen(self, gdb: Gdb, crash: Crash) -> None:
        self.assertEqual(gdb.value("$_siginfo.si_signo"), crash.number)
        self.assertEqual(gdb.value("$_siginfo.si_code"), crash.code & 0xFFFFFFFF)
        places = self.program.values()
        if crash.has_address:
            self.assertEqual(gdb.value("(long) $_siginfo._sifields._sigfault.si_addr"), places["address"])
            self.assertEqual(gdb.value("$pc"), places["fault_here"])
        self.assertRegex(gdb.cmd("bt"), r"(?s)#\d .*crash \(.*#\d .*middle \(.*#\d .*main \(")

    def assert_delivered(self, gdb: Gdb, crash: Crash) -> None:
        text = gdb.cont()
        if crash.how == "handled":
            self.assertIn("exited with code 03]", text)
        else:
            self.assert_match(text, rf"^Program terminated with signal {crash.signal}, ")
            self.assertEqual(gdb.value("$_exitsignal"), crash.number)

    def test_seen_and_delivered(self) -> None:
        """What the guest sees of it is what it sees without us."""
        gdb = self.reaching()
        for crash in CRASHES:
            with self.subTest(how=crash.how):
                self.assertEqual(self.guest.start(f"crasher {crash.how}").status(), crash.status, "without us")
                self.crash(gdb, crash)
                self.assert_seen(gdb, crash)
                self.assert_delivered(gdb, crash)
                self.assertEqual(self.program.status(), crash.status)

    def test_let_go(self) -> None:
        """Detached where it crashed."""
        gdb = self.reaching()
        for crash in CRASHES:
            with self.subTest(how=crash.how):
                self.crash(gdb, crash)
                self.assertIn("detached", gdb.cmd("detach"))
                self.assertEqual(self.program.status(), crash.status)

    def test_unmapped_page(self) -> None:
        """gdb cannot read what the process cannot, before the crash and at it."""
        program = self.guest.hold("crasher segv 1")
        places = program.values()
        gdb = self.attached(program)
        refusal = f"Cannot access memory at address {places['address']:#x}"
        read = f"x/gx {places['address']:#x}"
        self.assertIn(refusal, gdb.cmd(read))
        self.assertIn("Cannot access memory", gdb.cmd(f"set var *(char *) {places['address']:#x} = 1"))
        self.assertNotIn("Cannot", gdb.cmd(f"x/gx {places['address'] - 8:#x}"))
        self.guest.release(program)
        self.assertIn("SIGSEGV", gdb.cont())
        self.assertIn(refusal, gdb.cmd(read))

    def test_mended(self) -> None:
        """The instruction is done again with another address."""
        gdb = self.reaching()
        self.crash(gdb, CRASHES[0])
        register = gdb.cmd("x/i $pc").rpartition("(%")[2].rstrip(")")
        gdb.cmd(f"set var ${register} = $sp - 1024")
        self.assertIn("exited normally", gdb.cmd("signal 0"))
        self.assertEqual(self.program.status(), 0)
