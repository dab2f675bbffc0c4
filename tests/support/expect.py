# SPDX-License-Identifier: GPL-2.0-or-later
"""What tests with a guest share: one guest for all tests of a class, clients that never outlive their test."""

import time
import unittest

import environment
from gdb_session import Gdb
from guest import Guest, Program
from rsp_client import RspClient

PROGRAMS = "counter pie_counter loop ticker faulter thread_hits crowd getpid_loop waker namespaced neighbour forker " \
           "compat_counter greeter fixed_greeter vforker execer exits crasher signaller caller comers remapper starts tainter " \
           "reckoner taint_reader decider device_writer"


class GuestCase(unittest.TestCase):
    """Boots SMP vCPUs with APPEND on the kernel's command line and INITRAMFS, once for the class; hvgdb gets HVGDB_ARGS,
    QEMU gets QEMU_ARGS."""

    SMP = 1
    APPEND = ""
    INITRAMFS = environment.INITRAMFS
    HVGDB_ARGS: tuple[str, ...] = ()
    QEMU_ARGS: tuple[str, ...] = ()
    guest: Guest

    @classmethod
    def setUpClass(cls) -> None:
        cls.guest = Guest(smp=cls.SMP, append=cls.APPEND, server=environment.SERVER, initramfs=cls.INITRAMFS,
                          hvgdb_args=cls.HVGDB_ARGS, qemu_args=cls.QEMU_ARGS)
        cls.addClassCleanup(cls.guest.close)

    def setUp(self) -> None:
        # The last clean-up, once the clients are closed: what a failed test left must not disturb the next one.
        self.addCleanup(self.stop_programs)

    def stop_programs(self) -> None:
        if self.guest.alive():
            self.guest.run("; ".join(f"killall -q -{name} {PROGRAMS}" for name in ("CONT", "KILL")), may_fail=True)

    def gdb(self, program=None, extended: bool = False) -> Gdb:
        """A gdb that is connected; the machine stands still."""
        gdb = self.lone_gdb(program)
        gdb.connect(self.guest.endpoint, extended)
        return gdb

    def lone_gdb(self, program=None) -> Gdb:
        gdb = Gdb(program)
        self.addCleanup(gdb.close)
        return gdb

    def rsp(self) -> RspClient:
        """A raw client; the machine stands still."""
        client = RspClient(self.guest.endpoint)
        self.addCleanup(client.close)
        return client

    def let_end(self, client: RspClient, *programs: Program) -> None:
        """Leaves the machine to itself and waits until the programs have ended."""
        client.leave()
        for program in programs:
            program.wait()

    def assert_match(self, text: str, pattern: str) -> None:
        self.assertRegex(text, "(?m)" + pattern)

    def assert_guest_runs(self, limit: float = 10) -> None:
        """The guest answers on its console and its clock goes on."""
        before = self.guest.uptime()
        deadline = time.monotonic() + limit
        while self.guest.uptime() <= before:
            self.assertLess(time.monotonic(), deadline, "the guest's clock stands still")

