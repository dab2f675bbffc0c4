# SPDX-License-Identifier: GPL-2.0-or-later
"""Breakpoints in code that was translated before, or that is nowhere yet."""

import time

import symbols
from expect import GuestCase
from hits import Hits, address_space

CALLS = 300
FOR_EVER = 4_000_000_000


class TranslatedBefore(GuestCase):
    def test_hot_code_of_a_process_that_is_not_current(self) -> None:
        for scoped in (False, True):
            with self.subTest(scoped=scoped):
                self.stop_elsewhere_then_hit(scoped)

    def stop_elsewhere_then_hit(self, scoped: bool) -> None:
        program = self.guest.hold(f"pie_counter {CALLS} 5000")
        target = program.values()
        client = self.rsp()
        self.guest.release(program)
        client.insert(target["count_one"])
        stop = client.go_to_stop()
        space = address_space(client, stop.thread)
        client.remove(target["count_one"])
        # While it is hot nobody looks; then the machine stops where another address space is in use.
        client.go()
        time.sleep(0.3)
        stop = client.interrupt()
        for _ in range(50):
            if address_space(client, stop.thread) != space:
                break
            client.go()
            time.sleep(0.01)
            stop = client.interrupt()
        # Idle keeps the last process's page tables; a shell command has others.
        if scoped:
            client.scope(space)
        client.insert(target["count_one"])
        hits = Hits(client, target["count_one"], space=space)
        stop = client.go_to_stop()
        hits.check(stop)
        left = CALLS - client.read_word(target["counter"], stop.thread) - 1
        self.assertEqual(hits.until_end(program), left)
        self.let_end(client)
        self.assertEqual(program.last_values()["counter"], CALLS)

    def test_code_that_never_pauses(self) -> None:
        busy = self.guest.start(f"counter {FOR_EVER}")
        address = busy.values()["count_one"]
        client = self.rsp()
        for _ in range(5):
            client.insert(address)
            hits = Hits(client, address)
            first = client.go_to_stop()
            hits.check(first)
            before = client.read_word(busy.values()["counter"], first.thread)
            for _ in range(20):
                last = client.go_to_stop()
                hits.check(last)
            self.assertEqual(client.read_word(busy.values()["counter"], last.thread), before + 20)
            client.remove(address)
            client.go()
            time.sleep(0.1)
            client.interrupt()
        client.leave()


class NotThereYet(GuestCase):
    """The process starts after its breakpoint was set, at an address that nobody maps then."""

    def run_with_breakpoint(self) -> None:
        client = self.rsp()
        client.insert(self.address)
        program = self.guest.launch(f"counter {CALLS}")
        self.assertEqual(Hits(client, self.address).until_end(program), CALLS)
        client.leave()
        self.assertEqual(program.last_values()["counter"], CALLS)

    def test_first_cold_then_hot_in_the_page_cache(self) -> None:
        self.address = symbols.symbols("counter")["count_one"]
        with self.subTest("the program has never run"):
            self.run_with_breakpoint()
        self.guest.start("counter 1000000").wait()
        with self.subTest("its blocks are left from a process that ended"):
            self.run_with_breakpoint()
