# SPDX-License-Identifier: GPL-2.0-or-later
"""What tests share that label a program's bytes and look where the labels are once it has done its work."""

import re
import time

import symbols
from guest import Program
from process_case import ProcessCase
from rsp_client import RspClient

SIZE = 16
SAME = [{number} for number in range(SIZE)]
CLEAN = [set() for _ in range(SIZE)]
SECONDS = 30

Labels = list[set[int]]


def labels_in(text: str, start: int, size: int = SIZE) -> Labels:
    """What get_taint tells of `size` bytes at `start`."""
    labels: Labels = [set() for _ in range(size)]
    if " not tainted." in text:
        return labels
    whole = re.match(r"Memory locations? \S+ (?:to \S+ are|is) tainted with labels? (.*)\.$", text, re.DOTALL)
    runs = [(start, start + size - 1, whole.group(1))] if whole else \
        [(int(first, 16), int(last or first, 16), words)
         for first, last, words in re.findall(r"^(0x[0-9a-f]+)(?:\.\.(0x[0-9a-f]+))?: (.*)$", text, re.MULTILINE)]
    assert runs, text
    for first, last, words in runs:
        for address in range(first, last + 1):
            labels[address - start] = numbers_in(words)
    return labels


def numbers_in(words: str) -> set[int]:
    """"3, 7..9" """
    numbers: set[int] = set()
    for word in words.replace("\n", " ").split(","):
        first, _, last = word.strip().partition("..")
        numbers |= set(range(int(first), int(last or first) + 1))
    return numbers


class ForgetfulCase(ProcessCase):
    """No label of a test outlives it."""

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(self.forget)

    def forget(self) -> None:
        with RspClient(self.guest.endpoint) as client:
            client.monitor("untaint all")
            client.leave()


class TaintCase(ForgetfulCase):
    """PROGRAM stops itself when its argument is 1, works with the SIZE bytes of `secret` when it goes on, and ends its
    output with the lines DONE. Then it stays."""

    SMP = 1
    PROGRAM: str
    DONE: set[str]

    def forget(self) -> None:
        with RspClient(self.guest.endpoint) as client:
            client.monitor("taint_policy loads off conditions off")
            client.leave()
        super().forget()
        self.guest.run(f"killall -q -KILL {self.PROGRAM}", may_fail=True)

    def place(self, symbol: str) -> int:
        return symbols.symbols(self.PROGRAM)[symbol]

    def taint_held(self, *lines: str) -> tuple[Program, RspClient]:
        """The program is about to do its work with labels 0 to 15 on its secret, after these commands, and is the
        client's inferior."""
        program = self.guest.hold(f"{self.PROGRAM} 1")
        client = self.rsp_extended()
        client.attach(program.values()["pid"])
        for line in (*lines, f"taint *{self.place('secret'):#x}:{SIZE} positional"):
            reply = client.monitor(line)
            self.assertNotIn("^", reply, reply)
        return program, client

    def run_tainted(self, *lines: str) -> tuple[Program, RspClient]:
        """The same, after its work."""
        program, client = self.taint_held(*lines)
        client.leave()
        self.guest.release(program)
        deadline = time.monotonic() + SECONDS
        while not self.DONE <= set(program.output().splitlines()):
            self.assertLess(time.monotonic(), deadline, program.output())
        client = self.rsp_extended()
        client.attach(program.values()["pid"])
        return program, client

    @staticmethod
    def labels(client: RspClient, place: int, size: int = SIZE) -> Labels:
        return labels_in(client.monitor(f"get_taint *{place:#x}:{size}"), place, size)
