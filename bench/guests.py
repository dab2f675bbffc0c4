# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests that are measured from outside."""

import contextlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/support"))

from guest import Guest  # noqa: E402
from rsp_client import RspClient  # noqa: E402
from usage import cpu_seconds, resident_mebibytes  # noqa: E402

COMMAND_SECONDS = 300
# Without multiprocess+: QEMU's stub wants to hear of processes in a detach then.
FEATURES = "swbreak+;hwbreak+;vContSupported+;xmlRegisters=i386"


class MeasuredGuest(Guest):
    """One vCPU, one after the other: two guests at a time would disturb each other."""

    def cost(self, command: str) -> float:
        """Processor seconds that QEMU, the plugin in it included, uses for a shell command."""
        before = cpu_seconds(self._child.pid())
        self.run(command, COMMAND_SECONDS)
        return cpu_seconds(self._child.pid()) - before

    def resident_mebibytes(self) -> float:
        """Memory that QEMU uses, the guest's and the plugin's in it included."""
        return resident_mebibytes(self._child.pid())

    def client(self) -> RspClient:
        """It stops the machine."""
        return RspClient(self.endpoint, FEATURES)

    @contextlib.contextmanager
    def breakpoints(self, addresses: list[int], *monitor_lines: str):
        """The guest runs on with breakpoints that are not to be hit; they are gone afterwards."""
        with self.client() as client:
            for line in monitor_lines:
                client.monitor(line)
            for address in addresses:
                client.insert(address)
            client.go()
            yield
            stop = client.interrupt()
            if not stop.interrupted:
                raise AssertionError(f"a breakpoint was hit: {stop.text}")
            for address in addresses:
                client.remove(address)
            client.demand("D")


def progress(text: str) -> None:
    print(f"  ... {text}", file=sys.stderr, flush=True)
