# SPDX-License-Identifier: GPL-2.0-or-later
"""Instructions that run more than once before they complete are one stop each time."""

from expect import GuestCase
from hits import Hits

ROUNDS = 300


class RestartedInstructions(GuestCase):
    SMP = 2

    def stop_at(self, *names: str) -> None:
        program = self.guest.hold(f"faulter {ROUNDS} 500")
        values = program.values()
        addresses = [values[name] for name in names]
        client = self.rsp()
        self.guest.release(program)
        for address in addresses:
            client.insert(address)
        hits = Hits(client, *addresses)
        first = client.go_to_stop()
        hits.check(first)
        done = client.read_word(values["rounds"], first.thread)
        first_at = addresses.index(hits.at[0])
        hits.until_end(program)
        client.leave()
        left = (ROUNDS - done) * len(addresses) - first_at
        expected = [addresses[(first_at + i) % len(addresses)] for i in range(left)]
        self.assertEqual(hits.at, expected)
        last = program.last_values()
        self.assertEqual((last["rounds"], last["touched"], last["copied"]), (ROUNDS, ROUNDS, ROUNDS))

    def test_store_that_faults(self) -> None:
        self.stop_at("touch_here")

    def test_repeated_copy_that_faults(self) -> None:
        self.stop_at("copy_here")

    def test_both(self) -> None:
        self.stop_at("touch_here", "copy_here")


class RestartedInstructionsOneVcpu(RestartedInstructions):
    SMP = 1
