# SPDX-License-Identifier: GPL-2.0-or-later
"""What hvgdb told in a pause, beside what the guest's /proc told around it."""

import dataclasses

from os_client import OsFailure, ask
from proc_copy import Proc
from rsp_client import MACHINE_PID, RspClient
from zoo import Zoo

SYMBOLS_A_LINE = 7  # a symbol has at most 511 bytes, a line 4096
OF_PROCESS = ("threads", "mappings", "files", "executable", "cwd", "arguments", "environment", "auxv")


class Answers:
    """Everything there is to ask, asked in one pause."""

    def __init__(self, client: RspClient, zoo: Zoo):
        self.facts = ask(client, "facts")
        self.processes = {process["pid"]: process for process in ask(client, "processes")}
        self.modules = ask(client, "modules")
        # The kernel's own threads are threads of the machine, too.
        self.vcpus = sum(int(thread.rpartition(".")[2], 16) > MACHINE_PID for thread in client.threads())
        self.current = [ask(client, "current", number) for number in range(self.vcpus)]
        self._of_process = {(topic, pid): self._ask(client, topic, pid)
                            for pid in self.processes for topic in OF_PROCESS}
        tids = [thread["tid"] for pid in self.processes for thread in self.of_process("threads", pid) or []]
        self._registers = {tid: self._ask(client, "registers", tid) for tid in tids}
        values = zoo.programs["mapper"].values()
        self.hidden = ask(client, "memory", values["pid"], hex(values["hidden"]), values["hidden_length"])

    def of_process(self, topic: str, pid: int):
        """An answer, or nothing where it was an error."""
        answer = self._of_process[topic, pid]
        return None if isinstance(answer, OsFailure) else answer

    def registers(self, tid: int):
        answer = self._registers.get(tid)
        return None if isinstance(answer, OsFailure) else answer

    def thread(self, pid: int, tid: int) -> dict | None:
        return next((thread for thread in self.of_process("threads", pid) or [] if thread["tid"] == tid), None)

    def failures(self) -> list[OsFailure]:
        return [answer for answer in [*self._of_process.values(), *self._registers.values()]
                if isinstance(answer, OsFailure)]

    @staticmethod
    def _ask(client: RspClient, topic: str, number: int):
        try:
            return ask(client, topic, number)
        except OsFailure as failure:
            return failure


@dataclasses.dataclass
class Comparison:
    """Collects what differs, so that one run tells all of it."""

    name: str
    compared: int = 0
    differences: list[str] = dataclasses.field(default_factory=list)

    def equal(self, what: str, ours, theirs) -> None:
        """`theirs` is nothing where it changed in the meantime, or cannot be known."""
        if theirs is None:
            return
        self.compared += 1
        if ours != theirs:
            self.differences.append(f"{what}: {_short(ours)} instead of {_short(theirs)}")

    def holds(self, what: str, condition: bool) -> None:
        self.equal(what, condition, True)

    def verdict(self, least: int) -> None:
        """Raises unless enough was compared and nothing differs."""
        print(f"{self.name}: {self.compared} compared, {len(self.differences)} differ", flush=True)
        shown = "\n".join(self.differences[:40])
        assert not self.differences, f"{self.name}: {len(self.differences)} of {self.compared} differ:\n{shown}"
        assert self.compared >= least, f"{self.name}: only {self.compared} compared, {least} expected"


@dataclasses.dataclass(frozen=True)
class Situation:
    zoo: Zoo
    proc: Proc
    answers: Answers
    symbols: dict[str, dict | None]

    def pids(self) -> list[int]:
        """Of what was there all the time, without the one that read /proc."""
        return sorted(self.proc.steady_pids() - {self.zoo.copier})

    def user_pids(self) -> list[int]:
        return [pid for pid in self.pids() if not self.proc.is_kernel_thread(pid)]


def ask_symbols(client: RspClient, queries: list) -> list[dict | None]:
    answers = []
    for first in range(0, len(queries), SYMBOLS_A_LINE):
        answers += ask(client, "symbols", *queries[first : first + SYMBOLS_A_LINE])
    return answers


def _short(value) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]}... ({len(text)} characters)"
