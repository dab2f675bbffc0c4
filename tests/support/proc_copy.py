# SPDX-License-Identifier: GPL-2.0-or-later
"""What a guest's own /proc tells, as tests/guest/proc_copy.c writes it."""

import re

PF_KTHREAD = 0x200000  # linux/sched.h
# Places in /proc/PID/stat, counted from behind the command (proc(5) counts the state as 3).
STATE, PARENT, FLAGS, START_TIME, PROCESSOR, EXIT_CODE = 0, 1, 6, 19, 36, 49


class Copy:
    """One copy: the contents of files and the targets of links, by their path under /proc."""

    def __init__(self, records: dict[str, bytes]):
        self._records = records

    def get(self, path: str) -> bytes | None:
        return self._records.get(path)

    def paths(self) -> set[str]:
        return set(self._records)

    def pids(self) -> set[int]:
        return {int(path.partition("/")[0]) for path in self._records if re.fullmatch(r"\d+/status", path)}

    def tids(self, pid: int) -> set[int]:
        return self._numbers(rf"{pid}/task/(\d+)/status")

    def descriptors(self, pid: int) -> set[int]:
        return self._numbers(rf"{pid}/fd/(\d+)")

    def _numbers(self, pattern: str) -> set[int]:
        return {int(found.group(1)) for path in self._records if (found := re.fullmatch(pattern, path))}


def parse_copies(data: bytes) -> list[Copy]:
    """All complete copies."""
    copies, records, place = [], {}, 0
    while (name_end := data.find(b"\0", place)) >= 0 and (length_end := data.find(b"\0", name_end + 1)) >= 0:
        name = data[place:name_end].decode()
        place = length_end + 1 + int(data[name_end + 1 : length_end])
        records[name] = data[length_end + 1 : place]
        if not name:
            copies.append(Copy(records))
            records = {}
    return copies


class Proc:
    """What /proc tells before and after a pause. What is the same in both was so in the pause; what differs changed by
    itself and tells nothing."""

    def __init__(self, before: Copy, after: Copy):
        self.before = before
        self.after = after

    def steady_pids(self) -> set[int]:
        return self.before.pids() & self.after.pids()

    def passing_pids(self) -> set[int]:
        return self.before.pids() ^ self.after.pids()

    def content(self, path: str) -> bytes | None:
        """Of a file or link; nothing if it changed or is not there."""
        content = self.before.get(path)
        return content if content == self.after.get(path) else None

    def status(self, path: str) -> dict[str, str]:
        """The rows of a `status` file that did not change."""
        before, after = (_status_rows(copy.get(path + "/status") or b"") for copy in (self.before, self.after))
        return {name: value for name, value in before.items() if after.get(name) == value}

    def stat(self, path: str, place: int) -> str | None:
        """A field of a `stat` file, by its place; nothing if it changed."""
        before, after = (_stat_fields(copy.get(path + "/stat") or b"") for copy in (self.before, self.after))
        return before[place] if before and after and before[place] == after[place] else None

    def living_thread(self, pid: int) -> int | None:
        """One that has not ended: a leader may have, and then /proc/PID tells nothing of the memory that the others
        still have."""
        tids = sorted(self.before.tids(pid))
        return next((tid for tid in tids if self.stat(f"{pid}/task/{tid}", STATE) != "Z"), None)

    def maps(self, pid: int) -> bytes | None:
        """Empty where no memory is; nothing if it changed."""
        living = self.living_thread(pid)
        return b"" if living is None else self.content(f"{pid}/task/{living}/maps")

    def is_kernel_thread(self, pid: int) -> bool:
        return bool(int(_stat_fields(self.before.get(f"{pid}/stat"))[FLAGS]) & PF_KTHREAD)

    def name(self, path: str) -> str | None:
        """A thread's own name. Bytes are characters here, as everywhere in these tests."""
        name = self.content(path + "/comm")
        return None if name is None else name[:-1].decode("latin-1")


def _status_rows(content: bytes) -> dict[str, str]:
    rows = (line.partition(":\t") for line in content.decode("latin-1").splitlines())
    return {name: value for name, _, value in rows}


def _stat_fields(content: bytes) -> list[str]:
    """Those behind the command, which may contain anything."""
    return content.decode("latin-1").rpartition(") ")[2].split()
