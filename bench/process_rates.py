# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast gdb steps through a process and dumps its memory, beside QEMU's stub (which knows only the machine) and the
host's gdbserver with a process of the host: what gdb itself and the way to it and back cost."""

import pathlib
import re
import tempfile
import time

import environment
from figures import Limits, Row, Table
from gdb_session import Gdb
from gdbserver import gdbserver
from guests import FEATURES, MeasuredGuest, progress
from rsp_client import RspClient
from symbols import symbols

INSTRUCTIONS = 4_000
LINES = 1_000
RAW_STEPS = 5_000
DUMP_MEBIBYTES = 16
DUMPS = 3  # the best of them is the boot's sample
KERNEL_MEMORY = 0x100_0000  # physical, somewhere
COUNTER = "counter 4000000000"
COUNT_ONE = symbols("counter")["count_one"]

HOST = "gdbserver of the host, a process of the host"
QEMU = "QEMU's stub, the machine"
OURS = "hvgdb, a process of the guest"
STEPI = "hvgdb, stepi through gdb"

TIMED = """python
import time
started = time.perf_counter()
for _ in range({count}): gdb.execute("{command}", to_string=True)
print("seconds=%.6f" % (time.perf_counter() - started))
end"""


class Rates:
    """The tables, and what fills them."""

    def __init__(self):
        self.stepi = _table("A process: stepi through gdb", "steps a second")
        self.step = _table("A process: step through gdb", "lines a second")
        self.raw = _table("A process: vCont;s and its stop reply", "steps a second")
        self.dump = _table(f"A process: dump memory of {DUMP_MEBIBYTES} MiB through gdb", "MB a second", 1)
        self.goals = Limits("One step", "us", [Row(STEPI, 250)])
        self.dump_goal = Limits("Dumping one MB", "ms", [Row(OURS, 25)], digits=2)

    def tables(self) -> list:
        return [self.stepi, self.goals, self.step, self.raw, self.dump, self.dump_goal]

    def take_steps(self, name: str, gdb: Gdb) -> None:
        """gdb stands in count_one()."""
        rate = _rate(gdb, "stepi", INSTRUCTIONS)
        self.stepi.add(name, rate)
        if name == OURS:
            self.goals.add(STEPI, 1e6 / rate)
        self.step.add(name, _rate(gdb, "step", LINES))

    def take_dump(self, name: str, gdb: Gdb, address: int) -> None:
        with tempfile.TemporaryDirectory(prefix="hvgdb-bench-") as folder:
            file = pathlib.Path(folder) / "memory"
            length = DUMP_MEBIBYTES << 20
            command = f"dump binary memory {file} {address:#x} {address + length:#x}"
            rate = max(_rate(gdb, command, 1) for _ in range(DUMPS)) * length / 1e6
            assert file.stat().st_size == length
        self.dump.add(name, rate)
        if name == OURS:
            self.dump_goal.add(OURS, 1e3 / rate)


def _table(title: str, unit: str, digits: int = 0) -> Table:
    return Table(title, unit, [Row(HOST), Row(QEMU), Row(OURS)], rate=True, digits=digits)


def measure(rounds: int) -> list:
    rates = Rates()
    for number in range(rounds):
        progress(f"process, steps and memory, round {number + 1} of {rounds}")
        _measure_host(rates)
        _measure_qemu(rates)
        _measure_hvgdb(rates)
    return rates.tables()


def _measure_host(rates: Rates) -> None:
    with gdbserver(*COUNTER.split()) as endpoint, Gdb(environment.guest_program("counter")) as gdb:
        gdb.connect(endpoint)
        _stop_in_loop(gdb)
        rates.take_steps(HOST, gdb)
        gdb.cmd("kill")
    with gdbserver(*COUNTER.split()) as endpoint, RspClient(endpoint, FEATURES) as client:
        rates.raw.add(HOST, _raw_rate(client))
        client.send("k")
    with gdbserver("ample", str(DUMP_MEBIBYTES)) as endpoint, Gdb(environment.guest_program("ample")) as gdb:
        gdb.connect(endpoint)
        gdb.cmd("break stay")
        gdb.cont()
        gdb.cmd("up")
        rates.take_dump(HOST, gdb, gdb.value("(long) words"))
        gdb.cmd("kill")


def _measure_qemu(rates: Rates) -> None:
    with MeasuredGuest(server="qemu") as guest:
        guest.run(f"{COUNTER} >/dev/null & usleep 200000")
        with guest.client() as client:
            rates.raw.add(QEMU, _raw_rate(client))
            client.demand("D")
        with Gdb(environment.guest_program("counter")) as gdb:
            gdb.connect(guest.endpoint)
            _stop_in_loop(gdb)
            rates.take_steps(QEMU, gdb)
            gdb.cmd("maintenance packet Qqemu.PhyMemMode:1")
            rates.take_dump(QEMU, gdb, KERNEL_MEMORY)
            gdb.cmd("maintenance packet Qqemu.PhyMemMode:0")
            gdb.cmd("detach")


def _measure_hvgdb(rates: Rates) -> None:
    with MeasuredGuest() as guest:
        counter, ample = guest.start(COUNTER).values(), guest.start(f"ample {DUMP_MEBIBYTES}").values()
        with RspClient(guest.endpoint, FEATURES + ";multiprocess+", extended=True) as client:
            rates.raw.add(OURS, _raw_rate(client, client.attach(counter["pid"]).thread))
            client.demand("D")
        with Gdb(environment.guest_program("counter")) as gdb:
            gdb.reach(guest.endpoint)
            gdb.attach(counter["pid"])
            _stop_in_loop(gdb)
            rates.take_steps(OURS, gdb)
            gdb.cmd("detach")
            gdb.attach(ample["pid"])
            rates.take_dump(OURS, gdb, ample["memory"])
            gdb.cmd("detach")


def _stop_in_loop(gdb: Gdb) -> None:
    gdb.cmd(f"tbreak *{COUNT_ONE:#x}")
    gdb.cont()


def _rate(gdb: Gdb, command: str, count: int) -> float:
    text = gdb.cmd(TIMED.format(command=command, count=count), 120)
    found = re.search(r"seconds=(\d+\.\d+)", text)
    if found is None:
        raise AssertionError(f"gdb did not {command}: {text}")
    return count / float(found.group(1))


def _raw_rate(client: RspClient, thread: str | None = None) -> float:
    thread = thread or client.first_stop.thread
    started = time.perf_counter()
    for _ in range(RAW_STEPS):
        client.step(thread)
    return RAW_STEPS / (time.perf_counter() - started)
