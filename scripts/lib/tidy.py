# SPDX-License-Identifier: GPL-2.0-or-later
"""clang-tidy over the product's own sources.

Most of clang-tidy's time goes into the library headers that a file includes. So the files of a folder are looked at in
groups, each included by one file; those that cannot live in one file, because two name something alike, are split up.
"""
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "tidy"
GROUPS = BUILD / "groups"
LARGEST = 10
HEADERS = r"/(emulator|osi|monitor|gdbserver|launcher|plugin)/.*\.(hpp|cpp)$"


def commands():
    """The compiler's arguments for each of our files, without the file and what becomes of it."""
    entries = {}
    for entry in json.loads((BUILD / "compile_commands.json").read_text(encoding="utf-8")):
        words = shlex.split(entry["command"])
        words = words[words.index(next(word for word in words if "clang++" in word)):]
        end = words.index("-o")
        entries[pathlib.Path(entry["file"])] = words[1:end]
    return entries


def groups(files, arguments):
    """Files of one folder that are compiled alike, at most LARGEST at a time."""
    alike = {}
    for file in files:
        alike.setdefault((file.parent, tuple(arguments[file])), []).append(file)
    for (_, words), members in alike.items():
        number = -(-len(members) // LARGEST)
        for start in range(number):
            yield list(words), members[start::number]


def write_group(members):
    if len(members) == 1:
        return members[0]
    name = "-".join([members[0].parent.relative_to(ROOT).as_posix().replace("/", "-"), members[0].stem, members[-1].stem])
    file = GROUPS / f"{name}.cpp"
    file.write_text("".join(f'#include "{member}"\n' for member in members), encoding="utf-8")
    return file


def compiles(file, words):
    done = subprocess.run(["clang++-19", *words, "-w", "-fsyntax-only", file], capture_output=True, check=False)
    return done.returncode == 0


def check(words, members):
    """The findings in a group, as text, and whether there were none."""
    file = write_group(members)
    if len(members) > 1 and not compiles(file, words):
        middle = len(members) // 2
        first, second = check(words, members[:middle]), check(words, members[middle:])
        return first[0] + second[0], first[1] and second[1]
    done = subprocess.run(
        ["clang-tidy-19", "--quiet", f"--config-file={ROOT / '.clang-tidy'}", f"--header-filter={HEADERS}",
         "--checks=-bugprone-suspicious-include", file, "--", *words],
        capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return "", True
    return done.stdout + done.stderr, False


def main():
    arguments = commands()
    wanted = [pathlib.Path(os.path.abspath(file)) for file in sys.argv[1:]] or [
        file for file in arguments if not file.relative_to(ROOT).parts[0] in ("tests", "bench", "libraries", "build")]
    GROUPS.mkdir(exist_ok=True)
    work = list(groups(sorted(wanted), arguments))
    clean = True
    jobs = int(os.environ.get("HVGDB_JOBS", os.cpu_count()))
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        started = time.monotonic()
        running = [pool.submit(check, words, members) for words, members in work]
        for done, group in enumerate(concurrent.futures.as_completed(running), 1):
            text, fine = group.result()
            clean = clean and fine
            print(text, end="")
            print(f"[{done}/{len(work)}] {time.monotonic() - started:.0f} s", flush=True)
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
