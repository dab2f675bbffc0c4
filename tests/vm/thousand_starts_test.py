# SPDX-License-Identifier: GPL-2.0-or-later
"""A loop that starts a thousand programs of all kinds on four vCPUs: each is held before its first instruction."""

import collections
import dataclasses
import re

import environment
import symbols
from guest import values_of
from process_case import AT_BASE, AT_ENTRY, ProcessCase
from rsp_client import RspClient

STARTS = 1_000
KINDS = ("fixed", "pie", "dynamic", "fixed_dynamic", "script", "compat", "namespaces", "thread")
NAME = "started"  # what all the programs are called
HELD = re.compile(r"process (\d+) \(started\) has started and is held at 0x([0-9a-f]+)")
REGISTERS = ("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", *(f"r{number}" for number in range(8, 16)), "rip")
COMPAT_REGISTERS = ("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip")
RESULTS = ("rax", "eax")  # execve has not returned yet
FIXED_ENTRY = symbols.symbols("exits")["_start"]


@dataclasses.dataclass(frozen=True)
class Start:
    pid: int
    compat: bool
    pc: int
    arguments: int  # argc, which the stack pointer points to before the first instruction
    dirty: tuple[str, ...]  # registers that are not zero, but for that of the system call's result
    entry: int
    interpreter: int

    def untouched(self) -> bool:
        """As the kernel leaves it: nothing has run that would have changed a register."""
        return not self.dirty and self.arguments > 0 and (self.interpreter != 0 or self.pc == self.entry)


class ThousandStarts(ProcessCase):
    SMP = 4
    INITRAMFS = environment.DYNAMIC_INITRAMFS

    def test_all_kinds(self) -> None:
        program = self.guest.hold(f"starts {STARTS} 1")
        client = self.rsp_extended()
        parent = client.attach(program.values()["pid"])
        self.guest.release(program)
        starts = self.hold_all(client, parent.thread.partition(".")[0])
        client.close()
        program.wait(60)
        lines = program.output().splitlines()
        self.assertEqual(values_of(lines[-1]), {"count": STARTS, "wrong": 0})
        told = [(values_of(line)["pid"], line.partition("kind=")[2]) for line in lines if line.startswith("start=")]
        self.assertEqual([start.pid for start in starts], [pid for pid, _ in told])
        self.check(starts, [kind for _, kind in told])

    def hold_all(self, client: RspClient, parent: str) -> list[Start]:
        """Each is let go as soon as it was looked at; then the next one is waited for, before the guest runs on."""
        starts: list[Start] = []
        self.order(client)
        while (held := self.next_held(client, parent)) is not None:
            starts.append(self.look_at(client, *held))
            self.order(client)
            client.demand(f"D;{held[0]:x}")
        return starts

    def order(self, client: RspClient) -> None:
        answer = client.monitor(f"wait {NAME} start")
        self.assertIn("waiting for started", answer)

    def next_held(self, client: RspClient, parent: str) -> tuple[int, int] | None:
        """Process and program counter; nothing when the loop has ended."""
        client.send(f"vCont;c:{parent}.-1")
        text = ""
        while (reply := client.receive(30)) is not None and reply.startswith("O"):
            text += bytes.fromhex(reply[1:]).decode()
        self.assertIsNotNone(reply, "neither a start nor the end of the loop")
        if reply.startswith("W"):
            return None
        found = HELD.search(text)
        self.assertTrue(found, f"{reply}: {text}")
        return int(found[1]), int(found[2], 16)

    def look_at(self, client: RspClient, pid: int, pc: int) -> Start:
        thread = client.attach(pid).thread
        client.select(thread)
        data = bytes.fromhex(client.ask("g").replace("x", "0"))
        compat = len(data) < 500  # an i386 process has fewer registers
        size, names = (4, COMPAT_REGISTERS) if compat else (8, REGISTERS)
        values = {name: int.from_bytes(data[size * index : size * (index + 1)], "little")
                  for index, name in enumerate(names)}
        self.assertEqual(values.pop(names[-1]), pc)
        stack = client.read_memory(values.pop("esp" if compat else "rsp"), size, thread)
        auxiliary = self.auxiliary_vector(client, size)
        dirty = tuple(name for name, value in values.items() if value != 0 and name not in RESULTS)
        return Start(pid, compat, pc, int.from_bytes(stack, "little"), dirty, auxiliary[AT_ENTRY],
                     auxiliary.get(AT_BASE, 0))

    @staticmethod
    def auxiliary_vector(client: RspClient, size: int) -> dict[int, int]:
        reply = client.ask("qXfer:auxv:read::0,1000")
        data = reply[1:].encode("latin-1")
        words = [int.from_bytes(data[at : at + size], "little") for at in range(0, len(data) - size + 1, size)]
        return dict(zip(words[::2], words[1::2]))

    def check(self, starts: list[Start], kinds: list[str]) -> None:
        self.assertEqual([start for start in starts if not start.untouched()], [])
        by_kind = collections.defaultdict(list)
        for start, kind in zip(starts, kinds):
            by_kind[kind].append(start)
        each = STARTS // len(KINDS)
        self.assertEqual({kind: len(some) for kind, some in by_kind.items()}, dict.fromkeys(KINDS, each))
        for kind, some in by_kind.items():
            self.assertEqual({start.compat for start in some}, {kind == "compat"}, kind)
        for kind in ("fixed", "namespaces", "thread"):
            self.assertEqual({start.pc for start in by_kind[kind]}, {FIXED_ENTRY}, kind)
        for kind in ("dynamic", "fixed_dynamic"):  # the dynamic linker's own entry point
            self.assertTrue(all(start.interpreter and start.pc != start.entry for start in by_kind[kind]), kind)
            self.assertEqual(len({start.pc - start.interpreter for start in by_kind[kind]}), 1, kind)
