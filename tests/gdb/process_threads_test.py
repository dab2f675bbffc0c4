# SPDX-License-Identifier: GPL-2.0-or-later
"""A process of many threads, in all states; and Ctrl-C."""

import re
import time

from process_case import ProcessCase

PER_KIND = 5
USER_END = 0x0000_8000_0000_0000
# Where crowd's threads wait, by the first word of their names.
FUNCTIONS = {"sleeper": "sleep_long", "spinner": "spin_round", "waiter": "wait_for_futex", "reader": "read_nothing"}


class Crowd(ProcessCase):
    def setUp(self) -> None:
        super().setUp()
        program = self.guest.start(f"crowd {PER_KIND}")
        self.pid = program.values()["pid"]
        self.guest.run("sleep 1")  # each goes to where it stays
        self.names = dict(re.findall(r"^tid=(\d+) name=(.*)$", program.output(), re.MULTILINE))
        self.assertEqual(len(self.names), 4 * PER_KIND)
        self.debugger = self.attached(self.pid)

    def threads(self) -> dict[str, str]:
        """Each thread's line of `info threads`, by its id in the guest."""
        text = self.debugger.cmd("info threads")
        return dict(re.findall(rf"^[* ] +\d+ +Thread {self.pid}\.(\d+) (.*)$", text, re.MULTILINE))

    def test_info_threads(self) -> None:
        threads = self.threads()
        self.assertEqual(set(threads), {str(self.pid), *self.names})
        self.assertIn('"crowd"', threads[str(self.pid)])
        for tid, name in self.names.items():
            self.assertIn(f'"{name}"', threads[tid])
            if name.startswith("spinner"):
                self.assertRegex(threads[tid], r"\(.*\brun")
            else:
                self.assertRegex(threads[tid], r"\(.*\bsleep")

    def test_all_backtraces(self) -> None:
        text = self.debugger.cmd("thread apply all bt", 60)
        traces = re.split(r"^Thread \d+ ", text, flags=re.MULTILINE)[1:]
        by_tid = {re.match(r"\(Thread \d+\.(\d+)", trace).group(1): trace for trace in traces}
        self.assertEqual(len(by_tid), 4 * PER_KIND + 1, text)
        self.assertRegex(by_tid[str(self.pid)], r"#\d .*\bmain \(")
        for tid, name in self.names.items():
            self.assertRegex(by_tid[tid], rf"(?m)^#\d .*\b{FUNCTIONS[name.split()[0]]} \(", name)
            self.assertRegex(by_tid[tid], r"(?m)^#\d .*\bstart_thread \(", name)

    def test_threads_have_registers_of_their_own(self) -> None:
        for register in ("sp", "fs_base"):
            text = self.debugger.cmd(f"thread apply all -q print/x ${register}")
            values = re.findall(r"^\$\d+ = (0x\w+)$", text, re.MULTILINE)
            self.assertEqual(len(set(values)), 4 * PER_KIND + 1, text)

    def test_interrupt_reports_the_process(self) -> None:
        """Whoever runs at that moment, it is a thread of the process, in user mode."""
        for _ in range(10):
            self.debugger.cont_async()
            time.sleep(0.1)
            self.assertIn("received signal SIGINT", self.debugger.interrupt())
            self.assertLess(self.debugger.value("$pc"), USER_END)
            self.assertEqual(self.debugger.value("$cs & 3"), 3)
            self.assertRegex(self.debugger.cmd("thread"), rf"Thread {self.pid}\.\d+")

    def test_breakpoint_in_one_of_the_threads(self) -> None:
        """`turns` changes only while the spinning threads run."""
        self.debugger.cmd("watch *(unsigned long *) &turns")
        self.debugger.cont()
        name = re.search(rf'Thread {self.pid}\.(\d+)', self.debugger.cmd("thread")).group(1)
        self.assertRegex(self.names[name], "^spinner")


class Asleep(ProcessCase):
    """All threads of the process sleep while others run."""

    def test_interrupt(self) -> None:
        self.guest.start("neighbour 3")
        program = self.guest.start("blocked")
        pid = program.values()["pid"]
        gdb = self.attached(pid)
        for _ in range(10):
            gdb.cont_async()
            time.sleep(0.1)
            self.assertIn("received signal SIGINT", gdb.interrupt())
            self.assertRegex(gdb.cmd("thread"), rf"Thread {pid}\.\d+")
            self.assertLess(gdb.value("$pc"), USER_END)
        self.assertRegex(gdb.cmd("thread apply all bt"), r"(?m)^#\d .*\bmain \(")
        gdb.cmd("detach")
        self.assert_guest_runs()
        self.guest.run("killall blocked")
