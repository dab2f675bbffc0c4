# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel modules and symbols beside /proc/modules and /proc/kallsyms."""

from introspection.report import Comparison, Situation


def symbol_rows(content: bytes) -> list[tuple[str, int, str]]:
    """Name, address and module of each line of kallsyms."""
    rows = (line.split() for line in content.decode().splitlines())
    return [(row[2], int(row[0], 16), row[3].strip("[]") if len(row) > 3 else "") for row in rows]


def compare_modules(situation: Situation) -> Comparison:
    result = Comparison("modules")
    rows = [line.split() for line in (situation.proc.content("modules") or b"").decode().splitlines()]
    theirs = [(row[0], int(row[5], 16), int(row[1]), int(row[2]), row[4]) for row in rows]
    ours = [tuple(module[key] for key in ("name", "base", "size", "users", "state"))
            for module in situation.answers.modules]
    result.equal("how many", len(ours), len(theirs))
    for mine, other in zip(ours, theirs):
        result.equal(f"module {other[0]}", mine, other)
    return result


def compare_symbols(situation: Situation) -> Comparison:
    result = Comparison("symbols")
    for name, address, module in symbol_rows(situation.proc.before.get("kallsyms")):
        ours = situation.symbols[name]
        result.holds(f"symbol {name} is known", ours is not None)
        if ours is not None:
            result.equal(f"symbol {name}", (ours["address"], ours["offset"], ours["module"]), (address, 0, module))
    return result
