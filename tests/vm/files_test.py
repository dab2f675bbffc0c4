# SPDX-License-Identifier: GPL-2.0-or-later
"""Files out of the guest's page cache beside what the guest itself says of them (sha256sum, stat)."""

import hashlib
import os
import unittest

from guest import Guest
from os_client import OsFailure, ask
from rsp_client import RspClient

INIT = 1
PREPARE = [
    "mkdir -p /tmp/f/deep/er /tmp/own && cd /tmp/f",
    "dd if=/dev/urandom of=random bs=1000 count=777 2>/dev/null",
    "truncate -s 1000000 sparse && echo behind >>sparse",
    ": >empty && echo one >deep/er/short",
    "ln -s random link && ln -s ../deep/er deep/folder && ln -s /tmp/f/deep/../link absolute",
    f"ln -s {'./' * 400}random long && ln -s nothing dangling && ln -s endless endless",
    "cp /bin/busybox busybox.gone && cd",
]
# In a mount namespace of its own: another tmpfs, whose files nobody else sees.
OWN = "exec unshare -m sh -c 'mount -t tmpfs own /tmp/own; seq 99999 >/tmp/own/inside; " \
      "cp /bin/busybox /tmp/own/busybox.own; cd /tmp/own; echo pid=$$; exec ./busybox.own sleep 1000000'"
JAILED = "exec sh -c 'mkdir -p /tmp/jail/bin; cp /bin/busybox /tmp/jail/bin; seq 7 >/tmp/jail/seven; " \
         "ln -s /seven /tmp/jail/bin/up; echo pid=$$; exec chroot /tmp/jail /bin/busybox sleep 1000000'"
GONE = "exec sh -c 'echo pid=$$; exec /tmp/f/busybox.gone sleep 1000000'"


class Files(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.guest = Guest()
        cls.addClassCleanup(cls.guest.close)
        for command in PREPARE:
            cls.guest.run(command)
        cls.own, cls.jailed, cls.gone = (cls.guest.start(command).values()["pid"] for command in (OWN, JAILED, GONE))
        cls.guest.run(f"until grep -q sleep /proc/{cls.own}/cmdline && grep -q sleep /proc/{cls.jailed}/cmdline &&"
                      f" grep -q sleep /proc/{cls.gone}/cmdline; do usleep 20000; done")
        cls.guest.run("rm /tmp/f/busybox.gone")

    def client(self) -> RspClient:
        """The guest is paused until the client goes."""
        client = RspClient(self.guest.endpoint)
        self.addCleanup(client.close)
        return client

    def sums(self, files: list[tuple[int, str]]) -> dict[tuple[int, str], str]:
        """As the guest computes them, in the eyes of each process."""
        def sum_of(pid: int, path: str) -> str:
            seen = path if pid == INIT else f"/proc/{pid}/root{os.path.normpath(path)}"
            return self.guest.run(f"sha256sum {seen}").split()[0]
        return {(pid, path): sum_of(pid, path) for pid, path in files}

    def test_content(self) -> None:
        files = [(INIT, path) for path in
                 ("/bin/busybox", "/bin/sh", "/init", "/tmp/f/random", "/tmp/f/sparse", "/tmp/f/empty", "/tmp/f/link",
                  "/tmp/f/absolute", "/tmp/f/long", "/tmp/f/deep/folder/short", "/tmp/f/deep/folder/../../link",
                  "/../tmp//f/./random")]
        files += [(self.own, "/tmp/own/inside"), (self.own, "/tmp/own/busybox.own"), (self.own, "/bin/busybox"),
                  (self.jailed, "/bin/busybox"), (self.jailed, "/seven"), (self.jailed, "/../../seven")]
        expected = self.sums(files)
        client = self.client()
        for (pid, path), digest in expected.items():
            with self.subTest(path, pid=pid):
                found = bytes.fromhex(ask(client, "file", pid, path)["data"])
                self.assertEqual(hashlib.sha256(found).hexdigest(), digest)

    def test_from_where_the_process_stands(self) -> None:
        client = self.client()
        self.assertEqual(ask(client, "file", self.own, "inside"), ask(client, "file", self.own, "/tmp/own/inside"))
        self.assertEqual(ask(client, "file", self.jailed, "bin/up"), ask(client, "file", self.jailed, "/seven"))

    def test_status(self) -> None:
        paths = ["/bin/busybox", "/tmp/f/random", "/tmp/f/sparse", "/tmp/f/empty"]
        expected = {path: self.guest.run(f"stat -c '%s %f %i %h %u %g %Y %d' {path}").split() for path in paths}
        client = self.client()
        for path, words in expected.items():
            size, mode, inode, links, uid, gid, modified, device = (int(word, 16 if i == 1 else 10)
                                                                    for i, word in enumerate(words))
            status = ask(client, "file", INIT, path)
            status.pop("data")
            self.assertEqual(status, {"size": size, "mode": mode, "inode": inode, "links": links, "uid": uid,
                                      "gid": gid, "modified": modified, "device_major": os.major(device),
                                      "device_minor": os.minor(device)}, path)

    def test_deleted(self) -> None:
        """It is there for those who run it, under the name that they see; and a program outside its root folder."""
        expected = self.sums([(INIT, "/bin/busybox")])[INIT, "/bin/busybox"]
        client = self.client()
        name = ask(client, "executable", self.gone)
        self.assertEqual(name, "/tmp/f/busybox.gone (deleted)")
        with self.assertRaisesRegex(OsFailure, r"\(not_found\)"):
            ask(client, "file", self.gone, "/tmp/f/busybox.gone")
        for pid in (self.gone, self.jailed):
            found = bytes.fromhex(ask(client, "file", pid, ask(client, "executable", pid))["data"])
            self.assertEqual(hashlib.sha256(found).hexdigest(), expected)

    def test_no_file(self) -> None:
        client = self.client()
        for pid, path, code in ((INIT, "/nothing", "not_found"), (INIT, "/bin/sh/x", "not_found"),
                                (INIT, "/tmp/f/random/", "not_found"), (INIT, "/tmp/f/dangling", "not_found"),
                                (INIT, "/tmp/f/endless", "bad_argument"), (INIT, "/tmp", "bad_argument"),
                                (INIT, "/dev/null", "bad_argument"), (INIT, "/tmp/own/inside", "not_found"),
                                (self.jailed, "/tmp", "not_found"), (INIT, "/proc/self/exe", "not_found"),
                                (INIT, "/" + "x" * 300, "bad_argument"), (4000000, "/init", "not_found")):
            with self.subTest(path, pid=pid), self.assertRaises(OsFailure) as caught:
                ask(client, "file", pid, path)
            self.assertEqual(caught.exception.code, code, path)

    def test_made_when_read(self) -> None:
        """What /proc has is in no page: no content is better than a wrong one."""
        self.guest.run("cat /proc/version /proc/cpuinfo >/dev/null")
        client = self.client()
        with self.assertRaisesRegex(OsFailure, r"made when it is read \(proc\) \(fault\)"):
            ask(client, "file", INIT, "/proc/version")


if __name__ == "__main__":
    unittest.main()
