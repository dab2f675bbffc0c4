# SPDX-License-Identifier: GPL-2.0-or-later
"""A real gdb, driven through pipes. The environment variable HVGDB_GDB says which."""

import itertools
import os
import re
import signal
import tempfile

import environment
from output import Output
from processes import Child
from rsp_client import MACHINE_PID

COMMAND_SECONDS = 30
SETTINGS = ("set confirm off", "set pagination off", "set width 0", "set height 0", "set style enabled off",
            "set breakpoint pending off", "set disassembly-flavor att", "set print thread-events off",
            "set print entry-values no")


class Gdb:
    """Use it in a with statement, or call close(). A command's end is seen by a mark that gdb echoes after it, also
    after a command that runs the machine: gdb reads on only when the machine has stopped."""

    def __init__(self, program: str | os.PathLike | None = None):
        self._home = tempfile.TemporaryDirectory(prefix="hvgdb-test-")
        self._marks = itertools.count(1)
        self._waiting: int | None = None
        # An empty home, so that nobody's own settings count.
        command = ["env", f"HOME={self._home.name}", f"XDG_CACHE_HOME={self._home.name}", "DEBUGINFOD_URLS=",
                   environment.GDB, "-nx", "-q"]
        self._child = Child(command + ([os.fspath(program)] if program else []), merge_errors=True)
        self.output = Output(self._child.stdout, "gdb")
        for setting in SETTINGS:
            self.cmd(setting)

    def __enter__(self) -> "Gdb":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def connect(self, endpoint: tuple[str, int], extended: bool = False) -> str:
        """The machine is the inferior, and stands still."""
        kind = "extended-remote" if extended else "remote"
        text = self._target(kind, endpoint)
        if extended and environment.SERVER == "hvgdb":
            text += self.attach(MACHINE_PID)
        if not self.alive_target():
            raise AssertionError(f"gdb does not connect:\n{text}")
        return text

    def reach(self, endpoint: tuple[str, int]) -> str:
        """Nothing is attached, and the machine runs on."""
        return self._target("extended-remote", endpoint)

    def _target(self, kind: str, endpoint: tuple[str, int]) -> str:
        text = self.cmd(f"target {kind} {endpoint[0]}:{endpoint[1]}")
        if not re.search(r"^Remote debugging using", text, re.MULTILINE):
            raise AssertionError(f"gdb does not connect:\n{text}")
        return text

    def attach(self, pid: int) -> str:
        text = self.cmd(f"attach {pid}")
        if "failed" in text or not self.alive_target():
            raise AssertionError(f"gdb does not attach:\n{text}")
        return text

    def alive_target(self) -> bool:
        return not re.search("no registers", self.cmd("p $pc"), re.IGNORECASE)

    def cmd(self, line: str, limit: float = COMMAND_SECONDS) -> str:
        """What gdb prints for a command."""
        self.start(line)
        return self.finish(limit)

    def start(self, line: str) -> None:
        """Types a command and does not wait: finish() does."""
        assert self._waiting is None, "gdb is still busy with the command before"
        self._waiting = next(self._marks)
        self._child.write(f'{line}\necho \\n<mark {self._waiting}>\\n\n'.encode())

    def finish(self, limit: float = COMMAND_SECONDS) -> str:
        mark, self._waiting = self._waiting, None
        assert mark is not None, "gdb was told nothing"
        text = self.output.take_until(rf"\n<mark {mark}>\n", limit)
        return re.sub(r"^(\(gdb\) )+", "", text, flags=re.MULTILINE).strip("\n")

    def cont(self, limit: float = COMMAND_SECONDS) -> str:
        """Continues to the next stop."""
        return self.cmd("continue", limit)

    def cont_async(self) -> None:
        """Continues, and returns once gdb has said so; finish() waits for the stop."""
        self.start("continue")
        self.output.wait_for(r"Continuing\.", COMMAND_SECONDS)

    def interrupt(self, limit: float = COMMAND_SECONDS) -> str:
        """Ctrl-C while it continues."""
        self._child.send_signal(signal.SIGINT)
        return self.finish(limit)

    def value(self, expression: str) -> int:
        text = self.cmd(f"print/x {expression}")
        found = re.fullmatch(r"\$\d+ = (0x[0-9a-f]+)", text)
        if not found:
            raise AssertionError(f"gdb cannot tell {expression}: {text}")
        return int(found.group(1), 16)

    def hits(self, number: int) -> int:
        """How often gdb says that breakpoint was hit."""
        text = self.cmd(f"info breakpoints {number}")
        found = re.search(r"already hit (\d+) time", text)
        return int(found.group(1)) if found else 0

    def kill_hard(self) -> None:
        """SIGKILL: gdb cannot say good-bye."""
        self._child.send_signal(signal.SIGKILL)
        self._child.wait(COMMAND_SECONDS)

    def quit(self) -> None:
        self._child.write(b"quit\n")
        self._child.wait(COMMAND_SECONDS)

    def close(self) -> None:
        self._child.end()
        self.output.close()
        self._home.cleanup()
