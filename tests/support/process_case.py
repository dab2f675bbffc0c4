# SPDX-License-Identifier: GPL-2.0-or-later
"""What tests share whose inferiors are processes of the guest."""

import re
import time

from expect import GuestCase
from gdb_session import Gdb
from guest import Program
from rsp_client import RspClient


AT_BASE, AT_ENTRY = 7, 9  # elf.h


class ProcessCase(GuestCase):
    SMP = 2

    def reaching(self, program=None) -> Gdb:
        """A gdb that is connected and has attached nothing: the guest runs."""
        gdb = self.lone_gdb(program)
        gdb.reach(self.guest.endpoint)
        return gdb

    def attached(self, debugged: Program | int, program=None) -> Gdb:
        """A gdb to which a program of the guest (or a process id) is the inferior. All else it knows is from the guest,
        unless it is started with a file."""
        pid = debugged if isinstance(debugged, int) else debugged.values()["pid"]
        gdb = self.reaching(program)
        gdb.attach(pid)
        return gdb

    def attached_held(self, command: str, *lines: str) -> tuple[Gdb, Program]:
        """A held program is the inferior, and gdb has done these commands; then it is released: it runs as soon as gdb
        continues."""
        program = self.guest.hold(command)
        gdb = self.attached(program)
        for line in lines:
            gdb.cmd(line)
        self.guest.release(program)
        return gdb, program

    def pid_of(self, name: str) -> int:
        """Of the one process of that name, once it is there."""
        text = self.guest.run(f"until pidof {name}; do usleep 20000; done")
        return int(re.search(r"^\d+$", text, re.MULTILINE).group())

    def held(self, gdb: Gdb, name: str, limit: float) -> int:
        """The process of that name which hvgdb holds, once it does."""
        deadline = time.monotonic() + limit
        while not (found := re.search(rf"^held: (\d+) \({name}\)$", gdb.cmd("monitor wait"), re.MULTILINE)):
            self.assertLess(time.monotonic(), deadline, "nobody is held")
            time.sleep(0.2)
        return int(found[1])

    def auxiliary(self, gdb: Gdb, kind: int) -> int:
        """Of the process's auxiliary vector."""
        found = re.search(rf"^{kind} +AT_\w+ .* (0x[0-9a-f]+|\d+)$", gdb.cmd("info auxv"), re.MULTILINE)
        return int(found[1], 0)

    def rsp_extended(self) -> RspClient:
        """A raw client that has attached nothing: the guest runs."""
        client = RspClient(self.guest.endpoint, extended=True)
        self.addCleanup(client.close)
        return client

    def assert_ends_with(self, program: Program, **wanted: int) -> None:
        """The program ends by itself, and its last line tells these numbers. The guest must run."""
        program.wait()
        values = program.last_values()
        self.assertEqual({name: values.get(name) for name in wanted}, wanted, program.output())

    def continue_hits(self, gdb: Gdb, hits: int, expected: str) -> None:
        """Each of them stops as expected."""
        for number in range(hits):
            self.assert_match(gdb.cont(), expected)
            self.assertEqual(gdb.hits(1), number + 1)
