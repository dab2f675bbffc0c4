# SPDX-License-Identifier: GPL-2.0-or-later
"""Symbols and instructions of the guest's programs, by binutils."""

import functools
import re
import subprocess

import environment


@functools.cache
def symbols(program: str) -> dict[str, int]:
    """Addresses as in the file."""
    rows = (line.split() for line in _run("nm", str(environment.guest_program(program))).splitlines())
    return {row[2]: int(row[0], 16) for row in rows if len(row) == 3}


@functools.cache
def listing(program: str, function: str) -> list[tuple[int, str]]:
    """The instructions of a function: how far from its start, and their text."""
    text = _run("objdump", "-d", "--no-show-raw-insn", f"--disassemble={function}",
                str(environment.guest_program(program)))
    rows = re.findall(r"^\s*([0-9a-f]+):\t(.*)$", text, re.MULTILINE)
    start = symbols(program)[function]
    return [(int(address, 16) - start, instruction) for address, instruction in rows]


def offset(program: str, symbol: str, base: str) -> int:
    """From one symbol to another."""
    return symbols(program)[symbol] - symbols(program)[base]


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
