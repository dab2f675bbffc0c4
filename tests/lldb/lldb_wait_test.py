# SPDX-License-Identifier: GPL-2.0-or-later
"""A real lldb that waits for a program to start."""

import time

import environment
from expect import GuestCase
from lldb_session import COMMAND_SECONDS, Lldb, setUpModule  # noqa: F401, for unittest

CALLS = 5


class LldbWait(GuestCase):
    SMP = 2
    HVGDB_ARGS = ("--attach", "counter", "--endpoint", "counter=127.0.0.1:0", "--log", "gdbserver=trace")

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.endpoints = {"for any": cls.guest.endpoint, "for it alone": cls.guest.process_endpoint("counter")}

    def connect(self, lldb: Lldb, endpoint: tuple[str, int]) -> None:
        lldb.type(f"process connect --plugin gdb-remote connect://{endpoint[0]}:{endpoint[1]}")
        deadline = time.monotonic() + COMMAND_SECONDS
        while lldb.cmd("process status", "Process 0 (.*)$")[1] == "unloaded":
            self.assertLess(time.monotonic(), deadline, "lldb does not connect")
            time.sleep(0.1)

    def check_wait(self, endpoint: tuple[str, int], options: str, packet: str) -> None:
        """It is attached before it has done anything."""
        with Lldb() as lldb:
            lldb.type(f"target create {environment.guest_program('counter')}")
            self.connect(lldb, endpoint)
            lldb.type(f"process attach --name counter {options}")
            self.guest.log.wait_for(f"{packet};{b'counter'.hex()}", COMMAND_SECONDS)
            program = self.guest.launch(f"counter {CALLS}")
            pid = int(lldb.wait_for(r"Process (\d+) stopped")[1])
            lldb.wait_for(r"frame #0: 0x[0-9a-f]+ counter`_start")
            lldb.cmd("breakpoint set -n count_one", "Breakpoint 1: where = counter`count_one")
            lldb.cmd("continue", r"stop reason = breakpoint 1\.1")
            lldb.cmd("expression counter", r"\$0 = 0$")
            lldb.cmd("detach", f"Process {pid} detached")
        program.wait()
        self.assertEqual(program.values()["pid"], pid)
        self.assertEqual(program.last_values()["counter"], CALLS)

    def test_wait(self) -> None:
        for name, endpoint in self.endpoints.items():
            with self.subTest(address=name):
                self.check_wait(endpoint, "--waitfor", "vAttachWait")

    def test_wait_unless_it_runs(self) -> None:
        for name, endpoint in self.endpoints.items():
            with self.subTest(address=name):
                self.check_wait(endpoint, "--waitfor --include-existing", "vAttachOrWait")
