# SPDX-License-Identifier: GPL-2.0-or-later
"""What a breakpoint costs the code around it: the guest's `loop`, which calls work() again and again. never_called() is
a function in the same page."""

import time

from figures import Row, Table
from guests import MeasuredGuest, progress
from symbols import symbols

CALLS = 10_000_000
REPEATS = 4  # the best of them is the boot's sample
QEMU_CALLS = 1_000_000  # it is some times slower then
CLIENT_HITS = 1_000
NO_PROCESS = "0x1000"  # a page-table root that no process of the guest has

PLAIN = "no plugin"
PLAIN_AGAIN = "no plugin, once more: what chance does"
IDLE = "hvgdb, nothing set"
NEVER_HIT = "hvgdb, breakpoint in the hot page, never hit"
FILTERED = "hvgdb, hit in each call, other address space"
IDLE_AGAIN = "hvgdb, nothing set any more"
QEMU_NEVER_HIT = "QEMU's stub, breakpoint in the hot page, never hit"
QEMU_FILTERED = "QEMU's stub, hit in each call, a client goes on"


def measure(rounds: int) -> list[Table]:
    table = Table("A loop of calls", "ns a call",
                  [Row(PLAIN), Row(PLAIN_AGAIN), Row(IDLE, 1.01), Row(NEVER_HIT, 1.05), Row(FILTERED, 1.05),
                   Row(IDLE_AGAIN, 1.01), Row(QEMU_NEVER_HIT), Row(QEMU_FILTERED)])
    for number in range(rounds):
        progress(f"loop, round {number + 1} of {rounds}")
        with MeasuredGuest(server="none") as guest:
            _sample(table, PLAIN, guest)
        with MeasuredGuest() as guest:
            _measure_hvgdb(table, guest)
        with MeasuredGuest(server="qemu") as guest:
            _measure_qemu(table, guest)
        with MeasuredGuest(server="none") as guest:
            _sample(table, PLAIN_AGAIN, guest)
    return [table]


def _measure_hvgdb(table: Table, guest: MeasuredGuest) -> None:
    _sample(table, IDLE, guest)
    with guest.breakpoints([symbols("loop")["never_called"]]):
        _sample(table, NEVER_HIT, guest)
    with guest.breakpoints([symbols("loop")["work"]], f"scope {NO_PROCESS}"):
        _sample(table, FILTERED, guest)
    _sample(table, IDLE_AGAIN, guest)


def _measure_qemu(table: Table, guest: MeasuredGuest) -> None:
    with guest.breakpoints([symbols("loop")["never_called"]]):
        _sample(table, QEMU_NEVER_HIT, guest, QEMU_CALLS)
    table.add(QEMU_FILTERED, _nanoseconds_a_hit(guest))


def _sample(table: Table, name: str, guest: MeasuredGuest, calls: int = CALLS) -> None:
    guest.run(f"loop {calls // 100}")  # what is translated anew is so now
    table.add(name, min(guest.cost(f"loop {calls}") for _ in range(REPEATS)) / calls * 1e9)


def _nanoseconds_a_hit(guest: MeasuredGuest) -> float:
    """By the clock, because most of it is spent between two processes."""
    address = symbols("loop")["work"]
    with guest.client() as client:
        client.insert(address)
        client.go()
        guest.type(f"loop {2 * CLIENT_HITS}")
        thread = client.wait_stop().thread
        started = time.perf_counter()
        for _ in range(CLIENT_HITS):
            client.remove(address)
            client.step(thread)
            client.insert(address)
            client.go_to_stop()
        elapsed = time.perf_counter() - started
        client.remove(address)
        client.demand("D")
    return elapsed / CLIENT_HITS * 1e9
