# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures hvgdb beside a bare QEMU and QEMU's own debug stub, in one run, and prints ratios."""

import argparse
import json
import pathlib
import sys

import guests  # noqa: F401 (makes the modules of tests/support known)
import environment
import events
import loop
import osi
import process
import step
import taint
import tools

PARTS = {"loop": loop.measure, "tools": tools.measure, "step": step.measure, "osi": osi.measure,
         "process": process.measure, "events": events.measure, "taint": taint.measure}
ROUNDS = {"loop": 7, "tools": 5, "step": 3, "osi": 5, "process": 3, "events": 3, "taint": 3}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("part", nargs="?", choices=[*PARTS, "all"], default="all",
                        help="loop: what breakpoints cost the code around them; tools: sha256sum, gzip and awk in the "
                             "guest; step: single steps a second; osi: finding the kernel, listing processes; "
                             "process: what debugging one process costs, how fast it is; events: what "
                             "hearing of events costs; taint: what following taint costs")
    parser.add_argument("--rounds", type=int, metavar="N",
                        help="boots of each kind (loop 7, tools 5, step 3, osi 5, process 3, events 3, taint 3)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="all samples, for other programs")
    options = parser.parse_args()
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds: at least one")
    return options


def main() -> int:
    options = arguments()
    if (why := environment.missing()) is not None:
        print(f"scripts/bench: {why}", file=sys.stderr)
        return 1
    tables = []
    for name, measure in PARTS.items():
        if options.part in (name, "all"):
            for table in measure(options.rounds or ROUNDS[name]):
                print(table.text(), flush=True)
                tables.append(table)
    if options.json:
        options.json.write_text(json.dumps([table.values() for table in tables], indent=1) + "\n")
    missed = [row for table in tables for row in table.missed()]
    print("\n".join(["goals missed:", *(f"  {row}" for row in missed)]) if missed else "all goals met")
    return 0


if __name__ == "__main__":
    sys.exit(main())
