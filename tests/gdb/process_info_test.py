# SPDX-License-Identifier: GPL-2.0-or-later
"""What gdb tells of a process, beside what the guest's own /proc tells of it; and core files."""

import pathlib
import re
import struct
import tempfile

import environment
from process_case import ProcessCase

CALLS = 100_000
PAUSE_US = 5_000
SIGTRAP, SIGINT = 5, 2
AT_SYSINFO_EHDR = 33


class Info(ProcessCase):
    INITRAMFS = environment.DYNAMIC_INITRAMFS

    def setUp(self) -> None:
        super().setUp()
        self.program = self.guest.start(f"cd /etc; greeter {CALLS} {PAUSE_US}")
        self.program.values()
        self.pid = int(self.guest.run("pidof greeter"))
        self.files = {name: self.guest.run(f"cat /proc/{self.pid}/{name}") for name in ("maps", "stat", "status")}
        auxv = bytes.fromhex(self.guest.run(f"hexdump -v -e '1/1 \"%02x\"' /proc/{self.pid}/auxv"))
        self.auxv = dict(struct.iter_unpack("<QQ", auxv))
        self.debugger = self.attached(self.pid)

    def test_mappings(self) -> None:
        maps = re.findall(r"^(\w+)-(\w+) (\S+) (\w+) \S+ \d+ *(.*)$", self.files["maps"], re.MULTILINE)
        wanted = [(int(start, 16), int(end, 16), int(offset, 16), permissions, file)
                  for start, end, permissions, offset, file in maps]
        rows = re.findall(r"^ *(0x\w+) +(0x\w+) +0x\w+ +(0x\w+) +([-rwxps]{4}) *(.*?) *$",
                          self.debugger.cmd("info proc mappings"), re.MULTILINE)
        shown = [(int(start, 16), int(end, 16), int(offset, 16), permissions, file)
                 for start, end, offset, permissions, file in rows]
        self.assertGreater(len(shown), 15)
        self.assertEqual(shown, wanted)

    def test_names(self) -> None:
        self.assertIn(f"cmdline = 'greeter {CALLS} {PAUSE_US}'", self.debugger.cmd("info proc cmdline"))
        self.assertIn("cwd = '/etc'", self.debugger.cmd("info proc cwd"))
        self.assertIn("exe = '/bin/greeter'", self.debugger.cmd("info proc exe"))
        everything = self.debugger.cmd("info proc")
        for part in (f"process {self.pid}", "cmdline = ", "cwd = ", "exe = "):
            self.assertIn(part, everything)

    def test_status_and_stat(self) -> None:
        status = self.debugger.cmd("info proc status")
        for name in ("Name", "Pid", "PPid", "Tgid", "Uid", "Gid", "Threads"):
            wanted = re.search(rf"^{name}:\s+(.*)$", self.files["status"], re.MULTILINE).group(1)
            self.assert_match(status, rf"^{name}:\s+{re.escape(wanted)}$")
        stat = self.debugger.cmd("info proc stat")
        self.assertIn(f"Process: {self.pid}", stat)
        self.assertIn("Exec file: greeter", stat)
        self.assertIn(f"Parent process: {self.files['stat'].rpartition(') ')[2].split()[1]}", stat)

    def test_auxiliary_vector(self) -> None:
        shown = {}
        for line in self.debugger.cmd("info auxv").splitlines():
            row = re.match(r'^(\d+) +(?:AT_\w+|\?\?\?) .*?(0x[0-9a-f]+|\d+)(?: ".*")?$', line)
            self.assertIsNotNone(row, line)
            shown[int(row.group(1))] = int(row.group(2), 0)
        self.assertIn(AT_SYSINFO_EHDR, shown)
        self.assertEqual(shown, self.auxv)

    def test_signal_information(self) -> None:
        self.debugger.cmd("break worker")
        self.debugger.cont()
        self.assertEqual(self.debugger.value("$_siginfo.si_signo"), SIGTRAP)
        self.debugger.cmd("delete")
        self.debugger.cont_async()
        self.guest.run("true")
        self.debugger.interrupt()
        self.assertEqual(self.debugger.value("$_siginfo.si_signo"), SIGINT)

    def test_core_file(self) -> None:
        self.debugger.cmd("break greet")
        self.debugger.cont()
        number = self.debugger.value("number")
        registers = self.debugger.cmd("info registers rip rsp rbx rbp rflags fs_base")
        with tempfile.TemporaryDirectory(prefix="hvgdb-test-") as folder:
            core = pathlib.Path(folder) / "core"
            self.assertIn(f"Saved corefile {core}", self.debugger.cmd(f"gcore {core}", 60))
            self.debugger.cmd("detach")
            self.assert_guest_runs()
            late = self.lone_gdb(environment.DYNAMIC / "bin/greeter")
            late.cmd(f"set sysroot {environment.DYNAMIC}")
            late.cmd(f"core-file {core}")
            self.assert_match(late.cmd("bt"), rf"(?s)^#0 +greet \(number={number}\).*#1 .* worker \(.*#2 .* main \(")
            self.assertEqual(late.value("number"), number)
            self.assertEqual(late.cmd("info registers rip rsp rbx rbp rflags fs_base"), registers)
            self.assertEqual(late.value("greetings"), number)

    def test_dump_memory(self) -> None:
        """Whole mappings, of which the process has touched only parts: they are the file's bytes."""
        start, end, offset = re.search(r"^(\w+)-(\w+) r-xp (\w+) .*/libc\.so\.6$", self.files["maps"],
                                       re.MULTILINE).groups()
        with tempfile.TemporaryDirectory(prefix="hvgdb-test-") as folder:
            self.debugger.cmd(f"dump binary memory {folder}/text 0x{start} 0x{end}", 60)
            dumped = pathlib.Path(folder, "text").read_bytes()
        library = (environment.DYNAMIC / "lib/x86_64-linux-gnu/libc.so.6").read_bytes()
        self.assertEqual(dumped, library[int(offset, 16) :][: len(dumped)].ljust(len(dumped), b"\0"))
