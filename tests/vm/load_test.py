# SPDX-License-Identifier: GPL-2.0-or-later
"""Many stops in a row while interrupts come and other processes want the vCPUs."""

from expect import GuestCase
from hits import Hits, address_space

STOPS = 2000
FOR_EVER = 4_000_000_000


class StopsUnderLoad(GuestCase):
    SMP = 2

    def stop_often(self, pause_us: int, scoped: bool) -> None:
        for _ in range(2):
            self.guest.start(f"loop {FOR_EVER}")
        self.guest.start("ticker >/dev/null")
        program = self.guest.hold(f"counter {STOPS} {pause_us}")
        target = program.values()
        client = self.rsp()
        self.guest.release(program)
        client.insert(target["count_one"])
        first = client.go_to_stop()
        space = address_space(client, first.thread)
        left = STOPS - client.read_word(target["counter"], first.thread) - 1
        if scoped:
            client.remove(target["count_one"])
            client.monitor(f"scope {space:#x}")
            # A neighbour runs through the same address all the time and must not be seen.
            self.guest.launch(f"counter {FOR_EVER}")
            client.insert(target["count_one"])
        hits = Hits(client, target["count_one"], space=space)
        self.assertEqual(hits.until_end(program, limit=200), left)
        client.remove(target["count_one"])
        client.detach()
        self.assertEqual(program.last_values()["counter"], STOPS)

    def test_without_pauses(self) -> None:
        self.stop_often(pause_us=0, scoped=False)

    def test_with_pauses(self) -> None:
        self.stop_often(pause_us=200, scoped=False)

    def test_neighbour_at_the_same_address(self) -> None:
        self.stop_often(pause_us=0, scoped=True)
