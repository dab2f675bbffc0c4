# SPDX-License-Identifier: GPL-2.0-or-later
"""Threads of the kernel under the machine."""

import re
from typing import ClassVar

from expect import GuestCase

KTHREADD = 2
ROW = r'^([* ]) +(\d+) +Thread 10000000\.(\d+) "([^"]*)" \(([^)]*)\)'


class KernelThreads(GuestCase):
    SMP = 2

    scheduler: ClassVar[range]
    kernel_thread_code: ClassVar[range]
    banner: ClassVar[int]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.scheduler = cls.symbol_range("__schedule")
        cls.kernel_thread_code = cls.symbol_range("kthreadd")
        cls.banner = cls.guest.kernel_symbol("linux_banner")

    @classmethod
    def symbol_range(cls, name: str) -> range:
        lines = cls.guest.run(f"grep -A 8 ' {name}$' /proc/kallsyms").splitlines()
        addresses = [int(line.split()[0], 16) for line in lines]
        return range(addresses[0], min(address for address in addresses if address > addresses[0]))

    def setUp(self) -> None:
        super().setUp()
        self.before = self.guest_threads()
        self.name = self.guest.run(f"cat /proc/{KTHREADD}/comm").strip()
        self.debugger = self.gdb(extended=True)

    def guest_threads(self) -> set[int]:
        """Threads of the kernel, as the guest knows them: those without a program."""
        listed = self.guest.run("for p in /proc/[0-9]*; do [ -e $p/exe ] || echo ${p#/proc/}; done")
        return set(map(int, listed.split()))

    def rows(self) -> dict[int, re.Match]:
        return {int(row.group(3)): row for row in re.finditer(ROW, self.debugger.cmd("info threads"), re.MULTILINE)}

    def select_kthreadd(self) -> None:
        self.assert_match(self.debugger.cmd(f"thread {self.rows()[KTHREADD].group(2)}"), r"Switching to thread")

    def test_list(self) -> None:
        rows = self.rows()
        self.debugger.cmd("detach")
        stayed = self.before & self.guest_threads()
        self.assertGreater(len(stayed), 10)
        self.assertLessEqual(stayed, set(rows))
        self.assertNotIn(1, rows)
        self.assertEqual(rows[KTHREADD].group(4), self.name)
        self.assertEqual(rows[KTHREADD].group(5), "sleeping")

    def test_where_it_sleeps(self) -> None:
        self.select_kthreadd()
        self.assertIn(self.debugger.value("$rip"), self.scheduler)
        self.assertIn(f"Thread 10000000.{KTHREADD}", self.debugger.cmd("thread"))
        self.assertIn("<unavailable>", self.debugger.cmd("p $rax"))
        self.assertIn("Linux version", self.debugger.cmd(f"x/s {self.banner:#x}"))
        stack = re.findall(r"0x[0-9a-f]{16}", self.debugger.cmd("x/64xg $rsp"))
        self.assertTrue(any(int(word, 16) in self.kernel_thread_code for word in stack), stack)

    def test_it_cannot_be_changed_or_stepped(self) -> None:
        self.select_kthreadd()
        before = self.debugger.value("$rip")
        for command in ("set $rip = 0", "stepi"):
            # gdb 13 takes no words with an error.
            self.assertRegex(self.debugger.cmd(command), rf"(?i)failure.*(E5f|kernel thread {self.name} is not on a vCPU)")
        self.select_kthreadd()
        self.assertEqual(self.debugger.value("$rip"), before)

    def test_all_backtraces(self) -> None:
        count = len(self.rows()) + self.SMP
        text = self.debugger.cmd("thread apply all bt 2", 60)
        self.assertEqual(len(re.findall(r"^Thread \d+ \(Thread 10000000", text, re.MULTILINE)), count, text)
        self.assertEqual(len(re.findall(r"^#0 +0x", text, re.MULTILINE)), count, text)

    def test_the_machine_runs_whoever_is_selected(self) -> None:
        self.select_kthreadd()
        tick = self.guest.launch("counter 400 1000")
        self.debugger.cont_async()
        tick.wait()
        self.assert_match(self.debugger.interrupt(), r"SIGINT")
        self.assert_match(self.debugger.cmd("thread"), r"vCPU|Thread 10000000\.1000000[12]")
        self.debugger.cmd("detach")
        self.assert_guest_runs()
