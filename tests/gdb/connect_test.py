# SPDX-License-Identifier: GPL-2.0-or-later
"""gdb connects and looks around."""

import re
import socket

from expect import GuestCase
from hits import ROOT_MASK


class Connect(GuestCase):
    SMP = 2

    def look_around(self, extended: bool) -> None:
        gdb = self.gdb(extended=extended)
        self.assert_match(gdb.cmd("info registers"), r"^rip\s+0x[0-9a-f]+")
        self.assert_match(gdb.cmd("info registers cr3"), r"^cr3\s+0x[0-9a-f]+")
        self.assertEqual(len(re.findall(r"^=?>?\s*0x[0-9a-f]+.*:\t\w+", gdb.cmd("x/8i $pc"), re.MULTILINE)), 8)
        threads = gdb.cmd("info threads")
        self.assert_match(threads, r'^\* 1 +Thread 10000000\.10000001 "vCPU 0" ')
        self.assert_match(threads, r'^  2 +Thread 10000000\.10000002 "vCPU 1" ')
        for core in (0, 1):
            self.assertIn(f'core="{core}"', gdb.cmd('interpreter-exec mi "-thread-info"'))
        first = gdb.value("$gs_base")
        gdb.cmd("thread 2")
        self.assertNotEqual(gdb.value("$gs_base"), first, "both vCPUs have the same per-CPU area")
        gdb.cmd("detach")
        self.assert_guest_runs()

    def test_remote(self) -> None:
        self.look_around(extended=False)

    def test_extended_remote(self) -> None:
        self.look_around(extended=True)

    def test_second_client_is_refused_at_once(self) -> None:
        gdb = self.gdb()
        with socket.create_connection(self.guest.endpoint, timeout=2) as second:
            try:
                second.sendall(b"+$qSupported:multiprocess+#c6")
                while second.recv(4096):
                    pass
            except ConnectionError:
                pass
            except TimeoutError:
                self.fail("the second client was neither served nor refused")
        self.assertGreater(gdb.value("$pc"), 0)
        self.assert_match(gdb.cmd("stepi"), r"0x[0-9a-f]+ in ")
        gdb.cmd("detach")
        self.assert_guest_runs()


class Monitor(GuestCase):
    SMP = 2

    def setUp(self) -> None:
        super().setUp()
        self.connected = self.gdb()

    def monitor(self, line: str) -> str:
        return self.connected.cmd("monitor " + line)

    def test_help(self) -> None:
        text = self.monitor("help")
        for command in ("taint", "check_taint", "get_taint", "meminfo", "procinfo", "proclist", "threadinfo", "events",
                        "untaint", "taint_policy", "taint_stats", "wait", "unwait", "hook", "unhook", "vcpus",
                        "translate", "sites", "scope", "version", "help"):
            self.assert_match(text, rf"^\s+{command}\b")
        self.assertIn("translate ADDRESS", self.monitor("help translate"))

    def test_vcpus(self) -> None:
        text = self.monitor("vcpus")
        for cpu in (0, 1):
            self.connected.cmd(f"thread {cpu + 1}")
            pc, space = self.connected.value("$pc"), self.connected.value("$cr3") & ROOT_MASK
            self.assert_match(text, rf"^[ *] {cpu} +paused +{pc:#x} .*{space:#x}$")

    def test_sites(self) -> None:
        self.assertEqual(self.monitor("sites"), "no sites")

    def test_translate(self) -> None:
        pc = f"{self.connected.value('$pc'):#x}"
        physical = re.search(r"0x[0-9a-f]+", self.monitor("translate rip").replace(pc, ""))
        self.assertIsNotNone(physical)
        here = self.connected.cmd("x/2xg $pc").split(":", 1)[1]
        self.connected.cmd("maintenance packet Qqemu.PhyMemMode:1")
        there = self.connected.cmd(f"x/2xg {physical.group(0)}").split(":", 1)[1]
        self.connected.cmd("maintenance packet Qqemu.PhyMemMode:0")
        self.assertEqual(here, there)

    def test_scope(self) -> None:
        self.assertIn("any address space", self.monitor("scope"))
        space = self.connected.value("$cr3") & ROOT_MASK
        self.assertIn(f"{space:#x} only", self.monitor("scope here"))
        self.assertIn("any address space", self.monitor("scope any"))

    def test_wrong_argument(self) -> None:
        text = self.monitor("taint &0x55555555 3")
        self.assertTrue(text.startswith(
            "Error:\n"
            "    taint &0x55555555 3\n"
            "          ^------ Invalid syntax, expected an address (example: *0x55555555) or"), text)
        self.assertTrue(" ".join(text.split()).endswith("or a register name"), text)
        self.assertLessEqual(max(map(len, text.splitlines())), 80)
        self.assertTrue(text.splitlines()[-1].startswith(" " * 18), text)

    def test_wrong_command(self) -> None:
        text = self.monitor("gte_taint *0x55555555")
        self.assertTrue(text.startswith(
            "Error:\n"
            "    gte_taint *0x55555555\n"
            '    ^------ Invalid syntax, expected one of the following: "check_taint",\n'), text)
        self.assertTrue(text.endswith('\n            (did you mean "get_taint"?)'), text)
        self.assertLessEqual(max(map(len, text.splitlines())), 80)
