# SPDX-License-Identifier: GPL-2.0-or-later
"""User registers beside /proc/PID/task/TID/syscall and the values which programs planted."""

from introspection.report import Comparison, Situation
from proc_copy import STATE

GENERAL = ("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", *(f"r{number}" for number in range(8, 16)))
ARGUMENTS = ("rdi", "rsi", "rdx", "r10", "r8", "r9")
COMPAT_ARGUMENTS = ("rbx", "rcx", "rdx", "rsi", "rdi", "rbp")
NO_CALL = (1 << 64) - 1
USER_CODE, COMPAT_CODE, USER_DATA = 0x33, 0x23, 0x2B  # __USER_CS, __USER32_CS, __USER_DS

# Intel SDM vol. 1, 13.4: the legacy region, which is all that an older CPU has, holds the xmm registers; AVX's part is
# the first behind the header, in both formats.
XMM, LEGACY_SIZE, YMM_HIGH = 160, 512, 576
SSE_BIT, AVX_BIT = 1 << 1, 1 << 2


def compare_system_calls(situation: Situation) -> Comparison:
    result = Comparison("threads in system calls")
    for pid in situation.user_pids():
        compat = situation.answers.processes[pid]["compat"]
        for tid in situation.proc.before.tids(pid):
            content = situation.proc.content(f"{pid}/task/{tid}/syscall")
            if situation.proc.stat(f"{pid}/task/{tid}", STATE) in (None, "Z"):
                continue  # a zombie has given its stack back
            if content and not content.startswith(b"running"):
                _compare_call(result, f"thread {tid}", situation.answers.registers(tid), content, compat)
    return result


def _compare_call(result: Comparison, what: str, ours: dict | None, content: bytes, compat: bool) -> None:
    result.holds(f"{what} has registers", ours is not None)
    if ours is None:
        return
    words = content.decode().split()
    call = int(words[0])
    values = [int(word, 16) for word in words[1:]]
    general = dict(zip(GENERAL, ours["general"]))
    result.equal(f"{what} call", ours["orig_rax"], NO_CALL if call == -1 else call)
    if call != -1:
        names = COMPAT_ARGUMENTS if compat else ARGUMENTS
        mask = 0xFFFFFFFF if compat else NO_CALL
        result.equal(f"{what} arguments", [general[name] & mask for name in names], values[:6])
    result.equal(f"{what} stack pointer and place", [general["rsp"], ours["rip"]], values[-2:])
    result.equal(f"{what} segments", (ours["cs"], ours["ss"]), (COMPAT_CODE if compat else USER_CODE, USER_DATA))
    result.equal(f"{what} source", ours["source"], "saved_frame")


def compare_planted(situation: Situation) -> Comparison:
    result = Comparison("planted registers")
    for program in ("blocked", "spinning"):
        for planted in situation.zoo.thread_values(program):
            tid = planted["tid"]
            ours = situation.answers.registers(tid)
            result.holds(f"thread {tid} of {program} has registers", ours is not None)
            if ours is not None:
                _compare_general(result, f"{program} {tid}", ours, planted)
                _compare_vectors(result, situation, f"{program} {tid}", ours, planted)
    spin_here = situation.zoo.programs["spinning"].values()["spin_here"]
    for planted in situation.zoo.thread_values("spinning"):
        ours = situation.answers.registers(planted["tid"]) or {}
        result.equal(f"place of spinning {planted['tid']}", ours.get("rip"), spin_here)
    return result


def _compare_general(result: Comparison, what: str, ours: dict, planted: dict[str, int]) -> None:
    for name, value in zip(GENERAL, ours["general"]):
        expected = planted.get(name)
        result.equal(f"{what} {name}", hex(value), None if expected is None else hex(expected))
    result.equal(f"{what} source", ours["source"] in ("vcpu", "saved_frame"), True)


def _compare_vectors(result: Comparison, situation: Situation, what: str, ours: dict, planted: dict[str, int]) -> None:
    pid = next(pid for pid in situation.user_pids() if planted["tid"] in situation.proc.before.tids(pid))
    if situation.answers.thread(pid, planted["tid"])["vcpu"] is not None:
        return  # they are in the vCPU
    result.holds(f"{what} has vector registers", ours["xsave"] is not None)
    if ours["xsave"] is None:
        return
    area = bytes.fromhex(ours["xsave"])
    for number in range(16):
        for name, width in ((f"xmm{number}", 16), (f"ymm{number}", 32)):
            if name in planted:
                result.equal(f"{what} {name}", hex(_vector(area, number, width)), hex(planted[name]))


def _vector(area: bytes, number: int, width: int) -> int:
    """Parts that the header leaves out are zero."""
    header = area[LEGACY_SIZE : LEGACY_SIZE + 8]
    present = int.from_bytes(header, "little") if header else SSE_BIT
    low = area[XMM + 16 * number :][:16] if present & SSE_BIT else bytes(16)
    high = area[YMM_HIGH + 16 * number :][:16] if width == 32 and present & AVX_BIT else b""
    return int.from_bytes(low + high, "little")


def compare_compat(situation: Situation) -> Comparison:
    """The planted values of the 32-bit program."""
    result = Comparison("32-bit registers")
    planted = situation.zoo.programs["compat"].values()
    pid = next(pid for pid, process in situation.answers.processes.items() if process["command"] == "compat")
    ours = situation.answers.registers(pid)
    result.holds("the 32-bit program has registers", ours is not None)
    general = dict(zip(GENERAL, ours["general"] if ours else []))
    for name, value in planted.items():
        result.equal(name, general.get("r" + name[1:]), value)
    return result
