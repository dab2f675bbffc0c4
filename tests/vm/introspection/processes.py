# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes and threads beside /proc/PID/status, stat and comm."""

from introspection.report import Comparison, Situation
from proc_copy import EXIT_CODE, PARENT, PROCESSOR, START_TIME, STATE

TICK_NANOSECONDS = 10_000_000  # USER_HZ is 100
PAGE = 4096


def compare_processes(situation: Situation) -> Comparison:
    result = Comparison("processes")
    proc, ours = situation.proc, situation.answers.processes
    steady = proc.steady_pids()
    result.equal("processes that are missing", steady - set(ours), set())
    # 0 is the idle task, which has no folder in /proc.
    result.equal("processes too many", set(ours) - steady - proc.passing_pids() - {0}, set())
    for pid in situation.pids():
        if pid in ours:
            _compare_process(result, situation, pid, ours[pid])
    return result


def _compare_process(result: Comparison, situation: Situation, pid: int, ours: dict) -> None:
    proc = situation.proc
    path, kernel_thread = str(pid), proc.is_kernel_thread(pid)
    status = proc.status(path)
    what = f"{pid} ({ours['command']!r})"
    _compare_ids(result, what, status, ours)
    _compare_name_and_state(result, what, situation, path, ours, kernel_thread)
    result.equal(f"{what} parent", ours["parent"] or 0, _number(proc.stat(path, PARENT)))
    started = _number(proc.stat(path, START_TIME))
    result.equal(f"{what} start time", ours["start_time"] // TICK_NANOSECONDS, started)
    result.equal(f"{what} threads", ours["threads"], _number(status.get("Threads")))
    result.equal(f"{what} is a kernel thread", ours["kernel_thread"], kernel_thread)
    result.equal(f"{what} is a 32-bit program", ours["compat"], ours["command"] == "compat")
    maps = proc.maps(pid)
    result.equal(f"{what} has an address space", ours["space"] is not None, None if maps is None else maps != b"")
    if ours["state"] == "Z" and ours["threads"] == 1:
        result.equal(f"{what} exit code", ours["exit_code"], _number(proc.stat(path, EXIT_CODE)))
    if ours["space"] is not None:
        result.equal(f"{what} root of its page tables", ours["space"] % PAGE, 0)


def _compare_ids(result: Comparison, what: str, status: dict[str, str], ours: dict) -> None:
    result.equal(f"{what} pid", ours["pid"], _number(status.get("Tgid")))
    result.equal(f"{what} pids in namespaces", ours["namespace_pids"], _numbers(status.get("NSpid")))
    uids, gids = _numbers(status.get("Uid")), _numbers(status.get("Gid"))
    result.equal(f"{what} uid", ours["uid"], uids and uids[0])
    result.equal(f"{what} effective uid", ours["effective_uid"], uids and uids[1])
    result.equal(f"{what} gid", ours["gid"], gids and gids[0])


def _compare_name_and_state(result: Comparison, what: str, situation: Situation, path: str, ours: dict,
                            kernel_thread: bool) -> None:
    name = situation.proc.name(path)
    if kernel_thread:
        # /proc adds what a worker works for, or the end of a long name, which the kernel keeps elsewhere.
        if name is not None:
            result.holds(f"{what} command: the start of {name!r}", name.startswith(ours["command"]))
            result.holds(f"{what} command: not empty", ours["command"] != "")
    else:
        result.equal(f"{what} command", ours["command"], name)
    state = situation.proc.stat(path, STATE)
    # A kernel thread may run, or be about to, in the moment of the pause, or whenever /proc is read, which is work.
    if not (kernel_thread and "R" in (ours["state"], state)):
        result.equal(f"{what} state", ours["state"], state)


def compare_threads(situation: Situation) -> Comparison:
    result = Comparison("threads")
    for pid in situation.pids():
        before, after = situation.proc.before.tids(pid), situation.proc.after.tids(pid)
        ours = {thread["tid"]: thread for thread in situation.answers.of_process("threads", pid) or []}
        result.equal(f"threads of {pid}", set(ours), before if before == after else None)
        leader = next(iter(ours), None)
        result.equal(f"leader of {pid}", leader, pid)
        for tid in before & after & set(ours):
            _compare_thread(result, situation, pid, ours[tid])
    _compare_current(result, situation)
    return result


def _compare_thread(result: Comparison, situation: Situation, pid: int, ours: dict) -> None:
    proc, path = situation.proc, f"{pid}/task/{ours['tid']}"
    what = f"thread {ours['tid']} ({ours['command']!r})"
    kernel_thread = proc.is_kernel_thread(pid)
    _compare_name_and_state(result, what, situation, path, ours, kernel_thread)
    result.equal(f"{what} process", ours["pid"], pid)
    result.equal(f"{what} ids in namespaces", ours["namespace_tids"], _numbers(proc.status(path).get("NSpid")))
    if not kernel_thread and ours["state"] != "R":
        result.equal(f"{what} CPU", ours["cpu"], _number(proc.stat(path, PROCESSOR)))
        result.holds(f"{what} runs on no vCPU", ours["vcpu"] is None)


def _compare_current(result: Comparison, situation: Situation) -> None:
    answers = situation.answers
    for number, current in enumerate(answers.current):
        if current["tid"] == 0:
            continue  # its idle task
        thread = answers.thread(current["pid"], current["tid"])
        result.holds(f"the thread of vCPU {number}, {current}, is one of its process", thread is not None)
        if thread is not None:
            result.equal(f"vCPU of thread {current['tid']}", thread["vcpu"], number)
    running = [thread for pid in answers.processes for thread in answers.of_process("threads", pid) or []
               if thread["vcpu"] is not None and thread["tid"] != 0]
    for thread in running:
        result.equal(f"what vCPU {thread['vcpu']} runs", answers.current[thread["vcpu"]]["tid"], thread["tid"])


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def _numbers(text: str | None) -> list[int] | None:
    return None if text is None else [int(word) for word in text.split()]
