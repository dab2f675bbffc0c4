# SPDX-License-Identifier: GPL-2.0-or-later
"""The session of scripts/demo: boots the demo guest under hvgdb, types commands into a real gdb, prints the transcript
and checks what each command led to. Ends with 0 only if all of it held."""

import pathlib
import re
import sys
import time
from collections.abc import Callable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/support"))

import environment  # noqa: E402
from gdb_session import Gdb  # noqa: E402
from guest import Guest  # noqa: E402

KERNEL_FUNCTION = "hrtimer_nanosleep"  # where a sleeping program comes by
CALLS = 200
PAUSE_US = 20_000
STEP = 1000  # what one call is made to count instead of 1
STILL_SECONDS = 2.5
LIMIT = 60

TAINT_ERROR = """\
Error:
    taint &0x55555555 3
          ^------ Invalid syntax, expected an address (example: *0x55555555) or a register name"""
TYPO_ERROR = """\
Error:
    gte_taint *0x55555555
    ^------ Invalid syntax, expected one of the following: "check_taint", "get_taint","""
TYPO_HINT = '"help" (did you mean "get_taint"?)'



class Demo:
    """Prints and checks. Commands of gdb's are typed once connect() has been called."""

    def __init__(self, guest: Guest, gdb: Gdb):
        self.guest = guest
        self._gdb = gdb
        self._heading = ""
        self.failures: list[str] = []

    def heading(self, text: str) -> None:
        self._heading = text
        print(f"\n== {text}", flush=True)

    def type(self, command: str, limit: float = LIMIT) -> str:
        """A command for gdb, and what it prints."""
        print(f"(gdb) {command}", flush=True)
        return self._print(self._gdb.cmd(command, limit))

    def type_and_interrupt(self, command: str, meanwhile: Callable[[], None]) -> str:
        """The same for a command that runs the machine until Ctrl-C."""
        print(f"(gdb) {command}", flush=True)
        self._gdb.cont_async()
        meanwhile()
        print("^C", flush=True)
        return self._print(self._gdb.interrupt(LIMIT))

    def value(self, expression: str) -> int:
        return self._gdb.value(expression)

    def console(self, pattern: str, limit: float = LIMIT) -> str:
        """Waits for a whole line on the guest's console, or the end of one."""
        line = self.guest.wait_for(pattern + r"\n", limit).group().strip()
        print(f"[guest's console] {line}", flush=True)
        return line

    def check(self, held: bool, claim: str) -> None:
        print(f"   {'ok' if held else 'NOT SO'}: {claim}", flush=True)
        if not held:
            self.failures.append(f"{self._heading}: {claim}")

    def check_shown(self, text: str, wanted: str) -> None:
        self.check(wanted in text, f"gdb shows \"{wanted.splitlines()[-1].strip()}\"")

    def _print(self, text: str) -> str:
        if text:
            print(text, flush=True)
        return text


def connect(demo: Demo) -> None:
    demo.heading("Connect")
    host, port = demo.guest.endpoint
    text = demo.type(f"target extended-remote {host}:{port}")
    demo.check("Remote debugging using" in text, "gdb is connected")
    text = demo.type("info threads")
    demo.check(len(re.findall(r"Thread 1\.[12] ", text)) == 2, "each of the two vCPUs is a thread")


def kernel_breakpoint(demo: Demo, address: int) -> None:
    demo.heading(f"A breakpoint in the kernel, by address ({KERNEL_FUNCTION} says the guest's /proc/kallsyms)")
    demo.type(f"break *{address:#x}")
    text = demo.type("continue")
    demo.check("Breakpoint 1" in text, "gdb names the breakpoint")
    demo.check(demo.value("$pc") == address, "the program counter is exactly there")
    demo.type("delete")


def program_breakpoint(demo: Demo) -> int:
    """Returns what was counted so far."""
    demo.heading("A breakpoint in a program of the guest, which has no idea of it")
    demo.type("break count_one")
    text = demo.type("continue")
    demo.check("count_one" in text, "the program's next call stops there")
    counted = demo.value("counter")
    demo.type("continue")
    demo.check(demo.value("counter") == counted + 1, "and the one after it, once counted")
    demo.check_shown(demo.type("monitor sites"), f"{demo.value('(unsigned long) &count_one'):#x}")
    return counted + 1


def step(demo: Demo) -> None:
    demo.heading("Code and single steps")
    text = demo.type("x/8i $pc")
    addresses = [int(address, 16) for address in re.findall(r"^[ =>]+(0x[0-9a-f]+)", text, re.MULTILINE)]
    demo.check(len(addresses) == 8 and addresses[0] == demo.value("$pc"), "eight instructions, the first at $pc")
    demo.type("stepi")
    demo.check(demo.value("$pc") == addresses[1], "one instruction further")


def registers_and_watchpoint(demo: Demo, counted: int) -> None:
    demo.heading("A register written and read back, and a watchpoint that sees what became of it")
    demo.type(f"set $rdi = {STEP}")
    demo.check_shown(demo.type("print $rdi"), f"= {STEP}")
    demo.type("delete")
    demo.type("watch counter")
    text = demo.type("continue")
    demo.check_shown(text, f"Old value = {counted}")
    demo.check_shown(text, f"New value = {counted + STEP}")
    demo.type("delete")


def monitor(demo: Demo) -> None:
    demo.heading("Commands of hvgdb itself")
    text = demo.type("monitor help")
    demo.check(all(name in text for name in ("check_taint", "proclist", "vcpus", "translate", "help")),
               "the commands are listed")
    text = unwrapped(demo.type("monitor taint &0x55555555 3"))
    demo.check(text == unwrapped(TAINT_ERROR), "the error points at the place and tells what belongs there")
    text = unwrapped(demo.type("monitor gte_taint *0x55555555"))
    demo.check(text.startswith(unwrapped(TYPO_ERROR)) and text.endswith(TYPO_HINT), "a near miss is recognised")
    text = demo.type("monitor vcpus")
    demo.check(len(re.findall(r"^[* ] [01]\b.*paused", text, re.MULTILINE)) == 2, "both vCPUs stand still")


def unwrapped(diagnostic: str) -> str:
    """Its quoted line and caret as they are, its words without their line breaks."""
    above, arrow, words = diagnostic.strip("\n").partition("^------ ")
    return above + arrow + " ".join(words.split())


def interrupt(demo: Demo) -> None:
    demo.heading("Ctrl-C")
    text = demo.type_and_interrupt("continue", lambda: demo.console(r"tick \d+"))
    demo.check("SIGINT" in text, "the machine is stopped")
    demo.guest.console.skip()
    since = demo.guest.console.position()
    time.sleep(STILL_SECONDS)
    ticked = demo.guest.console.has(r"tick", since)
    demo.check(not ticked, f"no tick in {STILL_SECONDS:g} s: time stands still in the guest")


def detach(demo: Demo) -> None:
    demo.heading("Detach: the guest runs on")
    last = re.findall(r"tick (\d+)$", demo.guest.console.text(), re.MULTILINE)[-1]
    demo.check("detached" in demo.type("detach"), "gdb has let it go")
    ticks = [int(demo.console(r"tick \d+").split()[1]) for _ in range(2)]
    demo.check(ticks == [int(last) + 1, int(last) + 2], "the ticker goes on where it stood")
    wanted = f"counter done {CALLS} counter={CALLS + STEP - 1}"
    line = demo.console(r"counter done .*")
    demo.check(line.startswith(wanted), f"the program says so too: it counted {STEP} once, else 1")


def session(demo: Demo) -> None:
    address = int(demo.guest.run(f"grep ' {KERNEL_FUNCTION}$' /proc/kallsyms").split()[0], 16)
    # From here on both write to the console as they like.
    demo.guest.type(f"ticker & counter {CALLS} {PAUSE_US} &")
    demo.console(r"counter ready .*")
    connect(demo)
    kernel_breakpoint(demo, address)
    counted = program_breakpoint(demo)
    step(demo)
    registers_and_watchpoint(demo, counted)
    monitor(demo)
    interrupt(demo)
    detach(demo)


def main() -> int:
    started = time.monotonic()
    if (why := environment.missing()) is not None:
        print(f"scripts/demo: {why}", file=sys.stderr)
        return 1
    print("\n== Boot a stock Debian kernel under hvgdb, with two vCPUs", flush=True)
    with Guest(smp=2) as guest, Gdb(environment.guest_program("counter")) as gdb:
        print(f"booted after {time.monotonic() - started:.1f} s; hvgdb listens on port {guest.endpoint[1]}", flush=True)
        demo = Demo(guest, gdb)
        try:
            session(demo)
        except AssertionError as error:
            demo.failures.append(f"the session broke off: {error}")
            demo.failures.append(f"hvgdb's last messages:\n{guest.log.tail()}")
    print(f"\n== {'All of it held' if not demo.failures else 'This did not hold'} ({time.monotonic() - started:.1f} s)")
    for failure in demo.failures:
        print(f"   {failure}")
    return 1 if demo.failures else 0


if __name__ == "__main__":
    sys.exit(main())
