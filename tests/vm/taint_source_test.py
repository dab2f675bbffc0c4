# SPDX-License-Identifier: GPL-2.0-or-later
"""Labels for what a program reads and for its arguments, and the report of what it writes: byte by byte."""

import re
import time

import symbols
from guest import Program
from rsp_client import RspClient
from taint_case import CLEAN, SIZE, ForgetfulCase, labels_in

SECONDS = 30
PAGE = 4096
PLACES = symbols.symbols("taint_reader")
ACROSS = PLACES["pages"] + PAGE - SIZE // 2
FILE = "/tmp/letters"
LINE = re.compile(r"^ *\d+ ms \[(\d+)\.\d+\] taint_reader: (\w+) to (\d+) \((.*?)\) of (.*)$", re.MULTILINE)


def numbered(first: int, size: int = SIZE) -> list[set[int]]:
    return [{first + i} for i in range(size)]


#: What each place of the program carries when the bytes of the file are numbered.
BY_FILE = {
    "by_read": numbered(0),
    "by_copy": numbered(0),
    "by_readv": numbered(16),
    "by_pread": numbered(40),
    "by_preadv": numbered(1),
    "by_int80": numbered(32),
    "by_pipe": CLEAN,
    "by_socket": CLEAN,
    "by_argument": CLEAN,
    "clean": CLEAN,
}


class Sources(ForgetfulCase):
    SMP = 1

    def setUp(self) -> None:
        super().setUp()
        self.guest.run(f"head -c 64 /dev/zero | tr '\\0' 'x' > {FILE}; rm -f {FILE}.out")

    def forget(self) -> None:
        self.guest.run("killall -q -KILL taint_reader", may_fail=True)
        super().forget()

    def armed(self, *lines: str, argument: str = FILE) -> tuple[Program, RspClient]:
        """A program that has not read yet is the client's inferior, and the client has given these commands."""
        program = self.guest.hold(f"taint_reader {argument} 1")
        client = self.rsp_extended()
        client.attach(program.values()["pid"])
        self.command(client, *lines)
        return program, client

    def command(self, client: RspClient, *lines: str) -> str:
        """The last one's answer."""
        reply = ""
        for line in lines:
            reply = client.monitor(line)
            self.assertNotRegex(reply, r"\^|^taint_\w+: |^untaint_\w+: ", line)
        return reply

    def run_on(self, client: RspClient, *programs: Program) -> str:
        """Until they have done their work; what the console showed meanwhile."""
        shown = ""
        client.go()
        self.guest.release(*programs)
        deadline = time.monotonic() + SECONDS
        while not all("taint_reader done" in program.output() for program in programs):
            shown += self.console_text(client, 0.05)
            self.assertLess(time.monotonic(), deadline, [program.output() for program in programs])
        client.send_raw(b"\x03")
        while (text := self.console_text(client, SECONDS)):
            shown += text
        return shown

    def console_text(self, client: RspClient, limit: float) -> str:
        """Nothing: the guest has stopped, or nothing came in time."""
        reply = client.receive(limit) or ""
        self.assertIn(reply[:1], ("", "O", "T"), reply)
        return bytes.fromhex(reply[1:]).decode() if reply.startswith("O") else ""

    def labels(self, client: RspClient, place: int) -> list[set[int]]:
        return labels_in(client.monitor(f"get_taint *{place:#x}:{SIZE}"), place)

    def assert_places(self, client: RspClient, wanted: dict[str, list[set[int]]]) -> None:
        for name, labels in wanted.items():
            with self.subTest(place=name):
                self.assertEqual(self.labels(client, PLACES[name]), labels)

    def test_file(self) -> None:
        """By its offset in the file, whichever call reads it; and the copy of what was read."""
        program, client = self.armed(f"taint_file {FILE} positional")
        self.run_on(client, program)
        self.assert_places(client, BY_FILE)
        self.assertEqual(self.labels(client, ACROSS), numbered(48))
        self.assertRegex(client.monitor("taint_sources"),
                         rf"\n +1 +6 +96 +0  {FILE} in {program.values()['pid']}: labels from 0 on\n$")

    def test_file_by_the_end_of_its_path_and_one_label(self) -> None:
        program, client = self.armed("taint_file letters any 7")
        self.run_on(client, program)
        self.assert_places(client, {"by_read": [{7}] * SIZE, "by_pread": [{7}] * SIZE, "by_pipe": CLEAN})

    def test_only_the_process_that_is_meant(self) -> None:
        other = self.guest.hold(f"taint_reader {FILE} 1")
        program, client = self.armed(f"taint_file {FILE} positional 100")
        self.run_on(client, program, other)
        self.assert_places(client, {"by_read": numbered(100), "by_copy": numbered(100)})
        client.leave()
        client = self.rsp_extended()
        client.attach(other.values()["pid"])
        self.assert_places(client, {name: CLEAN for name in BY_FILE})

    def test_descriptor(self) -> None:
        """A pipe, and then a socket; what is only looked at does not count."""
        program, client = self.armed("taint_fd 9 positional")
        self.run_on(client, program)
        self.assert_places(client, {"by_pipe": numbered(0), "by_read": CLEAN,
                                    "by_socket": [{16 + i} for i in range(SIZE)]})

    def test_arguments_of_a_process(self) -> None:
        program, client = self.armed("taint_argv positional")
        self.run_on(client, program)
        self.assert_places(client, {"by_read": CLEAN,
                                    "by_argument": self.second_argument(0, [set(), {26}, set(), set()])})

    def test_arguments_of_a_program_that_starts(self) -> None:
        """By its name, while nothing is attached."""
        client = self.rsp_extended()
        self.command(client, "taint_argv taint_reader positional 1000")
        program = self.guest.start(f"taint_reader {FILE}")
        deadline = time.monotonic() + SECONDS
        while "taint_reader done" not in program.output():
            self.assertLess(time.monotonic(), deadline, program.output())
        client.attach(program.values()["pid"])
        self.assert_places(client, {"by_argument": self.second_argument(1000, CLEAN[:4])})

    @staticmethod
    def second_argument(label: int, behind: list[set[int]]) -> list[set[int]]:
        """The file's path and what is behind it."""
        return numbered(label + len("taint_reader") + 1, len(FILE)) + behind

    def test_report_of_writes(self) -> None:
        program, client = self.armed(f"taint_file {FILE} positional", "taint_report write")
        pid = program.values()["pid"]
        copy = PLACES["by_copy"]
        self.assertEqual(LINE.findall(self.run_on(client, program)), [
            (str(pid), "write", "8", f"{FILE}.out", f"{copy:#x}..{copy + 15:#x}: 0..15, one each"),
            (str(pid), "writev", "8", f"{FILE}.out", f"{copy + 4:#x}..{copy + 7:#x}: 4..7, one each")])

    def test_sources_end(self) -> None:
        program, client = self.armed(f"taint_file {FILE}", "taint_fd 9", "untaint_source 1", "untaint_source")
        self.run_on(client, program)
        self.assert_places(client, {name: CLEAN for name in BY_FILE})
        self.assertEqual(client.monitor("taint_sources"), "no sources\n")

    def test_sources_end_with_the_client(self) -> None:
        program, client = self.armed(f"taint_file {FILE}")
        client.leave()
        client = self.rsp_extended()
        client.attach(program.values()["pid"])
        self.run_on(client, program)
        self.assert_places(client, {name: CLEAN for name in BY_FILE})


class SourcesOnFourVcpus(Sources):
    SMP = 4

    def test_readers_at_once(self) -> None:
        """Each of them gets the labels of its own bytes."""
        others = [self.guest.hold(f"taint_reader {FILE} 1") for _ in range(3)]
        program, client = self.armed(f"taint_file {FILE} any positional")
        self.run_on(client, program, *others)
        for each in (program, *others):
            client.leave()
            client = self.rsp_extended()
            client.attach(each.values()["pid"])
            self.assert_places(client, BY_FILE)
