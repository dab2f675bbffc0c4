# SPDX-License-Identifier: GPL-2.0-or-later
"""--sysroot: gdb reads a host's copy of the guest's files, and from the guest what is not in it."""

import filecmp
import pathlib
import shutil
import tempfile
from typing import ClassVar

import environment
from process_case import ProcessCase

LONG = 4_000_000_000
PLANTED = "not in the guest"


class Sysroot(ProcessCase):
    folder: ClassVar[pathlib.Path]

    @classmethod
    def setUpClass(cls) -> None:
        temporary = tempfile.TemporaryDirectory(prefix="hvgdb-sysroot-")
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        (cls.folder / "bin").mkdir()
        shutil.copy(environment.guest_program("counter"), cls.folder / "bin/counter")
        (cls.folder / "planted").write_text(PLANTED)
        (cls.folder / "way_out").symlink_to("/etc/passwd")
        cls.HVGDB_ARGS = ("--sysroot", str(cls.folder))
        super().setUpClass()

    def test_symbols_are_the_copys(self) -> None:
        """The guest's own program has no lines."""
        program = self.guest.start(f"counter {LONG} 1000")
        gdb = self.attached(program)
        self.assert_match(gdb.cmd("info line count_one"), r'Line \d+ of ".*counter\.c"')
        self.assertEqual(gdb.value("&count_one"), program.values()["count_one"])
        gdb.cmd("break count_one")
        self.continue_hits(gdb, 3, r"^Breakpoint 1, count_one .* at .*counter\.c:\d+")
        gdb.cmd("detach")
        self.assert_guest_runs()

    def test_the_rest_is_the_guests(self) -> None:
        gdb = self.attached(1)
        self.assertIn("busybox", gdb.cmd("info files"))
        got = self.folder / "got"
        gdb.cmd(f"remote get /planted {got}")
        self.assertEqual(got.read_text(), PLANTED)
        gdb.cmd(f"remote get /bin/counter {got}")
        self.assertTrue(filecmp.cmp(got, self.folder / "bin/counter", shallow=False))
        gdb.cmd(f"remote get /init {got}")
        self.assertTrue(got.read_bytes().startswith(b"#!"))
        self.assertIn("No such file", gdb.cmd(f"remote get /way_out {got}"))
        gdb.cmd("detach")
        self.assert_guest_runs()
