# SPDX-License-Identifier: GPL-2.0-or-later
"""What following taint costs tools in the guest: with nothing tainted, with taint that nobody reads, with their input
tainted."""

import contextlib

from figures import Limits, Row, Table
from guests import MeasuredGuest, progress
from rsp_client import RspClient

INPUT_KIB = 2048
# Half noise, half text, so that gzip has both to do.
PREPARE = (f"dd if=/dev/urandom of=/tmp/input bs=1k count={INPUT_KIB // 2} 2>/dev/null; "
           f"while [ $(stat -c %s /tmp/input) -lt {INPUT_KIB * 1024} ]; do dmesg >>/tmp/input; done; "
           f"truncate -s {INPUT_KIB}k /tmp/input; dd if=/dev/urandom of=/tmp/unread bs=4k count=1 2>/dev/null")
COMMANDS = {"sha256sum": "sha256sum /tmp/input >/dev/null", "gzip": "gzip -c /tmp/input >/dev/null"}
REPEATS = 3  # the best of them is the boot's sample

PLAIN = "no plugin"
AGAIN = "no plugin, once more: what chance does"
CLEAN = "hvgdb, nothing tainted"
UNREAD = "4 KiB tainted that nobody reads"
ALL = "the whole input tainted"
ENDED = "nothing tainted any more"
MOST_OF_ALL = {"sha256sum": 8.0, "gzip": 4.0}
MEMORY = "memory for a tainted page, KiB"


def measure(rounds: int) -> list[Table]:
    tables = {name: Table(f"{name} of {INPUT_KIB} KiB", "s",
                          [Row(PLAIN), Row(AGAIN), Row(CLEAN, 1.01), Row(UNREAD, 1.5), Row(ALL, MOST_OF_ALL[name]),
                           Row(ENDED, 1.02)]) for name in COMMANDS}
    memory = Limits("Shadow memory", "KiB", [Row(MEMORY, 20.0)])
    for number in range(rounds):
        progress(f"taint, round {number + 1} of {rounds}")
        with MeasuredGuest(server="none") as guest:
            guest.run(PREPARE)
            for name in (PLAIN, AGAIN):
                _add(tables, name, guest)
        with MeasuredGuest() as guest:
            guest.run(PREPARE)
            _add(tables, CLEAN, guest)
            with _tainted(guest, "/tmp/unread"):
                _add(tables, UNREAD, guest)
            with _tainted(guest, "/tmp/input", memory):
                _add(tables, ALL, guest)
            _add(tables, ENDED, guest)
    return [*tables.values(), memory]


def _add(tables: dict[str, Table], row: str, guest: MeasuredGuest) -> None:
    for name, command in COMMANDS.items():
        guest.run(command, 600)  # what is translated anew is so now
        tables[name].add(row, min(guest.cost(command) for _ in range(REPEATS)))


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
