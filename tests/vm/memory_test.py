# SPDX-License-Identifier: GPL-2.0-or-later
"""The memory of a process, page by page: what can be read without the process having touched it, and what a write may
reach."""

import pathlib
import unittest

import environment
from os_client import OsFailure, ask
from process_case import ProcessCase

PAGE = 4096
NEW = b"N"


class Pages(ProcessCase):
    def setUp(self) -> None:
        super().setUp()
        self.program = self.guest.start("pages")
        self.values = self.program.values()
        self.pid = self.values["pid"]
        self.guest.run(f"until grep -q '^State:.*T' /proc/{self.pid}/status; do usleep 20000; done")
        self.client = self.rsp_extended()
        self.thread = self.client.attach(self.pid).thread

    def read(self, name: str, length: int = PAGE) -> bytes:
        return bytes.fromhex(ask(self.client, "memory", self.pid, self.values[name], length)["data"])

    def write(self, name: str) -> str:
        self.client.select(self.thread)
        return self.client.ask(f"M{self.values[name]:x},{len(NEW):x}:{NEW.hex()}")

    def test_read(self) -> None:
        for name, expected in (("own", b"o"), ("fixed", b"x"), ("forked", b"k"), ("shared", b"s"), ("seen", b"F"),
                               ("cold", b"F"), ("untouched", b"\0")):
            with self.subTest(name):
                self.assertEqual(self.read(name), expected * PAGE)
        self.assertEqual(self.read("copied"), b"Fc" + b"F" * (PAGE - 2))

    def test_write(self) -> None:
        """What is written is this process's alone, or shared on purpose; all else is refused."""
        for name in ("own", "fixed", "shared", "copied"):
            with self.subTest(name):
                self.assertEqual(self.write(name), "OK")
                self.assertEqual(self.read(name, 1), NEW)
        for name in ("forked", "seen", "cold", "untouched"):
            with self.subTest(name):
                self.assertRegex(self.write(name), r"^E")
        self.client.demand("D")
        self.client.close()
        self.guest.release(self.program)
        new, old = NEW[0], {name: ord(letter) for name, letter in (("forked", "k"), ("file", "F"))}
        self.assert_ends_with(self.program, own=new, fixed=new, shared=new, copied=new, forked=old["forked"],
                              seen=old["file"], file=old["file"], child_forked=old["forked"], child_shared=new)

    def test_program(self) -> None:
        """All of its code, whatever of that it has run, is what its file has."""
        file = pathlib.Path(environment.guest_program("pages")).read_bytes()
        code = [area for area in ask(self.client, "mappings", self.pid)
                if area["name"].endswith("/pages") and area["execute"]]
        self.assertGreater(sum(area["end"] - area["start"] for area in code), 100 * PAGE)
        for area in code:
            length = area["end"] - area["start"]
            found = ask(self.client, "memory", self.pid, area["start"], length)["data"]
            self.assertEqual(bytes.fromhex(found), file[area["offset"]:][:length].ljust(length, b"\0"), area)

    def test_vdso(self) -> None:
        """gdb reads all of it, of which the process may have touched nothing."""
        [area] = [area for area in ask(self.client, "mappings", self.pid) if area["name"] == "[vdso]"]
        length = area["end"] - area["start"]
        found = bytes.fromhex(ask(self.client, "memory", self.pid, area["start"], length)["data"])
        self.assertEqual(len(found), length)
        self.assertTrue(found.startswith(b"\x7fELF"))
        self.assertIn(b"__vdso_clock_gettime", found)

    def test_kernel(self) -> None:
        """Its half of the address space is not the process's."""
        with self.assertRaisesRegex(OsFailure, r"\(fault\)"):
            ask(self.client, "memory", self.pid, 2**64 - 2**31 + 2**24, 16)
        self.assertRegex(self.client.ask(f"M{2**64 - 2**31 + 2**24:x},1:00"), r"^E")


if __name__ == "__main__":
    unittest.main()
