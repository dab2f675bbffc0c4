# SPDX-License-Identifier: GPL-2.0-or-later
"""gdb lists what runs in the guest."""

from expect import GuestCase


class InfoOs(GuestCase):
    SMP = 2

    def test_tables(self) -> None:
        program = self.guest.start("counter 4000000000 100000")
        pid = program.values()["pid"]
        gdb = self.gdb(extended=True)
        tables = gdb.cmd("info os")
        for name in ("processes", "threads", "files", "modules"):
            self.assert_match(tables, rf"^{name} +Listing of all ")
        processes = gdb.cmd("info os processes")
        self.assert_match(processes, rf"^{pid} +root +counter 4000000000 100000 +[01]\s*$")
        self.assert_match(processes, r"^2 +root +\[kthreadd\] ")
        self.assert_match(gdb.cmd("info os threads"), rf"^{pid} +counter +{pid} +[01]\s*$")
        self.assert_match(gdb.cmd("info os files"), rf"^{pid} +counter +1 +/tmp/out\.\d+\s*$")
        self.assertNotIn("error", gdb.cmd("info os modules").lower())
        gdb.cmd("detach")
        self.assert_guest_runs()

    def test_available_processes(self) -> None:
        """As a graphical front end asks for them."""
        gdb = self.gdb(extended=True)
        groups = gdb.cmd('interpreter-exec mi "-list-thread-groups --available"')
        self.assertIn('id="1",type="process",description="/bin/busybox sh /init",user="root"', groups)
        gdb.cmd("detach")
        self.assert_guest_runs()
