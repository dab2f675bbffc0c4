# SPDX-License-Identifier: GPL-2.0-or-later
"""The launcher's --wait for what the guest's own boot starts: no client has to come in time."""

from guest import BOOT_SECONDS, Guest
from process_case import AT_ENTRY, ProcessCase

READY = "hvgdb guest ready"


class Boot(ProcessCase):
    @classmethod
    def setUpClass(cls) -> None:
        """Each test boots a guest of its own."""

    def check_held(self, program: str, name: str, command_line: str) -> int:
        """The process, which has done nothing yet."""
        self.guest = Guest(smp=self.SMP, hvgdb_args=("--wait", program), held=True)
        self.addCleanup(self.guest.close)
        gdb = self.reaching()
        pid = self.held(gdb, name, BOOT_SECONDS)
        self.assertFalse(self.guest.console.has(READY))
        gdb.attach(pid)
        self.assertEqual(gdb.value("$pc"), self.auxiliary(gdb, AT_ENTRY))
        self.assertIn(f"cmdline = '{command_line}'", gdb.cmd("info proc"))
        gdb.cmd("stepi")
        self.assertNotEqual(gdb.value("$pc"), self.auxiliary(gdb, AT_ENTRY))
        self.assertIn("detached", gdb.cmd("detach"))
        self.guest.wait_until_ready()
        return pid

    def test_first_process(self) -> None:
        """The script /init, by its own name."""
        self.assertEqual(self.check_held("init", "init", "/bin/busybox sh /init"), 1)

    def test_program_that_it_starts(self) -> None:
        self.check_held("/bin/mount", "mount", "mount -t proc proc /proc")
