# SPDX-License-Identifier: GPL-2.0-or-later
"""Stops at breakpoints: exactly where, in whom, and how many."""

import collections
import re
import time

from guest import Program
from rsp_client import RspClient, Stop

# The address bits of CR3 (Intel SDM vol. 3, 4.5); below them are flags or the PCID.
ROOT_MASK = 0x000F_FFFF_FFFF_F000


def address_space(client: RspClient, thread: str) -> int:
    """The page-table root in use."""
    return client.register("cr3", thread) & ROOT_MASK


class Hits:
    """Checks each stop: a breakpoint's, at one of these addresses, in the one address space (when there is one)."""

    def __init__(self, client: RspClient, *addresses: int, space: int | None = None):
        self.client = client
        self.addresses = addresses
        self.space = space
        self.at: list[int] = []
        self.by_thread: collections.Counter[str] = collections.Counter()

    def check(self, stop: Stop) -> None:
        here = f"stop {len(self.at) + 1} ({stop.text})"
        assert stop.at_breakpoint, f"{here} is not a breakpoint's"
        pc = self.client.pc(stop.thread)
        assert pc in self.addresses, f"{here}: pc is {pc:#x}, not {', '.join(map(hex, self.addresses))}"
        if self.space is not None:
            space = address_space(self.client, stop.thread)
            assert space == self.space, f"{here}: address space is {space:#x}, not {self.space:#x}"
        self.at.append(pc)
        self.by_thread[stop.thread] += 1

    def until_end(self, program: Program, limit: float = 120) -> int:
        """Lets the machine run until the guest says that the program has ended; returns how many stops were on the way.
        Leaves the machine paused."""
        before = len(self.at)
        deadline = time.monotonic() + limit
        self.client.go()
        while True:
            stop = self.client.poll_stop(0.02)
            if stop is not None and stop.exited and not self._other_ended(stop, program):
                break
            if stop is not None and stop.exited:
                self.client.go()
            elif stop is not None:
                self.check(stop)
                self.client.go()
            elif program.has_ended():
                break
            if time.monotonic() > deadline:
                seen = len(self.at) - before
                raise AssertionError(f"{program.command!r} has not ended after {limit:g} s and {seen} stops")
        last = stop or self.client.interrupt()
        assert last.interrupted or last.exited, f"a stop too many after {len(self.at) - before}: {last.text}"
        return len(self.at) - before

    @staticmethod
    def _other_ended(stop: Stop, program: Program) -> bool:
        """An attached process ended that is not the program's."""
        ended = re.search(r";process:([0-9a-f]+)", stop.text)
        return ended is not None and int(ended[1], 16) != program.values().get("pid", int(ended[1], 16))
