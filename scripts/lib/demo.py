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
from rsp_client import MACHINE_PID  # noqa: E402

KERNEL_FUNCTION = "hrtimer_nanosleep"  # where a sleeping program comes by
CALLS = 300
PAUSE_US = 20_000
ADDED = 1000  # what the debugger adds to the program's own count
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


def connect(demo: Demo, pid: int) -> None:
    demo.heading("Connect: nothing is attached, the guest runs on")
    host, port = demo.guest.endpoint
    text = demo.type(f"target extended-remote {host}:{port}")
    demo.check("Remote debugging using" in text, "gdb is connected")
    demo.console(r"tick \d+")
    demo.console(r"tick \d+")
    text = demo.type("info os processes")
    demo.check(re.search(rf"^{pid} +root +greeter {CALLS} ", text, re.MULTILINE) is not None,
               "it sees what runs in the guest")


def attach(demo: Demo, pid: int) -> None:
    demo.heading("Attach to one of two greeters: gdb was told of no file, all symbols are from the guest")
    demo.type(f"attach {pid}")
    demo.check(demo.value("$_inferior_thread_count") == 1, "it has one thread")
    text = demo.type("info sharedlibrary")
    demo.check(re.search(r"Yes .*libgreeting\.so", text) is not None, "the symbols of its library are read")
    text = demo.type("info proc mappings")
    demo.check("/bin/greeter" in text and "[stack]" in text, "its mappings are listed")


def breakpoint_in_library(demo: Demo) -> int:
    """Returns what was counted so far."""
    demo.heading("A breakpoint in its library stops it, and not the other one")
    demo.type("break greet")
    text = demo.type("continue")
    demo.check("greet (number=" in text, "its next call stops there")
    text = demo.type("bt")
    demo.check(re.search(r"#0 .*greet.*#1 .*worker.*#2 .*main", text, re.DOTALL) is not None, "gdb shows who called")
    counted = demo.value("greetings")
    demo.type("continue")
    demo.check(demo.value("greetings") == counted + 1, "and the one after it, once counted")
    return counted + 1


def step(demo: Demo) -> None:
    demo.heading("Single steps, lines, and a function of the program called")
    text = demo.type("x/4i $pc")
    addresses = [int(address, 16) for address in re.findall(r"^[ =>]+(0x[0-9a-f]+)", text, re.MULTILINE)]
    demo.check(len(addresses) == 4 and addresses[0] == demo.value("$pc"), "four instructions, the first at $pc")
    demo.type("stepi")
    demo.check(demo.value("$pc") == addresses[1], "one instruction further")
    demo.type("finish")
    demo.check("worker" in demo.type("frame"), "back in its caller")
    demo.check_shown(demo.type("print twice(21)"), "= 42")


def variable_and_watchpoint(demo: Demo, counted: int) -> None:
    demo.heading("A variable written, and a watchpoint that sees what becomes of it")
    demo.type(f"set var greetings = greetings + {ADDED}")
    demo.type("delete")
    demo.type("watch greetings")
    text = demo.type("continue")
    demo.check_shown(text, f"Old value = {counted + 1 + ADDED}")
    demo.check_shown(text, f"New value = {counted + 2 + ADDED}")
    demo.type("delete")


def machine(demo: Demo, address: int) -> None:
    demo.heading(f"The machine is an inferior too: a breakpoint in the kernel, at {KERNEL_FUNCTION}")
    demo.type(f"attach {MACHINE_PID}")
    text = demo.type("info threads")
    demo.check(len(re.findall(r'"vCPU [01]"', text)) == 2, "each of the two vCPUs is a thread")
    demo.type(f"break *{address:#x}")
    text = demo.type("continue")
    demo.check("Breakpoint" in text, "gdb names the breakpoint")
    demo.check(demo.value("$pc") == address, "the program counter is exactly there")
    demo.check_shown(demo.type("monitor sites"), f"{address:#x}")
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
    demo.heading("Detach: it runs on")
    demo.check("detached" in demo.type("detach"), "gdb has let it go")
    demo.console(r"tick \d+")


def check_ends(demo: Demo) -> None:
    demo.heading("What the programs say")
    ends = sorted(demo.console(r"greeter done greetings=\d+") for _ in range(2))
    wanted = sorted(f"greeter done greetings={count}" for count in (CALLS, CALLS + ADDED))
    demo.check(ends == wanted, f"one greeted {CALLS} times and knows of nothing; to the other {ADDED} were added")


def session(demo: Demo) -> None:
    address = int(demo.guest.run(f"grep ' {KERNEL_FUNCTION}$' /proc/kallsyms").split()[0], 16)
    # From here on they write to the console as they like.
    demo.guest.type("ticker &")
    for _ in range(2):
        demo.guest.type(f"greeter {CALLS} {PAUSE_US} | grep greeter &")
        pid = int(demo.guest.wait_for(r"greeter ready pid=(\d+)\s", LIMIT).group(1))
    connect(demo, pid)
    attach(demo, pid)
    counted = breakpoint_in_library(demo)
    step(demo)
    variable_and_watchpoint(demo, counted)
    interrupt(demo)
    detach(demo)
    machine(demo, address)
    monitor(demo)
    detach(demo)
    check_ends(demo)


def main() -> int:
    started = time.monotonic()
    if (why := environment.missing()) is not None:
        print(f"scripts/demo: {why}", file=sys.stderr)
        return 1
    print("\n== Boot a stock Debian kernel under hvgdb, with two vCPUs", flush=True)
    with Guest(smp=2, initramfs=environment.DYNAMIC_INITRAMFS) as guest, Gdb() as gdb:
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
