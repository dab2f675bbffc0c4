# SPDX-License-Identifier: GPL-2.0-or-later
"""A device writes over labelled bytes by DMA, of which nobody tells: the labels go, and those beside stay."""

import symbols
from taint_case import CLEAN, SAME, TaintCase

PLACES = symbols.symbols("device_writer")
WRITTEN = SAME[:6] + CLEAN[:4] + SAME[10:]


class DeviceWrites(TaintCase):
    PROGRAM = "device_writer"
    DONE = {"read 012345QEMUabcdef", "device_writer done"}

    def test_what_a_device_wrote_is_clean(self) -> None:
        _, client = self.run_tainted()
        for name, wanted in {"copied": WRITTEN, "kept": SAME, "read_back": WRITTEN}.items():
            with self.subTest(place=name):
                self.assertEqual(self.labels(client, PLACES[name]), wanted)
        self.assertRegex(client.monitor("taint_stats"), r"(?m)^overwritten unseen +[1-9]\d* bytes")


class DeviceWritesOnFourVcpus(DeviceWrites):
    SMP = 4
