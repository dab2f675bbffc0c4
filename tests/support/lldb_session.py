# SPDX-License-Identifier: GPL-2.0-or-later
"""A real lldb. The environment variable HVGDB_LLDB says which."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

import environment
from output import Output
from processes import Child, die_with_parent

LLDB = os.environ.get("HVGDB_LLDB", "lldb-14")
COMMAND_SECONDS = 30
SESSION_SECONDS = 90


def setUpModule() -> None:
    """For the modules of tests that need one."""
    if shutil.which(LLDB) is None:
        why = f"no {LLDB}: run scripts/setup, or set HVGDB_LLDB"
        if environment.absence_is_a_failure():
            raise AssertionError(why)
        raise unittest.SkipTest(why)


def run(*commands: str) -> dict[str, str]:
    """What one prints for each command, when it is told all of them beforehand. An error ends it."""
    with tempfile.TemporaryDirectory(prefix="hvgdb-test-") as home:
        command = [LLDB, "-b", "--no-lldbinit"] + [word for line in commands for word in ("-o", line)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", timeout=SESSION_SECONDS, env={**os.environ, "HOME": home},
                              preexec_fn=die_with_parent, check=False)
    parts = done.stdout.split("\n(lldb) ")
    said = dict(part.split("\n", 1) if "\n" in part else (part, "") for part in parts)
    for line in commands:
        if line not in said:
            raise AssertionError(f"lldb did not come to {line!r}:\n{done.stdout}")
    return said


class Lldb:
    """One that is typed to, and does not wait for the end of what it began. Use it in a with statement, or call
    close()."""

    def __init__(self):
        self._home = tempfile.TemporaryDirectory(prefix="hvgdb-test-")
        self._child = Child(["env", f"HOME={self._home.name}", LLDB, "--no-lldbinit"], merge_errors=True)
        self._output = Output(self._child.stdout, "lldb")

    def __enter__(self) -> "Lldb":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def type(self, line: str) -> None:
        """Returns when lldb has read it."""
        self._child.write(line.encode() + b"\n")
        self._output.wait_for(rf"^\(lldb\) {re.escape(line)}$", COMMAND_SECONDS)

    def wait_for(self, pattern: str) -> re.Match:
        """What it prints next that matches."""
        return self._output.wait_for(pattern, COMMAND_SECONDS)

    def cmd(self, line: str, pattern: str) -> re.Match:
        self.type(line)
        return self.wait_for(pattern)

    def close(self) -> None:
        self._child.end()
        self._output.close()
        self._home.cleanup()
