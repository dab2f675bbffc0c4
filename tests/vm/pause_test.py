# SPDX-License-Identifier: GPL-2.0-or-later
"""A stopped machine stands still, and a machine that nobody debugs has no traces of it."""

import time

import symbols
from expect import GuestCase
from guest import values_of
from hits import Hits

PAUSE_SECONDS = 3.0


class Clock(GuestCase):
    SMP = 2

    def check_clock(self, stop_and_go) -> None:
        guest_before, host_before = self.guest.uptime(), time.monotonic()
        stop_and_go()
        guest_passed = self.guest.uptime() - guest_before
        host_passed = time.monotonic() - host_before
        self.assertGreater(host_passed, PAUSE_SECONDS)
        self.assertLess(guest_passed, host_passed - PAUSE_SECONDS + 0.1,
                        f"{guest_passed:.2f} s passed in the guest, {host_passed:.2f} s outside")

    def test_stands_still_while_a_client_is_connected(self) -> None:
        def stop_and_go() -> None:
            client = self.rsp()
            time.sleep(PAUSE_SECONDS)
            client.leave()

        self.check_clock(stop_and_go)

    def test_stands_still_at_a_breakpoint(self) -> None:
        address = symbols.symbols("counter")["count_one"]

        def stop_and_go() -> None:
            client = self.rsp()
            client.insert(address)
            self.guest.launch("counter 3 1000")
            Hits(client, address).check(client.go_to_stop())
            time.sleep(PAUSE_SECONDS)
            client.leave()

        self.check_clock(stop_and_go)


class Traces(GuestCase):
    SMP = 2

    def setUp(self) -> None:
        super().setUp()
        self.program = self.guest.start("counter 4000000000")
        self.address = self.program.values()["count_one"]

    def hit_some(self):
        client = self.rsp()
        client.insert(self.address)
        hits = Hits(client, self.address)
        for _ in range(5):
            hits.check(client.go_to_stop())
        return client

    def test_sites_go_with_detach(self) -> None:
        client = self.hit_some()
        self.assertIn(f"{self.address:#x}", client.monitor("sites"))
        client.leave()
        self.assert_guest_runs()
        self.assertEqual(self.rsp().monitor("sites"), "no sites\n")

    def test_sites_go_with_a_lost_client(self) -> None:
        for running in (False, True):
            with self.subTest(running=running):
                client = self.hit_some()
                if running:
                    client.go()
                client.close()
                self.assert_guest_runs()
                again = self.rsp()
                self.assertEqual(again.monitor("sites"), "no sites\n")
                again.leave()

    def test_speed_comes_back(self) -> None:
        """With no site left the loop is as fast as it was before the first one."""
        self.stop_programs()
        before = self.time_loop()
        self.program = self.guest.start("counter 4000000000")
        client = self.hit_some()
        client.leave()
        self.stop_programs()
        time.sleep(1.5)  # translation callbacks are switched at most once a second
        after = self.time_loop()
        self.assertLess(after, before * 2 + 20_000, f"{before} us before, {after} us after")

    def time_loop(self) -> int:
        """In microseconds of the guest, the best of three."""
        return min(values_of(self.guest.run("counter 500000 | tail -n 1"))["elapsed_us"] for _ in range(3))
