# SPDX-License-Identifier: GPL-2.0-or-later
"""The floor under every plugin that wants to see translations, or accesses to memory: one that sees them and does nothing."""

import contextlib
import pathlib
import subprocess
import tempfile

import environment

FLOOR = "a plugin that only sees translations"
MEMORY_FLOOR = "a plugin that is told of each access, and does nothing"


@contextlib.contextmanager
def floor_plugin():
    """Its file, which is built for it."""
    with tempfile.TemporaryDirectory(prefix="hvgdb-bench-") as folder:
        plugin = pathlib.Path(folder) / "floor.so"
        subprocess.run(["g++", "-std=c++23", "-O2", "-shared", "-fPIC", "-I", str(environment.ROOT), "-o", str(plugin),
                        str(environment.ROOT / "bench/floor_plugin.cpp")], check=True)
        yield plugin


def plugin_arguments(plugin: pathlib.Path, memory: bool = False) -> tuple[str, str]:
    """QEMU's; with `memory` it is told of accesses."""
    return "-plugin", f"{plugin},memory=on" if memory else str(plugin)
