# SPDX-License-Identifier: GPL-2.0-or-later
"""Open files and other paths beside the links in /proc/PID and its fdinfo."""

from introspection.report import Comparison, Situation

O_CLOEXEC = 0o2000000


def compare_files(situation: Situation) -> Comparison:
    result = Comparison("open files")
    for pid in situation.user_pids():
        if situation.proc.living_thread(pid) not in (pid, None):
            continue  # its leader has ended, and it is the leader that /proc asks
        ours = {file["number"]: file for file in situation.answers.of_process("files", pid) or []}
        before, after = (copy.descriptors(pid) for copy in (situation.proc.before, situation.proc.after))
        result.equal(f"descriptors of {pid}", set(ours), before if before == after else None)
        for number in before & after & set(ours):
            _compare_file(result, situation, pid, ours[number])
    return result


def _compare_file(result: Comparison, situation: Situation, pid: int, ours: dict) -> None:
    proc, number = situation.proc, ours["number"]
    what = f"file {number} of {pid}"
    result.equal(f"{what} name", ours["name"], _link(situation, pid, f"fd/{number}"))
    info = dict(line.split(None, 1) for line in (proc.content(f"{pid}/fdinfo/{number}") or b"").decode().splitlines()
                if line.startswith(("pos:", "flags:")))
    if info:
        result.equal(f"{what} position", ours["position"], int(info["pos:"]))
        result.equal(f"{what} flags", oct(ours["flags"]), oct(int(info["flags:"], 8) & ~O_CLOEXEC))
    inode = proc.content(f"{pid}/fd/inode/{number}")
    result.equal(f"{what} inode", ours["inode"], None if inode is None else int(inode))


def compare_paths(situation: Situation) -> Comparison:
    result = Comparison("executables and working directories")
    for pid in situation.user_pids():
        for topic, link in (("executable", "exe"), ("cwd", "cwd")):
            result.equal(f"{topic} of {pid}", situation.answers.of_process(topic, pid), _link(situation, pid, link))
    return result


def _link(situation: Situation, pid: int, name: str) -> str | None:
    """Where a link leads."""
    target = situation.proc.content(f"{pid}/{name}")
    return None if target is None else target.decode("latin-1")
