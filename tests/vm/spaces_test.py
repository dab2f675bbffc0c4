# SPDX-License-Identifier: GPL-2.0-or-later
"""One piece of code in several processes: a breakpoint stops in those it is for, and at its true address."""

import re

import symbols
from expect import GuestCase
from hits import Hits, address_space

CALLS = 200
PAUSE_US = 1000


class ThreeInstances(GuestCase):
    """QEMU shares translated blocks between all mappings of a page, so three processes run the same blocks."""

    SMP = 2

    def hold_three(self, program: str):
        return [self.guest.hold(f"{program} {CALLS} {PAUSE_US}") for _ in range(3)]

    def check_counts(self, programs) -> None:
        """Every process did all its work, whatever was debugged."""
        for program in programs:
            self.assertEqual(program.last_values()["counter"], CALLS, program.output())

    def stop_only_in(self, chosen: int, scoped: bool) -> None:
        programs = self.hold_three("pie_counter")
        target = programs[chosen].values()
        with self.rsp() as client:
            self.guest.release(*programs)
            client.insert(target["count_one"])
            first = client.go_to_stop()
            hits = Hits(client, target["count_one"], space=address_space(client, first.thread))
            hits.check(first)
            left = CALLS - client.read_word(target["counter"], first.thread)
            if scoped:
                client.remove(target["count_one"])
                client.scope(hits.space)
                client.insert(target["count_one"])
            hits.until_end(programs[chosen])
            self.assertEqual(len(hits.at), left)
            self.let_end(client, *programs)
        self.check_counts(programs)

    def test_any_space_each_at_its_own_address(self) -> None:
        for chosen in range(3):
            with self.subTest(chosen=chosen):
                self.stop_only_in(chosen, scoped=False)

    def test_bound_to_one_space(self) -> None:
        for chosen in range(3):
            with self.subTest(chosen=chosen):
                self.stop_only_in(chosen, scoped=True)

    def test_same_address_bound_to_one_space(self) -> None:
        programs = self.hold_three("counter")
        chosen, target = programs[0], programs[0].values()
        client = self.rsp()
        self.guest.release(chosen)
        client.insert(target["count_one"])
        first = client.go_to_stop()
        space = address_space(client, first.thread)
        left = CALLS - client.read_word(target["counter"], first.thread) - 1
        client.remove(target["count_one"])
        client.scope(space)
        client.insert(target["count_one"])
        self.guest.release(*programs[1:])
        hits = Hits(client, target["count_one"], space=space)
        self.assertEqual(hits.until_end(chosen), left)
        self.let_end(client, *programs[1:])
        self.check_counts(programs)

    def test_same_address_in_any_space(self) -> None:
        programs = self.hold_three("counter")
        address = programs[0].values()["count_one"]
        client = self.rsp()
        client.insert(address)
        hits = Hits(client, address)
        # One after the other, so that the first stop of each tells what it has done already.
        for program in programs:
            self.guest.release(program)
            stop = client.go_to_stop()
            hits.check(stop)
            left = CALLS - client.read_word(program.values()["counter"], stop.thread) - 1
            self.assertEqual(hits.until_end(program), left)
        self.let_end(client)
        self.check_counts(programs)

    def test_scope_here_is_the_space_of_the_stop(self) -> None:
        programs = self.hold_three("counter")
        target = programs[0].values()
        client = self.rsp()
        self.guest.release(*programs)
        client.insert(target["count_one"])
        first = client.go_to_stop()
        space = address_space(client, first.thread)
        client.select(first.thread)
        self.assertIn(f"{space:#x}", client.monitor("scope here"))
        client.remove(target["count_one"])
        client.insert(target["count_one"])
        hits = Hits(client, target["count_one"], space=space)
        for _ in range(20):
            hits.check(client.go_to_stop())
        self.let_end(client, *programs)
        self.check_counts(programs)


class ThreeIsolatedInstances(ThreeInstances):
    """With page-table isolation user mode has a page-table root of its own."""

    APPEND = "pti=on"


class InsideBlocks(GuestCase):
    """The program counter that QEMU has in the middle of a block is stale; stops are exact nevertheless."""

    def setUp(self) -> None:
        super().setUp()
        # Somebody else runs the same blocks first, at another address.
        self.other = self.guest.start("pie_counter 1000000 1000")
        self.program = self.guest.hold(f"pie_counter {CALLS} {PAUSE_US}")
        self.entry = self.program.values()["count_one"]

    def loop(self) -> list[int]:
        """The instructions of main() between one call of count_one() and the next."""
        main = symbols.offset("pie_counter", "main", "count_one")
        text = symbols.listing("pie_counter", "main")
        call = next(i for i, (_, line) in enumerate(text) if re.match(r"call .*<count_one>", line))
        return [self.entry + main + address for address, _ in text[call - 1 : call + 2]]

    def test_each_instruction_alone(self) -> None:
        inside = [self.entry + offset for offset, _ in symbols.listing("pie_counter", "count_one")]
        client = self.rsp()
        self.guest.release(self.program)
        for address in inside + self.loop():
            with self.subTest(address=f"{address - self.entry:+#x}"):
                hits = Hits(client, address)
                client.insert(address)
                for _ in range(10):
                    hits.check(client.go_to_stop())
                client.remove(address)

    def test_every_instruction_at_once(self) -> None:
        inside = [self.entry + offset for offset, _ in symbols.listing("pie_counter", "count_one")]
        in_order = self.loop()[:2] + inside + self.loop()[2:]
        client = self.rsp()
        self.guest.release(self.program)
        for address in in_order:
            client.insert(address)
        first = client.go_to_stop()
        start = in_order.index(client.pc(first.thread))
        hits = Hits(client, *in_order)
        hits.check(first)
        left = CALLS - client.read_word(self.program.values()["counter"], first.thread)
        hits.until_end(self.program)
        expected = [in_order[(start + i) % len(in_order)] for i in range(len(hits.at))]
        self.assertEqual(hits.at, expected)
        # How many calls were still to come is known exactly by the counter at the first stop.
        self.assertEqual(hits.at.count(inside[2]), left)
