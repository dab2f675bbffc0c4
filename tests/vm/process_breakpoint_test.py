# SPDX-License-Identifier: GPL-2.0-or-later
"""Breakpoints of a process hit by hit, while others run the same code."""

import symbols
from guest import Program
from hits import Hits
from process_case import ProcessCase

CALLS = 500
PAUSE_US = 1_000
OTHERS_CALLS = 30_000_000
COUNT_ONE = symbols.symbols("counter")["count_one"]


class OfAProcess(ProcessCase):
    SMP = 4

    def attach_to(self, program: Program):
        client = self.rsp_extended()
        stop = client.attach(program.values()["pid"])
        self.assertTrue(stop.thread.startswith(f"p{program.values()['pid']:x}."), stop.text)
        return client

    def hits_in(self, program: Program, client, *addresses: int) -> Hits:
        hits = Hits(client, *addresses)
        hits.until_end(program, limit=50)
        pid = f"p{program.values()['pid']:x}."
        self.assertTrue(all(thread.startswith(pid) for thread in hits.by_thread), hits.by_thread)
        return hits

    def test_others_of_the_binary_never_stop(self) -> None:
        debugged = self.guest.hold(f"counter {CALLS} {PAUSE_US} 1")
        others = [self.guest.hold(f"counter {OTHERS_CALLS} 0 1") for _ in range(2)]
        client = self.attach_to(debugged)
        client.insert(COUNT_ONE)
        self.guest.release(debugged, *others)
        hits = self.hits_in(debugged, client, COUNT_ONE)
        self.assertEqual(len(hits.at), CALLS)
        self.let_end(client, *others)
        self.assert_ends_with(debugged, counter=CALLS)
        for other in others:
            self.assert_ends_with(other, counter=OTHERS_CALLS)

    def test_each_instruction(self) -> None:
        debugged, other = (self.guest.hold(f"pie_counter {CALLS} {PAUSE_US} 1") for _ in range(2))
        start = debugged.values()["count_one"]
        places = [start + offset for offset, _ in symbols.listing("pie_counter", "count_one")]
        client = self.attach_to(debugged)
        for place in places:
            client.insert(place)
        self.guest.release(debugged, other)
        hits = self.hits_in(debugged, client, *places)
        self.assertEqual(hits.at, places * CALLS)
        self.let_end(client, other)
        self.assert_ends_with(debugged, counter=CALLS)
        self.assert_ends_with(other, counter=CALLS)

    def test_threads_on_all_vcpus(self) -> None:
        """All threads of one process, at the same instant."""
        program = self.guest.hold(f"thread_hits 4 {CALLS} 1")
        address = symbols.symbols("thread_hits")["hit_me"]
        client = self.attach_to(program)
        client.insert(address)
        self.guest.release(program)
        hits = self.hits_in(program, client, address)
        self.assertEqual(sorted(hits.by_thread.values()), [CALLS] * 4)
        client.leave()
        self.assert_ends_with(program, total=4 * CALLS)

    def test_breakpoint_of_another_attachment(self) -> None:
        """Two inferiors, the same address, a breakpoint in one of them only."""
        first, second = (self.guest.hold(f"counter {CALLS} {PAUSE_US} 1") for _ in range(2))
        client = self.attach_to(first)
        client.attach(second.values()["pid"])
        self.guest.release(first, second)
        pid = second.values()["pid"]
        client.select(f"p{pid:x}.{pid:x}")
        client.insert(COUNT_ONE)
        hits = Hits(client, COUNT_ONE)
        hits.until_end(second, limit=50)
        self.assertEqual(hits.by_thread, {f"p{pid:x}.{pid:x}": CALLS})
        self.let_end(client, first)
        for program in (first, second):
            self.assert_ends_with(program, counter=CALLS)
