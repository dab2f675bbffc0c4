# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast single steps are: through gdb, and through a client that sends nothing but the step."""

import time

from figures import Row, Table
from gdb_session import Gdb
from guests import MeasuredGuest, progress

GDB_STEPS = 2_000
RAW_STEPS = 5_000
BUSY = "counter 2000000000 >/dev/null & usleep 200000"  # so that the machine is found in it, not in the idle loop

STEP_LOOP = """python
import time
started = time.perf_counter()
for _ in range({steps}): gdb.execute("stepi", to_string=True)
print("seconds=%.6f" % (time.perf_counter() - started))
end"""

QEMU = "QEMU's stub"
OURS = "hvgdb"


def measure(rounds: int) -> list[Table]:
    through_gdb, raw = (Table(title, "steps a second", [Row(QEMU), Row(OURS, goal)], rate=True, digits=0)
                        for title, goal in (("stepi through gdb", 1.0), ("vCont;s and its stop reply", None)))
    for number in range(rounds):
        progress(f"step, round {number + 1} of {rounds}")
        for name, server in ((QEMU, "qemu"), (OURS, "hvgdb")):
            with MeasuredGuest(server=server) as guest:
                guest.run(BUSY)
                raw.add(name, _raw_rate(guest))
                through_gdb.add(name, _gdb_rate(guest))
    return [through_gdb, raw]


def _gdb_rate(guest: MeasuredGuest) -> float:
    with Gdb() as gdb:
        gdb.connect(guest.endpoint)
        text = gdb.cmd(STEP_LOOP.format(steps=GDB_STEPS), 120)
        gdb.cmd("detach")
    return GDB_STEPS / float(text.rpartition("seconds=")[2])


def _raw_rate(guest: MeasuredGuest) -> float:
    with guest.client() as client:
        thread = client.first_stop.thread
        started = time.perf_counter()
        for _ in range(RAW_STEPS):
            client.step(thread)
        elapsed = time.perf_counter() - started
        client.demand("D")
    return RAW_STEPS / elapsed
