# SPDX-License-Identifier: GPL-2.0-or-later
"""What a process and its children use: processor time, which other users of the machine hardly move, and memory."""

import contextlib
import pathlib
import re


def cpu_seconds(pid: int) -> float:
    """Of all threads of the process and of its descendants that live now (Linux, "schedstat" of proc(5))."""
    return sum(_nanoseconds(process) for process in _family(pid)) / 1e9


def resident_mebibytes(pid: int) -> float:
    """Of all these processes' pages, those which are in memory ("VmRSS" of proc(5))."""
    kibibytes = 0
    for process in _family(pid):
        with contextlib.suppress(OSError):
            found = re.search(r"^VmRSS:\s+(\d+) kB", pathlib.Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
            kibibytes += int(found.group(1)) if found else 0
    return kibibytes / 1024


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
