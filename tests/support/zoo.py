# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest full of processes that are hard to describe."""

import dataclasses
import pathlib
import tempfile

import environment
from guest import Guest, Program, values_of
from proc_copy import Copy, Proc, parse_copies

COPY_SECONDS = 120


@dataclasses.dataclass(frozen=True)
class Configuration:
    """How a guest is booted."""

    kernel: str
    smp: int = 1
    pti: bool = True
    cpu: str = ""
    memory: str = "512M"

    def name(self) -> str:
        return "_".join([self.kernel, f"smp{self.smp}", "pti" if self.pti else "nopti", self.cpu or "default",
                         self.memory])

    def missing(self) -> str | None:
        folder = environment.KERNELS / self.kernel
        return None if (folder / "version").exists() else f"no kernel {self.kernel}: run scripts/setup --all-kernels"


class Zoo(Guest):
    """It boots, loads some modules and starts the programs; programs[] has them by name."""

    def __init__(self, configuration: Configuration, os_cache: str = "off"):
        self._folder = tempfile.TemporaryDirectory(prefix="hvgdb-zoo-")
        self._copies = pathlib.Path(self._folder.name) / "copies"
        kernel = environment.KERNELS / configuration.kernel
        initramfs = pathlib.Path(self._folder.name) / "initramfs"
        initramfs.write_bytes(environment.INITRAMFS.read_bytes() + (kernel / "modules.gz").read_bytes())
        arguments = ("-chardev", f"file,id=copies,path={self._copies}", "-serial", "chardev:copies")
        if configuration.cpu:
            arguments += ("-cpu", configuration.cpu)
        super().__init__(configuration.smp, "pti=on" if configuration.pti else "nopti", qemu_args=arguments,
                         memory=configuration.memory, kernel=kernel / "vmlinuz", initramfs=initramfs,
                         os_cache=os_cache)
        self.run("cd /lib/modules; for name in $(cat order); do insmod $name.ko; done; cd")
        self.has_la57 = "la57" in self.run("grep -m 1 ^flags /proc/cpuinfo").split()  # page tables of five levels
        self.programs: dict[str, Program] = {}
        for command in ("blocked", "mapper", "opener", "oddity all", "compat", f"spinning {configuration.smp + 1}"):
            self.programs[command.split()[0]] = self.start(command)
        for program in self.programs.values():
            program.values()
        self.run("sleep 1")  # each goes to where it stays
        self._outputs = {name: program.output().splitlines() for name, program in self.programs.items()}
        self.copier = 0

    def close(self) -> None:
        super().close()
        self._folder.cleanup()

    def thread_values(self, name: str) -> list[dict[str, int]]:
        """What a program printed about its threads, behind its first line."""
        return [values_of(line) for line in self._outputs[name][1:]]

    def copy_proc(self) -> None:
        """The first copy of the guest's /proc. The console is not for shell commands from now on."""
        self.type("proc_copy /dev/ttyS1")
        self.copier = int(self.wait_for(r"copied 1 pid=(\d+)\n", COPY_SECONDS).group(1))

    def symbol_sample(self) -> bytes:
        """Of the first copy."""
        return self._read_copies(1)[0].get("kallsyms")

    def copy_proc_again(self) -> Proc:
        self.type("")
        self.wait_for("copied 2 .*\n", COPY_SECONDS)
        return Proc(*self._read_copies(2))

    def _read_copies(self, count: int) -> list[Copy]:
        copies = parse_copies(self._copies.read_bytes())
        assert len(copies) == count, f"{len(copies)} copies of /proc arrived instead of {count}"
        return copies
