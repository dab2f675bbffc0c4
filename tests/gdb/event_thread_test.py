# SPDX-License-Identifier: GPL-2.0-or-later
"""Threads that come and go while their process is debugged."""

import re

from gdb_session import Gdb
from process_case import ProcessCase

THREADS = 6


class Threads(ProcessCase):
    def held(self):
        self.program = self.guest.hold(f"comers {THREADS} 10000 1")
        self.pid = self.program.values()["pid"]
        return self.program

    def assert_end(self, ids: set[int]) -> None:
        self.assertEqual(len(ids), THREADS)
        self.assert_ends_with(self.program, came=THREADS, ids=sum(ids))

    def test_breakpoint_in_each(self) -> None:
        gdb = self.attached(self.held())
        gdb.cmd("break in_thread")
        gdb.cmd("break all_gone")
        self.guest.release(self.program)
        ids: list[int] = []
        for _ in range(THREADS):
            self.assertIn("Breakpoint 1, ", gdb.cont())
            here = int(re.search(rf"Thread {self.pid}\.(\d+)", gdb.cmd("thread")).group(1))
            self.assert_listed(gdb, {self.pid, here}, ids)
            ids.append(here)
            self.assertRegex(gdb.cmd("bt"), r"#0 .*in_thread.*\n#1 .*run .*\n#2 .*start_thread ")
        self.assertIn("Breakpoint 2, ", gdb.cont())
        self.assert_listed(gdb, {self.pid}, ids)
        self.assertIn("exited normally", gdb.cont())
        self.assert_end(set(ids))

    def assert_listed(self, gdb: Gdb, there: set[int], ended: list[int]) -> None:
        """Of those that have ended the last ones may still be on their way out of the kernel."""
        listed = set(map(int, re.findall(r"Thread \d+\.(\d+)", gdb.cmd("info threads"))))
        self.assertLessEqual(there, listed)
        self.assertLessEqual(listed, there | set(ended[-2:]))

    def test_breakpoint_of_one_thread(self) -> None:
        """Of a thread that is gone nothing is left behind."""
        gdb = self.attached(self.held())
        gdb.cmd("break in_thread")
        self.guest.release(self.program)
        self.assertIn("Breakpoint 1, ", gdb.cont())
        number = gdb.value("$_thread")
        gdb.cmd("delete 1")
        gdb.cmd(f"break all_gone thread {number}")
        text = gdb.cont()
        self.assertIn("exited normally", text)
        self.program.wait()

    def test_events(self) -> None:
        """The making and the end of each, as packets tell them."""
        program = self.held()
        client = self.rsp_extended()
        client.attach(self.pid)
        self.assertIn("QThreadEvents+", client.features)
        client.demand("QThreadEvents:1")
        self.guest.release(program)
        made, ended = [], []
        while not (stop := self.go_on(client)).exited:
            if stop.text.startswith("w"):
                ended.append(stop.text.partition(";")[2])
            else:
                self.assertIn("create", stop.fields, stop.text)
                made.append(stop.thread)
        self.assertEqual(made, ended)
        self.assertEqual(stop.text.partition(";")[0], "W00")
        client.close()
        self.assert_end({int(thread.rpartition(".")[2], 16) for thread in made})

    def test_no_events_unless_asked_for(self) -> None:
        program = self.held()
        client = self.rsp_extended()
        client.attach(self.pid)
        client.demand("QThreadEvents:1")
        client.demand("QThreadEvents:0")
        self.guest.release(program)
        self.assertTrue(self.go_on(client).exited)

    def go_on(self, client):
        client.send(f"vCont;c:p{self.pid:x}.-1")
        return client.wait_stop()
