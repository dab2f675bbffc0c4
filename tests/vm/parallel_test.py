# SPDX-License-Identifier: GPL-2.0-or-later
"""Several vCPUs at one breakpoint in the same instant: nothing is lost, and each is named."""

import symbols
from expect import GuestCase
from hits import Hits
from rsp_client import Stop

CPUS = 4
CALLS = 250


class EachThreadHits(Hits):
    """thread_hits pins its thread N to CPU N and calls hit_me(N)."""

    def check(self, stop: Stop) -> None:
        super().check(stop)
        argument = self.client.register("rdi", stop.thread) & 0xFFFF_FFFF
        assert argument == stop.core, f"{stop.text}: that vCPU runs thread {argument}"
        assert stop.thread in self.client.threads(), f"{stop.text}: no such thread"


class AllAtOnce(GuestCase):
    SMP = CPUS

    def stop_all(self, calls: int) -> None:
        address = symbols.symbols("thread_hits")["hit_me"]
        client = self.rsp()
        client.insert(address)
        program = self.guest.launch(f"thread_hits {CPUS} {calls}")
        hits = EachThreadHits(client, address)
        count = hits.until_end(program, limit=200)
        client.leave()
        self.assertEqual(program.last_values()["total"], CPUS * calls)
        self.assertEqual(count, CPUS * calls)
        self.assertEqual(set(hits.by_thread.values()), {calls}, hits.by_thread)
        self.assertEqual(len(hits.by_thread), CPUS)

    def test_many_rounds(self) -> None:
        self.stop_all(CALLS)

    def test_one_call_each_many_times(self) -> None:
        """All four come from the barrier at once, each time."""
        for _ in range(25):
            self.stop_all(1)

    def test_every_instruction_of_the_function(self) -> None:
        start = symbols.symbols("thread_hits")["hit_me"]
        addresses = [start + offset for offset, _ in symbols.listing("thread_hits", "hit_me")]
        client = self.rsp()
        for address in addresses:
            client.insert(address)
        program = self.guest.launch(f"thread_hits {CPUS} 50")
        hits = Hits(client, *addresses)
        hits.until_end(program, limit=200)
        client.leave()
        self.assertEqual(program.last_values()["total"], CPUS * 50)
        for address in addresses:
            self.assertEqual(hits.at.count(address), CPUS * 50, f"at +{address - start:#x}")
