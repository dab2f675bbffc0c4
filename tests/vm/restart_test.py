# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest restarts, or another snapshot of it is loaded: its kernel is looked for anew."""

import json
import pathlib
import re
import socket
import struct
import tempfile
import time
import unittest

from guest import BOOT_SECONDS, Guest
from output import Expired
from rsp_client import RspClient

REBOOTS = 3  # two of them rarely have the same random place
LOADS = 4  # QEMU 11.1 loads now and then what does not run on, also without any plugin


def empty_qcow2() -> bytes:
    """A disk of 1 MiB that can hold snapshots (QEMU manual, "Qcow2 Image File Format", version 2)."""
    cluster = 0x10000
    header = struct.pack(">4sIQIIQIIQQIIQ", b"QFI\xfb", 2, 0, 0, 16, 0x100000, 0, 1, 3 * cluster, cluster, 1, 0, 0)
    parts = [header, struct.pack(">Q", 2 * cluster), struct.pack(">4H", 1, 1, 1, 1), b""]
    return b"".join(part.ljust(cluster, b"\0") for part in parts)


class Qmp:
    """QEMU's own human monitor, over a socket that is not hvgdb's."""

    def __init__(self, path: str):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(60)
        self._socket.connect(path)
        self._file = self._socket.makefile("rw")
        self._file.readline()
        self._ask({"execute": "qmp_capabilities"})

    def human(self, line: str) -> str:
        return self._ask({"execute": "human-monitor-command", "arguments": {"command-line": line}})

    def _ask(self, question: dict):
        self._file.write(json.dumps(question) + "\n")
        self._file.flush()
        while True:
            answer = json.loads(self._file.readline())
            if "error" in answer:
                raise AssertionError(f"{question}: {answer['error']}")
            if "return" in answer:
                return answer["return"]

    def close(self) -> None:
        self._file.close()
        self._socket.close()


class Restart(unittest.TestCase):
    def boot(self, *qemu_args: str) -> Guest:
        guest = Guest(qemu_args=("-action", "reboot=reset", *qemu_args))
        self.addCleanup(guest.close)
        return guest

    def stopped(self, guest: Guest) -> RspClient:
        client = RspClient(guest.endpoint)
        self.addCleanup(client.close)
        return client

    def image(self, client: RspClient) -> str:
        return re.search(r"^image +(0x[0-9a-f]+)", client.monitor("osinfo"), re.MULTILINE).group(1)

    def assert_image_is_the_guests(self, guest: Guest, image: str) -> None:
        self.assertEqual(int(image, 16), guest.kernel_symbol("_text"))

    def answers(self, guest: Guest) -> bool:
        try:
            guest.run("true", 10)
        except Expired:
            return False
        return True

    def test_reboot_is_noticed_in_the_middle_and_afterwards(self) -> None:
        guest = self.boot()
        client = self.stopped(guest)
        first = self.image(client)
        self.assertRegex(client.monitor("proclist init"), r"(?m)^ +1 +0 ")
        client.go()
        self.assert_image_is_the_guests(guest, first)
        guest.type("reboot -f")
        # The firmware and the loader take a while, in which there is no kernel.
        answer = ""
        deadline = time.monotonic() + 20
        while not answer.startswith("no kernel yet: "):
            self.assertLess(time.monotonic(), deadline, f"the old kernel is still shown: {answer}")
            time.sleep(0.02)
            client.interrupt()
            answer = client.monitor("osinfo")
            client.go()
        self.assertEqual(len(answer.splitlines()), 1, answer)
        guest.wait_for("hvgdb guest ready", BOOT_SECONDS)
        client.interrupt()
        second = self.image(client)
        self.assertRegex(client.monitor("proclist init"), r"(?m)^ +1 +0 ")
        client.go()
        guest.run("true", BOOT_SECONDS)
        self.assert_image_is_the_guests(guest, second)

    def test_another_snapshot(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        disk = pathlib.Path(folder.name) / "disk.qcow2"
        disk.write_bytes(empty_qcow2())
        control = f"{folder.name}/qmp"
        guest = self.boot("-drive", f"if=none,format=qcow2,file={disk}", "-qmp", f"unix:{control},server=on,wait=off")
        qmp = Qmp(control)
        self.addCleanup(qmp.close)
        client = self.stopped(guest)
        second = first = self.image(client)
        self.assertEqual(qmp.human("savevm first"), "")
        for _ in range(REBOOTS):
            client.go()
            guest.type("reboot -f")
            guest.wait_for("hvgdb guest ready", BOOT_SECONDS)
            client.interrupt()
            second = self.image(client)
            if second != first:
                break
        self.assertNotEqual(first, second, "all boots have the same random place")
        for _ in range(LOADS):
            self.assertEqual(qmp.human("loadvm first"), "")
            client.go()
            time.sleep(0.2)
            client.interrupt()
            self.assertEqual(self.image(client), first)
            client.go()
            if self.answers(guest):
                break
            client.interrupt()
        self.assert_image_is_the_guests(guest, first)
