# SPDX-License-Identifier: GPL-2.0-or-later
"""What hearing of events costs a guest that forks and executes programs all the time, beside what the plugin API costs
any plugin that asks to see translations."""

import contextlib
import pathlib
import threading

from figures import Row, Table
from floor import FLOOR, floor_plugin, plugin_arguments
from guests import MeasuredGuest, progress
from rsp_client import RspClient

STARTS = 500
# By its path, since the shell would do it by itself otherwise.
COMMAND = f"i=0; while [ $i -lt {STARTS} ]; do /bin/true; i=$((i + 1)); done"
REPEATS = 3  # the best of them is the boot's sample
LOG_SECONDS = 600

PLAIN = "no plugin"
AGAIN = "no plugin, once more: what chance does"
IDLE = "hvgdb, nothing subscribed"
PROCESSES = "hvgdb, starts, forks and ends logged"
OF_ONE = "hvgdb, all events of one process that sleeps"
ALL = "hvgdb, all events logged"
ENDED = "hvgdb, nothing subscribed any more"
# What is logged in each of these, and how many lines at least.
WISHES = {PROCESSES: ("processes", 3 * STARTS), OF_ONE: ("all 1", 0), ALL: ("all", 20 * STARTS)}


def measure(rounds: int) -> list[Table]:
    title = f"A shell starts {STARTS} programs"
    table = Table(title, "s", [Row(PLAIN), Row(AGAIN), Row(IDLE, 1.01), Row(FLOOR), *map(Row, WISHES), Row(ENDED)])
    to_floor = Table(f"{title}, beside the plugin API's own cost", "s",
                     [Row(FLOOR), *(Row(name, 1.10) for name in WISHES)])
    with floor_plugin() as floor:
        for number in range(rounds):
            progress(f"events, round {number + 1} of {rounds}")
            for name, sample in _measure_round(floor):
                table.add(name, sample)
                if name == FLOOR or name in WISHES:
                    to_floor.add(name, sample)
    return [table, to_floor]


def _measure_round(floor: pathlib.Path):
    """The rows' names and samples."""
    with MeasuredGuest(server="none") as guest:
        yield PLAIN, _cost(guest)
        yield AGAIN, _cost(guest)
    with MeasuredGuest(server="none", qemu_args=plugin_arguments(floor)) as guest:
        yield FLOOR, _cost(guest)
    with MeasuredGuest() as guest:
        yield IDLE, _cost(guest)
        for name, (wish, least) in WISHES.items():
            with _log(guest, wish, least):
                yield name, _cost(guest)
        yield ENDED, _cost(guest)


def _cost(guest: MeasuredGuest) -> float:
    guest.run(COMMAND, LOG_SECONDS)  # what is translated anew is so now
    return min(guest.cost(COMMAND) for _ in range(REPEATS))


@contextlib.contextmanager
def _log(guest: MeasuredGuest, wish: str, least: int):
    """The guest runs, and a client reads what is logged: that many lines at least."""
    with guest.client() as client:
        answer = client.monitor(f"events {wish}")
        if not answer.startswith("logged: ") or "not to be had" in answer:
            raise AssertionError(f"not everything is logged: {answer}")
        lines: list[int] = []
        reader = threading.Thread(target=_read_log, args=(client, lines), daemon=True)
        client.go()
        reader.start()
        yield
        client.send_raw(b"\x03")
        reader.join(LOG_SECONDS)
        client.demand("D")
    if sum(lines) < least:
        raise AssertionError(f"only {sum(lines)} lines were logged of {wish}")


def _read_log(client: RspClient, lines: list[int]) -> None:
    """Until the machine stops."""
    while (reply := client.receive(LOG_SECONDS)) is not None and reply.startswith("O"):
        lines.append(bytes.fromhex(reply[1:]).count(b"\n"))
