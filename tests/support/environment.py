# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things are, and whether this machine has what a test with a guest needs."""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPS = ROOT / ".deps"
BUILD = pathlib.Path(os.environ.get("HVGDB_BUILD", ROOT / "build/release"))

LAUNCHER = BUILD / "hvgdb"
PLUGIN = BUILD / "libhvgdb.so"
QEMU = DEPS / "bin/qemu-system-x86_64"
GDB = os.environ.get("HVGDB_GDB", str(DEPS / "bin/gdb"))
KERNELS = DEPS / "guest/kernels"
# The demo guest's, or another one of those that scripts/setup fetches: 6.1, newest, 5.10.
KERNEL = KERNELS / (os.environ.get("HVGDB_TEST_KERNEL") or "6.12") / "vmlinuz"
INITRAMFS = DEPS / "guest/initramfs.gz"
DYNAMIC_INITRAMFS = DEPS / "guest/initramfs_dynamic.gz"  # with a libc, and programs that need it
DYNAMIC = DEPS / "guest/dynamic"  # what is in it: a sysroot
OLDEST_QEMU = (11, 1)
# Who serves gdb: "hvgdb", or "qemu" (its own stub) to try the tests themselves.
SERVER = os.environ.get("HVGDB_TEST_SERVER", "hvgdb")


def guest_program(name: str) -> pathlib.Path:
    """The unstripped file of a program of the demo guest."""
    return DEPS / "guest/bin" / name


def absence_is_a_failure() -> bool:
    return os.environ.get("HVGDB_REQUIRE_GUEST", "0") not in ("", "0")


def missing() -> str | None:
    """One line about the first thing that is missing, or nothing."""
    for path in (QEMU, KERNEL, INITRAMFS):
        if not path.exists():
            return f"no {path.relative_to(ROOT)}: run scripts/setup"
    version = _version([str(QEMU), "--version"])
    if version < OLDEST_QEMU:
        return f"QEMU {'.'.join(map(str, version)) or '?'} is too old, {'.'.join(map(str, OLDEST_QEMU))} is needed"
    for path in (LAUNCHER, PLUGIN):
        if SERVER == "hvgdb" and not path.exists():
            return f"no {path}: build it first"
    if not _version([GDB, "-nx", "--version"]):
        return f"cannot run {GDB}"
    return None


def _version(command: list[str]) -> tuple[int, ...]:
    try:
        text = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    found = re.search(r"(\d+)\.(\d+)", text)
    return tuple(map(int, found.groups())) if found else ()
