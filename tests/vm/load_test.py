# SPDX-License-Identifier: GPL-2.0-or-later
"""Many stops in a row while interrupts come and other processes want the vCPUs."""

import symbols
from expect import GuestCase
from hits import Hits, address_space

STOPS = 2000
ADDRESS = symbols.symbols("counter")["count_one"]
FOR_EVER = 4_000_000_000


class StopsUnderLoad(GuestCase):
    SMP = 2

    def stop_often(self, pause_us: int, scoped: bool) -> None:
        for _ in range(2):
            self.guest.start(f"loop {FOR_EVER}")
        # Wakes often, and its code is nowhere near ADDRESS, which every program built like `counter` may have.
        self.guest.start("while :; do usleep 500; done")
        self.addCleanup(self.guest.run, "killall loop counter usleep", may_fail=True)
        client = self.rsp()
        client.insert(ADDRESS)
        program = self.guest.launch(f"counter {STOPS} {pause_us}")
        hits = Hits(client, ADDRESS)
        first = client.go_to_stop()
        hits.check(first)
        hits.space = address_space(client, first.thread)
        if scoped:
            client.remove(ADDRESS)
            client.scope(hits.space)
            # A neighbour runs through the same address all the time and must not be seen.
            self.guest.launch(f"counter {FOR_EVER}")
            client.insert(ADDRESS)
        hits.until_end(program, limit=200)
        self.assertEqual(len(hits.at), STOPS)
        client.leave()
        self.assertEqual(program.last_values()["counter"], STOPS)

    def test_without_pauses(self) -> None:
        self.stop_often(pause_us=0, scoped=False)

    def test_with_pauses(self) -> None:
        self.stop_often(pause_us=200, scoped=False)

    def test_neighbour_at_the_same_address(self) -> None:
        self.stop_often(pause_us=0, scoped=True)
