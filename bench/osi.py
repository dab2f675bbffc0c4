# SPDX-License-Identifier: GPL-2.0-or-later
"""How long it takes to find the guest's kernel and to list its processes. hvgdb measures these times itself."""

import re
import tempfile

from figures import Limits, Row
from guests import MeasuredGuest, progress
from os_client import ask

PROCESSES = 1_000
MEMORY = "1G"
LISTINGS = 10  # the best of them is the boot's sample
START_MANY = f"sleepers {PROCESSES} >/tmp/sleepers & until [ -s /tmp/sleepers ]; do sleep 1; done; sleep 5"
MANY_SECONDS = 120

COLD = "locating a kernel never seen before"
WARM = "locating it in the next guest"
BOOTED = "listing the processes of a booted guest"
MANY = f"listing {PROCESSES} more"
GROWTH = "growth of QEMU through all this"


def measure(rounds: int) -> list[Limits]:
    times = Limits("Introspection: the kernel, and processes with their mappings", "ms",
                   [Row(COLD, 150), Row(WARM, 20), Row(BOOTED), Row(MANY, 20)], digits=2)
    memory = Limits("Introspection: resident memory", "MiB", [Row(GROWTH)])
    for number in range(rounds):
        progress(f"osi, round {number + 1} of {rounds}")
        with tempfile.TemporaryDirectory(prefix="hvgdb-bench-") as cache:
            with MeasuredGuest(os_cache=cache, memory=MEMORY) as guest, guest.client() as client:
                times.add(COLD, _milliseconds_to_locate(client, "cold"))
                times.add(BOOTED, _milliseconds_to_list(client, 0))
            with MeasuredGuest(os_cache=cache, memory=MEMORY) as guest:
                guest.run(START_MANY, MANY_SECONDS)
                with guest.client() as client:
                    before = guest.resident_mebibytes()
                    times.add(WARM, _milliseconds_to_locate(client, "warm"))
                    times.add(MANY, _milliseconds_to_list(client, PROCESSES))
                    memory.add(GROWTH, guest.resident_mebibytes() - before)
    return [times, memory]


def _milliseconds_to_locate(client, how: str) -> float:
    """By the first one who asks."""
    located = ask(client, "facts")["located"]
    found = re.search(r"in (\d+\.\d+) ms", located)
    if found is None or how not in located:
        raise AssertionError(f"the kernel was not located {how}: {located!r}")
    return float(found.group(1))


def _milliseconds_to_list(client, least: int) -> float:
    """Each in a pause of its own, so that nothing of the last one may be remembered."""
    times = []
    for _ in range(LISTINGS):
        client.go()
        client.interrupt()
        answer = ask(client, "benchmark")
        if answer["processes"] < least or answer["mappings"] < 3 * least:
            raise AssertionError(f"not all processes are listed: {answer}")
        times.append(answer["nanoseconds"] / 1e6)
    return min(times)
