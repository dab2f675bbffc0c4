# SPDX-License-Identifier: GPL-2.0-or-later
"""What debugging one process costs it and the others: hits in the wrong process, conditions that are false, attaching.
How fast steps and memory are is in process_rates.py."""

import contextlib
import time

import process_rates
from figures import Limits, Row, Table
from guests import FEATURES, MeasuredGuest, progress
from rsp_client import RspClient
from symbols import symbols

CALLS = 10_000_000
FALSE_HITS = 1_000_000
REPEATS = 4  # the best of them is the boot's sample
PROCESS_FEATURES = FEATURES + ";multiprocess+"

PLAIN = "no plugin"
IDLE = "hvgdb, nothing set"
OTHER = "hvgdb, hit in each call, other process"
EXTRA = "a hit in another process"
FALSE = "a condition that is false"
COLD = "attaching, the kernel never seen before"
AGAIN = "attaching again"
WORK = symbols("loop")["work"]
RESULT = symbols("loop")["result"]
# GDB manual, "Bytecode Descriptions": const32 RESULT, ref64, const64 UNLIKELY, equal, end.
UNLIKELY = 0x5EED_0DD5_C0FF_EE01
COMPARISON = b"\x24" + RESULT.to_bytes(4, "big") + b"\x1a\x25" + UNLIKELY.to_bytes(8, "big") + b"\x13\x27"
CONDITION = f";X{len(COMPARISON):x},{COMPARISON.hex()}"


def measure(rounds: int) -> list:
    loop = Table("A loop of calls, a breakpoint of another process in it", "ns a call",
                 [Row(PLAIN), Row(IDLE), Row(OTHER)])
    hits = Limits("What a hit costs that does not stop", "ns", [Row(EXTRA, 5), Row(FALSE, 500)])
    attach = Limits("From connecting to the process's stop reply", "ms", [Row(COLD, 150), Row(AGAIN)], digits=2)
    for number in range(rounds):
        progress(f"process, round {number + 1} of {rounds}")
        with MeasuredGuest(server="none") as guest:
            _loop_cost(guest)
            loop.add(PLAIN, _loop_cost(guest))
        with MeasuredGuest() as guest:
            _measure_attach(attach, guest)
            _measure_hits(loop, hits, guest)
    return [loop, hits, attach, *process_rates.measure(rounds)]


def _measure_attach(attach: Limits, guest: MeasuredGuest) -> None:
    pid = guest.start("loop 4000000000 1 1").values()["pid"]
    for name in (COLD, AGAIN):
        started = time.perf_counter()
        with _attached(guest, pid) as client:
            attach.add(name, (time.perf_counter() - started) * 1e3)
            client.demand("D")
    guest.run(f"kill -KILL {pid}")


def _measure_hits(loop: Table, hits: Limits, guest: MeasuredGuest) -> None:
    _loop_cost(guest)
    idle = _loop_cost(guest)
    loop.add(IDLE, idle)
    debugged = guest.start("loop 4000000000 1 1")
    with _breakpoint(guest, debugged.values()["pid"], f"Z0,{WORK:x},1"):
        _loop_cost(guest)
        other = _loop_cost(guest)
    loop.add(OTHER, other)
    hits.add(EXTRA, other - idle)
    guest.run(f"kill -KILL {debugged.values()['pid']}")
    hits.add(FALSE, _cost_of_false_hit(guest) - idle)


def _loop_cost(guest: MeasuredGuest) -> float:
    """Nanoseconds a call."""
    return min(guest.cost(f"loop {CALLS}") for _ in range(REPEATS)) / CALLS * 1e9


def _cost_of_false_hit(guest: MeasuredGuest) -> float:
    """Nanoseconds a call."""
    samples = []
    for _ in range(REPEATS):
        pid = guest.start(f"loop {FALSE_HITS} 1 1").values()["pid"]
        with _breakpoint(guest, pid, f"Z0,{WORK:x},1{CONDITION}"):
            samples.append(guest.cost(f"kill -CONT {pid}; while [ -d /proc/{pid} ]; do usleep 20000; done"))
    return min(samples) / FALSE_HITS * 1e9


@contextlib.contextmanager
def _attached(guest: MeasuredGuest, pid: int):
    with RspClient(guest.endpoint, PROCESS_FEATURES, extended=True) as client:
        client.attach(pid)
        yield client


@contextlib.contextmanager
def _breakpoint(guest: MeasuredGuest, pid: int, insertion: str):
    """The guest runs with it; no hit may stop."""
    with _attached(guest, pid) as client:
        client.demand(insertion)
        client.go()
        yield
        early = client.poll_stop(0)
        if early is not None and not early.exited:
            raise AssertionError(f"a breakpoint stopped: {early.text}")
        if early is None:
            client.interrupt()
        client.demand("D")
