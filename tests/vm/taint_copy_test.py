# SPDX-License-Identifier: GPL-2.0-or-later
"""Labels of a program's bytes, wherever the program copies them: byte by byte, on the same and on another vCPU."""

import time

import symbols
from taint_case import CLEAN, SAME, SECONDS, SIZE, TaintCase

PAGE = 4096
WATCH_READS = 3
PLACES = symbols.symbols("tainter")

#: What each place of the program has to carry in the end: labels by byte.
EXPECTED = {
    "secret": SAME,
    "by_memcpy": SAME,
    "by_loop": SAME,
    "by_vector": SAME,
    "by_stack": SAME,
    "reversed": SAME[::-1],
    "overwritten": SAME[:4] + CLEAN[:8] + SAME[12:],
    "by_near": SAME,
    "by_fault": SAME,
    "by_xor": CLEAN[:8] + SAME[8:],
    "sums": [{0, 1}] + CLEAN[1:],
    "received": CLEAN,
}


class Copies(TaintCase):
    PROGRAM = "tainter"
    DONE = {"tainter done", "tainter received"}

    def test_each_way_byte_by_byte(self) -> None:
        _, client = self.run_tainted()
        for name, wanted in EXPECTED.items():
            with self.subTest(place=name):
                self.assertEqual(self.labels(client, PLACES[name]), wanted)
        with self.subTest(place="translated, addresses do not taint"):
            self.assertEqual(self.labels(client, PLACES["translated"]), CLEAN)

    def test_while_a_client_watches_reads(self) -> None:
        """Loads that are looked at together otherwise: at a watched one QEMU leaves the block."""
        program, client = self.taint_held()
        client.insert(PLACES["secret"] + 8, kind=WATCH_READS, length=8)
        client.go()
        self.guest.release(program)
        stops = 0
        deadline = time.monotonic() + SECONDS
        done = False
        while not done:
            self.assertLess(time.monotonic(), deadline)
            if client.poll_stop(1) is not None:
                stops += 1
                client.go()
            else:  # it runs, so the guest can answer
                done = self.DONE <= set(program.output().splitlines())
        client.interrupt()
        client.remove(PLACES["secret"] + 8, kind=WATCH_READS, length=8)
        self.assertGreater(stops, 5, "most ways read it")
        self.assertEqual(self.labels(client, PLACES["by_near"]), SAME)

    def test_across_pages(self) -> None:
        _, client = self.run_tainted()
        self.assertEqual(self.labels(client, PLACES["pages"] + PAGE - SIZE // 2), SAME)
        word = PLACES["pages"] + 3 * PAGE - 3
        self.assertEqual(self.labels(client, word), SAME[:8] + CLEAN[8:])

    def test_through_a_pipe(self) -> None:
        program, client = self.run_tainted()
        client.leave()
        client = self.rsp_extended()
        client.attach(program.values()["child"])
        self.assertEqual(self.labels(client, PLACES["received"]), SAME)

    def test_table_with_tainted_index(self) -> None:
        _, client = self.run_tainted("taint_policy loads index")
        self.assertEqual(self.labels(client, PLACES["translated"]), SAME)

    def test_ends_by_itself(self) -> None:
        """Nothing tainted: the guest runs on, and what was clean stays so."""
        _, client = self.run_tainted()
        client.monitor("untaint all")
        client.leave()
        time.sleep(2)
        self.assert_guest_runs()


class CopiesOnFourVcpus(Copies):
    SMP = 4
