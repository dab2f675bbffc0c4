# SPDX-License-Identifier: GPL-2.0-or-later
"""The host's gdbserver with a process of the host: the same programs, and the same gdb, without any emulator."""

import contextlib
import sys
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/support"))

import environment  # noqa: E402
from guest import free_port  # noqa: E402
from output import Output  # noqa: E402
from processes import Child  # noqa: E402

START_SECONDS = 20


@contextlib.contextmanager
def gdbserver(program: str, *arguments: str):
    """Its endpoint; the program stands still before its first instruction."""
    port = free_port()
    command = ["gdbserver", "--once", f"127.0.0.1:{port}", str(environment.guest_program(program)), *arguments]
    child = Child(command, merge_errors=True)
    output = Output(child.stdout, "gdbserver")
    try:
        output.wait_for("Listening on port", START_SECONDS)
        yield "127.0.0.1", port
    finally:
        child.end()
        output.close()
