# SPDX-License-Identifier: GPL-2.0-or-later
"""The processor time a process and its children have used, which other users of the machine hardly move."""

import contextlib
import pathlib


def cpu_seconds(pid: int) -> float:
    """Of all threads of the process and of its descendants that live now (Linux, "schedstat" of proc(5))."""
    return sum(_nanoseconds(process) for process in _family(pid)) / 1e9


def _family(pid: int):
    yield pid
    for thread in _threads(pid):
        with contextlib.suppress(OSError):
            for child in (thread / "children").read_text().split():
                yield from _family(int(child))


def _nanoseconds(pid: int) -> int:
    total = 0
    for thread in _threads(pid):
        with contextlib.suppress(OSError):
            total += int((thread / "schedstat").read_text().split()[0])
    return total


def _threads(pid: int) -> list[pathlib.Path]:
    with contextlib.suppress(OSError):
        return list(pathlib.Path(f"/proc/{pid}/task").iterdir())
    return []
