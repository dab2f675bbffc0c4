# SPDX-License-Identifier: GPL-2.0-or-later
"""A demo guest under hvgdb (or under QEMU's own debug stub, or under nothing), driven through its serial console."""

import itertools
import pathlib
import re
import socket
import sys

import environment
from output import Output
from processes import Child

BOOT_SECONDS = 120
COMMAND_SECONDS = 30

#: QEMU's, not ours: while one vCPU takes a breakpoint instruction out of the kernel's code again (static keys do that),
#: another may translate the old byte and keep it. Without any plugin once in hundreds of boots; more often where
#: processors are scarce. See linux-kernel, July 2023, "qemu-x86_64 booting with 8.0.0 stil see int3".
TORN_CODE = r"int3: 0000 \[#1\]"


class Program:
    """A program that runs in the guest's background. Its output goes to a file there, its end shows on the console."""

    def __init__(self, guest: "Guest", number: int, command: str):
        self.command = command
        self._guest = guest
        self._file = f"/tmp/out.{number}"
        self._end = rf"<ended {number}:(\d+)>"
        self._since = guest.console.position()
        self._values: dict[str, int] = {}

    def script(self) -> str:
        """The shell command that starts it."""
        number = self._file.rpartition(".")[2]
        return f"{{ ({self.command} >{self._file} 2>&1; echo '<''ended {number}:'$?'>') & }}"

    def values(self) -> dict[str, int]:
        """The name=number pairs of its first line, which is waited for. The guest must run, unless they are known."""
        if not self._values:
            line = self._guest.run(f"until [ -s {self._file} ]; do usleep 20000; done; head -n 1 {self._file}")
            self._values = values_of(line)
        return self._values

    def output(self) -> str:
        """All it has written so far. The guest must run."""
        return self._guest.run(f"cat {self._file}")

    def last_values(self) -> dict[str, int]:
        """The name=number pairs of its last line. The guest must run."""
        return values_of(self.output().splitlines()[-1])

    def has_ended(self) -> bool:
        return self._guest.console.has(self._end, self._since)

    def wait(self, limit: float = COMMAND_SECONDS) -> None:
        """Until it ends. The guest must run."""
        self._guest.wait_until_shown(self._end, self._since, limit)

    def status(self, limit: float = COMMAND_SECONDS) -> int:
        """What it ended with, as the guest's shell tells it: 128 + N when signal N killed it. Waits for the end."""
        self.wait(limit)
        return int(self._guest.console.find(self._end, self._since).group(1))


class Guest:
    """One QEMU. Use it in a with statement, or call close()."""

    def __init__(self, smp: int = 1, append: str = "", server: str = "hvgdb", qemu_args: tuple[str, ...] = (),
                 memory: str = "512M", kernel: pathlib.Path = environment.KERNEL,
                 initramfs: pathlib.Path = environment.INITRAMFS, os_cache: str = "off",
                 hvgdb_args: tuple[str, ...] = (), held: bool = False):
        """`server`: "hvgdb", "qemu" (its own stub) or "none". `os_cache`: as --os-cache of hvgdb; `hvgdb_args`: further
        arguments of its. `held`: hvgdb holds it before it is ready; wait_until_ready() is left to the test."""
        self._files = ["-kernel", str(kernel), "-initrd", str(initramfs)]
        self._hvgdb_args = ["--os-cache", os_cache, *hvgdb_args]
        self._size = ["-m", memory, "-smp", str(smp)]
        self.endpoint: tuple[str, int] | None = None
        self._numbers = itertools.count(1)
        for last in (False, True):
            try:
                self._boot(append, server, qemu_args, held)
                return
            except AssertionError as error:
                self.close()
                if last or not self.console.has(TORN_CODE):
                    raise AssertionError(f"the guest does not boot: {error}\nmessages:\n{self.log.tail()}") from error
                print("the guest's kernel met code that QEMU had torn; it is booted once more", file=sys.stderr)

    def _boot(self, append: str, server: str, qemu_args: tuple[str, ...], held: bool) -> None:
        self._child = Child(self._command(append, server, qemu_args), merge_errors=False)
        self.console = Output(self._child.stdout, "guest console")
        self.log = Output(self._child.stderr, "hvgdb's messages")
        if server == "hvgdb":
            port = self.log.wait_for(r"hvgdb: listening on 127\.0\.0\.1:(\d+)\s", BOOT_SECONDS).group(1)
            self.endpoint = ("127.0.0.1", int(port))
        if not held:
            self.wait_until_ready()

    def __enter__(self) -> "Guest":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _command(self, append: str, server: str, qemu_args: tuple[str, ...]) -> list[str]:
        command = [str(environment.QEMU), "-machine", "q35", "-accel", "tcg", *self._size, *self._files]
        command += ["-append", f"console=ttyS0 quiet {append}".strip(), "-nodefaults", "-display", "none"]
        command += ["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console", "-no-reboot", *qemu_args]
        if server == "hvgdb":
            return [str(environment.LAUNCHER), "--listen", "127.0.0.1:0", *self._hvgdb_args, "--", *command]
        if server == "qemu":
            self.endpoint = ("127.0.0.1", free_port())
            command += ["-gdb", f"tcp:127.0.0.1:{self.endpoint[1]}"]
        return command

    def wait_until_ready(self) -> None:
        """Until its shell takes commands."""
        found = self.console.wait_for("hvgdb guest ready|end Kernel panic", BOOT_SECONDS).group()
        if found != "hvgdb guest ready":
            raise AssertionError(f"the kernel panicked:\n{self.console.tail()}")
        self.run("true", BOOT_SECONDS)

    def process_endpoint(self, process: str) -> tuple[str, int]:
        """Where --endpoint PROCESS=127.0.0.1:0 listens."""
        listening = self.log.wait_for(rf"listening on 127\.0\.0\.1:(\d+) for process {re.escape(process)} alone",
                                      BOOT_SECONDS)
        return ("127.0.0.1", int(listening.group(1)))

    def type(self, text: str) -> None:
        """Types a line on the console. Works while the guest stands still too: it reads it later."""
        self._child.write(text.encode() + b"\n")

    def wait_for(self, pattern: str, limit: float = COMMAND_SECONDS) -> re.Match:
        return self.console.wait_for(pattern, limit)

    def wait_until_shown(self, pattern: str, since: int, limit: float) -> None:
        """Like wait_for(), but counts what was written since that position."""
        if not self.console.has(pattern, since):
            self.console.wait_for(pattern, limit)

    def run(self, command: str, limit: float = COMMAND_SECONDS, may_fail: bool = False) -> str:
        """What a shell command prints; not that a program in the background ended meanwhile. The guest must run."""
        number = next(self._numbers)
        # Quoted in two parts, so that the echo of what is typed is not taken for the marks.
        self.type(f"echo '<''run {number}>'; {command}; echo '<''done {number}:'$?'>'")
        self.console.wait_for(rf"<run {number}>\n", limit)
        text = self.console.take_until(rf"<done {number}:(?=\d+>)", limit)
        status = int(self.console.wait_for(r"(\d+)>", limit).group(1))
        if status != 0 and not may_fail:
            raise AssertionError(f"in the guest, {command!r} ended with {status}:\n{text}")
        return re.sub(r"<ended \d+:\d+>\r?\n", "", text)

    def start(self, command: str) -> Program:
        """Starts a program in the background."""
        program = self.launch(command)
        self.run("true")
        return program

    def launch(self, command: str) -> Program:
        """The same, but only types it: the guest may stand still now."""
        program = Program(self, next(self._numbers), command)
        self.type(program.script())
        return program

    def hold(self, command: str) -> Program:
        """Starts a program which is stopped (SIGSTOP) once it has written its first line; release() lets it go on."""
        program = self.start(command)
        self.run(f"kill -STOP {program.values()['pid']}")
        return program

    def release(self, *programs: Program) -> None:
        """Types what lets held programs go on, but does not wait: the guest may stand still now."""
        self.type("kill -CONT " + " ".join(str(program.values()["pid"]) for program in programs))

    def kernel_symbol(self, name: str) -> int:
        """From the guest's own /proc/kallsyms, as the kernel's place is random."""
        return int(self.run(f"grep ' {name}$' /proc/kallsyms").split()[0], 16)

    def uptime(self) -> float:
        """The guest's own monotonic clock, in seconds."""
        # A program that ends just now may write a line of its own between.
        return float(re.search(r"^(\d+\.\d+) \d", self.run("cat /proc/uptime"), re.MULTILINE).group(1))

    def alive(self) -> bool:
        return self._child.alive()

    def wait_end(self, limit: float) -> int:
        """QEMU's (the launcher's) exit code."""
        return self._child.wait(limit)

    def close(self) -> None:
        self._child.end()
        self.console.close()
        self.log.close()


def values_of(line: str) -> dict[str, int]:
    """The name=number pairs in a line."""
    return {name: int(number, 0) for name, number in re.findall(r"(\w+)=(0x[0-9a-f]+|\d+)", line)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
