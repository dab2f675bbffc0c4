# SPDX-License-Identifier: GPL-2.0-or-later
"""What following taint costs tools in the guest: with nothing tainted, with taint that nobody reads, with their input
tainted."""

import contextlib

from figures import Limits, Row, Table
from floor import MEMORY_FLOOR, floor_plugin, plugin_arguments
from guests import MeasuredGuest, progress
from rsp_client import RspClient

INPUT_KIB = 2048
# Half noise, half text, so that gzip has both to do.
PREPARE = (f"dd if=/dev/urandom of=/tmp/input bs=1k count={INPUT_KIB // 2} 2>/dev/null; "
           f"while [ $(stat -c %s /tmp/input) -lt {INPUT_KIB * 1024} ]; do dmesg >>/tmp/input; done; "
           f"truncate -s {INPUT_KIB}k /tmp/input; dd if=/dev/urandom of=/tmp/unread bs=4k count=1 2>/dev/null")
TIMES = 8  # for sha256sum, which is fast
COMMANDS = {"sha256sum": f"sha256sum{' /tmp/input' * TIMES} >/dev/null", "gzip": "gzip -c /tmp/input >/dev/null"}
TITLES = {"sha256sum": f"sha256sum of {INPUT_KIB} KiB, {TIMES} times", "gzip": f"gzip of {INPUT_KIB} KiB"}
REPEATS = 3  # the best of them is the boot's sample

PLAIN = "no plugin"
AGAIN = "no plugin, once more: what chance does"
CLEAN = "hvgdb, nothing tainted"
UNREAD = "4 KiB tainted that nobody reads"
ALL = "the whole input tainted"
ENDED = "nothing tainted any more"
MOST_OF_ALL = {"sha256sum": 8.0, "gzip": 4.0}
MEMORY = "memory for a tainted page"
SWITCHES = {UNREAD: "to following taint: gzip's first run, beyond a later one", ENDED: "back, when nothing is tainted"}


class Figures:
    def __init__(self) -> None:
        self.memory = Limits("Shadow memory", "KiB", [Row(MEMORY, 20.0)])
        self._switches = Limits("Translating anew", "ms", [Row(name) for name in SWITCHES.values()])
        self._tables = {name: Table(TITLES[name], "s",
                                    [Row(PLAIN), Row(AGAIN), Row(CLEAN, 1.01), Row(MEMORY_FLOOR), Row(UNREAD, 1.5),
                                     Row(ALL, MOST_OF_ALL[name]), Row(ENDED, 1.02)]) for name in COMMANDS}

    def tables(self) -> list[Table | Limits]:
        return [*self._tables.values(), self.memory, self._switches]

    def add(self, row: str, guest: MeasuredGuest) -> None:
        for name, command in reversed(COMMANDS.items()):
            first = guest.cost(command)  # what is translated anew is so now
            sample = min(guest.cost(command) for _ in range(REPEATS))
            self._tables[name].add(row, sample)
            if name == "gzip" and row in SWITCHES:
                self._switches.add(SWITCHES[row], (first - sample) * 1000)


def measure(rounds: int) -> list[Table | Limits]:
    figures = Figures()
    with floor_plugin() as floor:
        for number in range(rounds):
            progress(f"taint, round {number + 1} of {rounds}")
            with MeasuredGuest(server="none") as guest:
                guest.run(PREPARE)
                for name in (PLAIN, AGAIN):
                    figures.add(name, guest)
            with MeasuredGuest(server="none", qemu_args=plugin_arguments(floor, memory=True)) as guest:
                guest.run(PREPARE)
                figures.add(MEMORY_FLOOR, guest)
            with MeasuredGuest() as guest:
                _measure_tainted(guest, figures)
    return figures.tables()


def _measure_tainted(guest: MeasuredGuest, figures: Figures) -> None:
    guest.run(PREPARE)
    figures.add(CLEAN, guest)
    with _tainted(guest, "/tmp/unread"):
        figures.add(UNREAD, guest)
    with _tainted(guest, "/tmp/input", figures.memory):
        figures.add(ALL, guest)
    figures.add(ENDED, guest)


@contextlib.contextmanager
def _tainted(guest: MeasuredGuest, file: str, memory: Limits | None = None):
    """A file's bytes have a label, in the guest's page cache."""
    keeper = guest.start(f"keeper {file}")
    values = keeper.values()
    with RspClient(guest.endpoint, extended=True) as client:
        client.attach(values["pid"])
        before = guest.resident_mebibytes()
        answer = client.monitor(f"taint *{values['address']:#x}:{values['length']} 1")
        assert " tainted" in answer, answer
        if memory is not None:
            memory.add(MEMORY, (guest.resident_mebibytes() - before) * 1024 / (values["length"] / 4096))
        client.leave()
    yield
    with guest.client() as client:
        client.monitor("untaint all")
        client.leave()
    guest.run(f"kill {values['pid']}; sleep 2")
