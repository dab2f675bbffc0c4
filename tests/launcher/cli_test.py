#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The launcher as a command: what it prints, how it ends, what it leaves behind. The QEMUs here are shell scripts."""
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest

LAUNCHER = sys.argv.pop(1)
LIMIT = 20  # seconds


class Launcher(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.runtime = os.path.join(self.folder, "run")
        os.mkdir(self.runtime)
        self.environment = dict(os.environ, XDG_RUNTIME_DIR=self.runtime, SEEN=os.path.join(self.folder, "seen"))

    def qemu(self, version="11.1.3", body="exit 0"):
        path = os.path.join(self.folder, "qemu-system-x86_64")
        with open(path, "w", encoding="ascii") as script:
            script.write(f'#!/bin/sh\n[ "$1" = --version ] && echo "QEMU emulator version {version}" && exit 0\n')
            script.write(f'echo "$@" >"$SEEN"\n{body}\n')
        os.chmod(path, 0o755)
        return path

    def start(self, *arguments):
        return subprocess.Popen([LAUNCHER, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=self.environment)

    def run_launcher(self, *arguments):
        child = self.start(*arguments)
        out, err = child.communicate(timeout=LIMIT)
        return child.returncode, out, err

    def seen(self):
        with open(self.environment["SEEN"], encoding="ascii") as arguments:
            return arguments.read()

    def wait_until_seen(self):
        deadline = time.monotonic() + LIMIT
        while not os.path.exists(self.environment["SEEN"]) or not self.seen():
            self.assertLess(time.monotonic(), deadline, "the fake QEMU did not start")
            time.sleep(0.02)

    def test_complaints_are_one_line_and_fail(self):
        busy = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(busy.close)
        taken = f"127.0.0.1:{busy.getsockname()[1]}"
        for arguments, text in [
                ([], "the QEMU command is missing"),
                (["--lisen", "x", "--", "q"], "unknown argument --lisen"),
                (["--stop-at", "noon", "--", "q"], "noon not in {never,start,entry,main}"),
                (["--listen", "here", "--", self.qemu()], "HOST:PORT"),
                (["--endpoint", "12", "--", self.qemu()], "PID=ADDRESS or NAME=ADDRESS"),
                (["--endpoint", "12=here", "--", self.qemu()], '"here": expected HOST:PORT'),
                (["--endpoint", f"12={taken}", "--listen", ":0", "--", self.qemu()],
                 f"cannot listen on {taken}: Address already in use"),
                (["--sysroot", "/nowhere", "--", self.qemu()],
                 "cannot read the folder /nowhere: No such file or directory (--sysroot)"),
                (["--sysroot", "/bin/sh", "--", self.qemu()], "Not a directory (--sysroot)"),
                (["--os-profile", "/nowhere/System.map", "--", self.qemu()], "cannot read /nowhere/System.map"),
                (["--", "/nonexistent/qemu"], "cannot run /nonexistent/qemu: No such file or directory"),
                (["--", "/bin/true"], "/bin/true is no QEMU"),
                (["--", self.qemu(), "-enable-kvm"], "KVM is asked for, but hvgdb needs TCG"),
                (["--", self.qemu(), "-s"], "-s is for hvgdb alone"),
                (["--listen", taken, "--", self.qemu()], f"cannot listen on {taken}: Address already in use"),
        ]:
            with self.subTest(arguments=arguments):
                status, out, err = self.run_launcher(*arguments)
                self.assertNotEqual(status, 0)
                self.assertEqual(out, "")
                self.assertEqual(err.count("\n"), 1, err)
                self.assertIn(text, err)
        status, _, err = self.run_launcher("--", self.qemu("10.0.2"))
        self.assertEqual(status, 1)
        self.assertIn("is QEMU 10.0, but hvgdb needs 11.1 or later", err)

    def test_help_and_version(self):
        for argument, text in [("--help", "target extended-remote :1234"), ("--version", "hvgdb ")]:
            status, out, err = self.run_launcher(argument)
            self.assertEqual((status, err), (0, ""))
            self.assertIn(text, out)

    def test_port_zero_is_printed_and_the_command_is_completed(self):
        status, _, err = self.run_launcher("--listen", "127.0.0.1:0", "--", self.qemu(body="exit 7"), "-m", "1G")
        self.assertEqual(status, 7)
        self.assertRegex(err, r"^hvgdb: listening on 127\.0\.0\.1:[1-9][0-9]+ ")
        self.assertRegex(self.seen(), r"^-m 1G -chardev .* -gdb chardev:hvgdb-stub -qmp unix:.* -plugin .*libhvgdb\.so,")
        self.assertEqual(os.listdir(self.runtime), [], "the private folder is left behind")

    def test_each_endpoint_has_a_socket_of_its_own(self):
        status, _, err = self.run_launcher("--listen", ":0", "--endpoint", "12=:0", "--endpoint", "nginx=:0",
                                           "--attach", "nginx", "--sysroot", self.folder, "--", self.qemu())
        self.assertEqual(status, 0, err)
        self.assertRegex(err, r"127\.0\.0\.1:[1-9][0-9]+ for process 12 alone\n")
        self.assertRegex(err, r"127\.0\.0\.1:[1-9][0-9]+ for process nginx alone\n")
        seen = self.seen()
        self.assertIn(f",attach=nginx,sysroot={self.folder},", seen)
        sockets = re.findall(r"(?:listen|endpoint=12|endpoint=nginx)=fd:([0-9]+)", seen)
        self.assertEqual(len(set(sockets)), 3, seen)

    def test_folder_is_private_and_goes_when_qemu_is_terminated(self):
        child = self.start("--listen", "127.0.0.1:0", "--", self.qemu(body="exec sleep 60"))
        self.wait_until_seen()
        (folder,) = os.listdir(self.runtime)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.runtime, folder)).st_mode), 0o700)
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=LIMIT)
        self.assertEqual(child.returncode, 128 + signal.SIGTERM)
        self.assertEqual(os.listdir(self.runtime), [])


if __name__ == "__main__":
    unittest.main()
