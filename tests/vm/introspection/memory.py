# SPDX-License-Identifier: GPL-2.0-or-later
"""Mappings, arguments, environment and auxiliary vector beside /proc/PID/maps, cmdline, environ and auxv."""

import struct

from introspection.report import Comparison, Situation

NAME_COLUMN = 73  # fs/proc/task_mmu.c pads to it


def compare_mappings(situation: Situation) -> Comparison:
    result = Comparison("lines of maps")
    for pid in situation.user_pids():
        content = situation.proc.maps(pid)
        if content is None:
            continue
        theirs = content.decode("latin-1").split("\n")[:-1]
        ours = [_line(mapping) for mapping in situation.answers.of_process("mappings", pid) or []]
        for number, line in enumerate(theirs):
            result.equal(f"mapping of {pid}", ours[number] if number < len(ours) else "nothing", line)
        result.equal(f"mappings of {pid} behind those", ours[len(theirs) :], [])
    return result


def _line(mapping: dict) -> str:
    """As show_map_vma() of fs/proc/task_mmu.c writes it."""
    permissions = "".join(letter if mapping[flag] else "-"
                          for letter, flag in (("r", "read"), ("w", "write"), ("x", "execute")))
    text = (f"{mapping['start']:08x}-{mapping['end']:08x} {permissions}{'s' if mapping['shared'] else 'p'} "
            f"{mapping['offset']:08x} {mapping['device_major']:02x}:{mapping['device_minor']:02x} {mapping['inode']} ")
    name = mapping["name"].replace("\n", "\\012")
    return text.ljust(NAME_COLUMN) + name if name else text


def compare_strings(situation: Situation) -> Comparison:
    result = Comparison("arguments and environments")
    for pid in situation.user_pids():
        for topic, name in (("arguments", "cmdline"), ("environment", "environ")):
            theirs = situation.proc.content(f"{pid}/{name}")
            if situation.proc.living_thread(pid) != pid:
                continue  # its leader has ended, and it is the leader that /proc asks
            ours = situation.answers.of_process(topic, pid)
            text = None if ours is None else b"".join(string.encode("latin-1") + b"\0" for string in ours)
            result.equal(f"{topic} of {pid}", text, theirs)
    return result


def compare_auxiliary_vectors(situation: Situation) -> Comparison:
    result = Comparison("auxiliary vectors")
    for pid in situation.user_pids():
        content = situation.proc.content(f"{pid}/auxv")
        if not content:
            continue
        form = "<II" if situation.answers.processes[pid]["compat"] else "<QQ"
        pairs = list(struct.iter_unpack(form, content))
        theirs = pairs[: pairs.index((0, 0))]
        ours = situation.answers.of_process("auxv", pid) or []
        result.equal(f"auxiliary vector of {pid}", [(entry["type"], entry["value"]) for entry in ours], theirs)
    return result


def compare_hidden_page(situation: Situation) -> Comparison:
    """A page that the process itself may not read."""
    result = Comparison("hidden page")
    text = b"nobody may read this\0"
    result.equal("a page without permissions", bytes.fromhex(situation.answers.hidden["data"]), text)
    return result
