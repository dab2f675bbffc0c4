# SPDX-License-Identifier: GPL-2.0-or-later
"""Child processes in a group of their own, which never outlive the test."""

import atexit
import ctypes
import os
import signal
import subprocess

PR_SET_PDEATHSIG = 1  # linux/prctl.h
libc = ctypes.CDLL(None)


def die_with_parent() -> None:
    """In the child: also where a time limit kills the test itself."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Child:
    """A program with pipes for its input and output."""

    GRACE_SECONDS = 5

    def __init__(self, command: list[str], merge_errors: bool):
        errors = subprocess.STDOUT if merge_errors else subprocess.PIPE
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True, bufsize=0,
            preexec_fn=die_with_parent,
        )
        self.stdout = self._process.stdout
        self.stderr = self._process.stderr
        atexit.register(self.end)

    def write(self, data: bytes) -> None:
        try:
            self._process.stdin.write(data)
        except OSError as error:
            raise AssertionError(f"{self._process.args[0]} takes no more input: {error}") from error

    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.poll() is None

    def send_signal(self, number: int) -> None:
        self._process.send_signal(number)

    def wait(self, limit: float) -> int:
        """The exit code."""
        try:
            return self._process.wait(limit)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"{self._process.args[0]} did not end within {limit:g} s") from error

    def end(self) -> None:
        """The whole group, gently first."""
        atexit.unregister(self.end)
        for number in (signal.SIGTERM, signal.SIGKILL):
            self._signal_group(number)
            try:
                self._process.wait(self.GRACE_SECONDS)
                break
            except subprocess.TimeoutExpired:
                continue
        self._signal_group(signal.SIGKILL)
        self._process.stdin.close()

    def _signal_group(self, number: int) -> None:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            pass
