# SPDX-License-Identifier: GPL-2.0-or-later
"""What ten breakpoints elsewhere cost programs that have nothing to do with them, beside what the plugin API costs any
plugin that asks to see translations."""

import pathlib

from figures import Row, Table
from floor import FLOOR, floor_plugin, plugin_arguments
from guests import MeasuredGuest, progress

PREPARE = "dd if=/dev/zero of=/tmp/zeros bs=1M count=32 2>/dev/null; head -c 2097152 /proc/kallsyms >/tmp/text"
TOOLS = {
    "sha256sum of 32 MiB": "sha256sum /tmp/zeros >/dev/null",
    "gzip of 2 MiB of text": "gzip -c /tmp/text >/dev/null",
    "awk, 100,000 turns of a loop": "awk 'BEGIN { for (i = 0; i < 100000; i++) s += i * 3; print s }' >/dev/null",
}
REPEATS = 3  # the best of them is the boot's sample

# Nothing of the guest is there. Their page offsets are as they came: neither chosen to meet hot code nor to avoid it.
USER_SITES = [0x10000003A41, 0x1000007B1C0, 0x1000020F5D7, 0x100003C1822, 0x10000570E9B]
KERNEL_SITES = [0xFFFFD00000001D36, 0xFFFFD000000427F4, 0xFFFFD00000117A09, 0xFFFFD000002E8C5D, 0xFFFFD000003F01E2]
SITES = USER_SITES + KERNEL_SITES

PLAIN = "no plugin"
IDLE = "hvgdb, nothing set"
TEN_SITES = "hvgdb, ten breakpoints elsewhere"
QEMU_TEN = "QEMU's stub, ten breakpoints elsewhere"


def measure(rounds: int) -> list[Table]:
    names = [PLAIN, IDLE, FLOOR, TEN_SITES, QEMU_TEN]
    tables = {tool: Table(tool, "s", [Row(name, 1.01 if name == IDLE else None) for name in names])
              for tool in TOOLS}
    with floor_plugin() as floor:
        for number in range(rounds):
            progress(f"tools, round {number + 1} of {rounds}")
            _measure_round(tables, floor)
    return list(tables.values())


def _measure_round(tables: dict[str, Table], floor: pathlib.Path) -> None:
    with MeasuredGuest(server="none") as guest:
        _sample(tables, PLAIN, guest)
    with MeasuredGuest() as guest:
        _sample(tables, IDLE, guest)
        with guest.breakpoints(SITES):
            _sample(tables, TEN_SITES, guest)
    with MeasuredGuest(server="none", qemu_args=plugin_arguments(floor)) as guest:
        _sample(tables, FLOOR, guest)
    with MeasuredGuest(server="qemu") as guest, guest.breakpoints(SITES):
        _sample(tables, QEMU_TEN, guest)


def _sample(tables: dict[str, Table], name: str, guest: MeasuredGuest) -> None:
    guest.run(PREPARE, 60)
    for tool, command in TOOLS.items():
        guest.run(command, 60)  # what is translated anew is so now
        tables[tool].add(name, min(guest.cost(command) for _ in range(REPEATS)))
