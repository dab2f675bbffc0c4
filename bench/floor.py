# SPDX-License-Identifier: GPL-2.0-or-later
"""The floor under every plugin that wants to see translations: one that sees them and instruments nothing."""

import contextlib
import pathlib
import subprocess
import tempfile

import environment

FLOOR = "a plugin that only sees translations"


@contextlib.contextmanager
def floor_plugin():
    """Its file, which is built for it."""
    with tempfile.TemporaryDirectory(prefix="hvgdb-bench-") as folder:
        plugin = pathlib.Path(folder) / "floor.so"
        subprocess.run(["g++", "-std=c++23", "-O2", "-shared", "-fPIC", "-I", str(environment.ROOT), "-o", str(plugin),
                        str(environment.ROOT / "bench/floor_plugin.cpp")], check=True)
        yield plugin


def plugin_arguments(plugin: pathlib.Path) -> tuple[str, str]:
    """QEMU's."""
    return "-plugin", str(plugin)
