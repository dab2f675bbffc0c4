# SPDX-License-Identifier: GPL-2.0-or-later
"""monitor taint_report and taint_break: where tainted data decides, as somebody at gdb's prompt."""

import re

import symbols
from gdb_session import Gdb
from guest import Program
from taint_case import ForgetfulCase

SIZE = 8
ROUNDS = 3
PLACES = symbols.symbols("decider")
LINE = r"^ *\d+ ms \[(\w+)\] (\w+) at 0x([0-9a-f]+) (\S+): (.*)$"
ALL_LABELS = f"labels {{0..{SIZE - 1}}}"

#: What each kind has to find: the place, and why.
FOUND = {
    "branch": {("byte_branch", f"the condition depends on label {{{number}}}") for number in range(SIZE)},
    "jump": {(place, f"the target depends on {ALL_LABELS}") for place in ("register_call", "memory_call", "return_to")},
    "syscall": {("argument_call", f"argument 2 of lseek has {ALL_LABELS}")},
}
#: What each stop's place is, in a round.
STOPS = {
    "branch": ["byte_branch"] * SIZE,
    "jump": ["register_call", "memory_call", "return_to"],
    "syscall": ["argument_call"],
}


class Sinks(ForgetfulCase):
    SMP = 1

    def held(self, rounds: int, *lines: str) -> tuple[Gdb, Program]:
        """The inferior is a decider that is about to decide, with labels 0 to 7 on its secret."""
        return self.attached_held(f"decider 1 {rounds}", f"monitor taint *{PLACES['secret']:#x}:{SIZE} positional",
                                  *lines)

    def found(self, text: str, pid: int) -> dict[str, list[tuple[str, str]]]:
        """By kind: the places in the program, and why. Nobody else is told of."""
        names = {PLACES[place]: place for places in FOUND.values() for place, _ in places}
        found: dict[str, list[tuple[str, str]]] = {}
        for who, kind, address, code, why in re.findall(LINE, text, re.MULTILINE):
            self.assertEqual(who, str(pid), text)
            self.assertRegex(code, r"^/bin/decider\+0x")
            found.setdefault(kind, []).append((names.get(int(address, 16), address), why))
        return found

    def assert_output(self, program: Program, rounds: int) -> None:
        self.assert_ends_with(program, sum=rounds * 2 * (SIZE + 4))

    def test_reports(self) -> None:
        """Each place is told once, however often it comes; what is the same without labels, or of another process, is
        not."""
        other = self.labelled(ROUNDS)
        gdb, program = self.held(ROUNDS)
        pid = program.values()["pid"]
        for kind in FOUND:
            self.assertRegex(gdb.cmd(f"monitor taint_report {kind}"), rf"(?m) {pid}  taint_report {kind}$")
        self.guest.release(other)
        text = gdb.cont()
        self.assertIn("exited normally", text)
        self.assertEqual({kind: sorted(places) for kind, places in self.found(text, pid).items()},
                         {kind: sorted(places) for kind, places in FOUND.items()}, text)
        listed = gdb.cmd("monitor taint_sinks")
        for number, (kind, places) in enumerate(FOUND.items(), 1):
            self.assertRegex(listed, rf"(?m)^ +{number} +{len(places) * ROUNDS} +(gone|{pid})  taint_report {kind}$")
            lines = gdb.cmd(f"monitor taint_sinks {number}")
            self.assertEqual(len(re.findall(rf"(?m)^{ROUNDS} +\[{pid}\] {kind} at ", lines)), len(places), lines)
        self.assertEqual(gdb.cmd("monitor untaint_sink").strip(), "no sinks")
        gdb.close()
        self.assert_output(program, ROUNDS)
        self.assert_output(other, ROUNDS)

    def labelled(self, rounds: int) -> Program:
        """Another decider, with labels on its secret and nobody who looks at it."""
        other = self.guest.hold(f"decider 1 {rounds}")
        gdb = self.attached(other)
        gdb.cmd(f"monitor taint *{PLACES['secret']:#x}:{SIZE} positional 100")
        gdb.close()
        return other

    def test_stops_before_the_instruction(self) -> None:
        for kind, places in STOPS.items():
            with self.subTest(kind=kind):
                self.stop_at_each(kind, places)

    def stop_at_each(self, kind: str, places: list[str]) -> None:
        rounds = 2
        gdb, program = self.held(rounds, f"monitor taint_break {kind}")
        whys = [why for _, why in sorted(FOUND[kind])]
        with gdb:
            for number, place in enumerate(places * rounds):
                text = gdb.cont()
                self.assertIn(f"taint_break {kind}: {whys[number % len(places)]}", text)
                self.assertIn("SIGTRAP", text)
                self.assertEqual(gdb.value("$pc"), PLACES[place], text)
            self.assertIn("exited normally", gdb.cont())
        self.assert_output(program, rounds)

    def test_stops_after_a_store(self) -> None:
        """Of the bytes with labels only, before anything else is done."""
        gdb, program = self.held(1, f"monitor taint_break *{PLACES['collected']:#x}:{2 * SIZE}")
        for number in range(SIZE):
            text = gdb.cont()
            place = PLACES["collected"] + number
            self.assertIn(f"a store to {place:#x} brought label {{{number}}}", text)
            self.assertEqual(gdb.value("$pc"), PLACES["after_store"], text)
            self.assertEqual(gdb.value(f"*(unsigned char*){place:#x}"), 1)
        self.assertIn("exited normally", gdb.cont())
        gdb.close()
        self.assert_output(program, 1)

    def test_step_from_a_stop(self) -> None:
        gdb, program = self.held(1, "monitor taint_break branch")
        self.assertIn("taint_break branch", gdb.cont())
        self.assertEqual(gdb.value("$pc"), PLACES["byte_branch"])
        gdb.cmd("stepi")
        self.assertEqual(gdb.value("$pc"), PLACES["byte_branch"] + 2)
        self.assertIn("no sinks", gdb.cmd("monitor untaint_sink 1"))
        self.assertIn("exited normally", gdb.cont())
        gdb.close()
        self.assert_output(program, 1)

    def test_whole_machine(self) -> None:
        programs = [self.labelled(1), self.labelled(1)]
        gdb = self.gdb()
        self.assertRegex(gdb.cmd("monitor taint_report jump"), r"(?m) all  taint_report jump$")
        gdb.cont_async()
        self.guest.release(*programs)
        for program in programs:
            self.assert_output(program, 1)
        text = gdb.interrupt()
        for program in programs:
            who = re.escape(str(program.values()["pid"]))
            self.assertRegex(text, rf"(?m)^ *\d+ ms \[{who}\] jump at {PLACES['register_call']:#x} /bin/decider\+0x")

    def test_sinks_end_with_the_client(self) -> None:
        gdb, program = self.held(1, "monitor taint_break branch")
        gdb.close()
        self.assert_output(program, 1)
        gdb = self.gdb()
        self.assertEqual(gdb.cmd("monitor taint_sinks").strip(), "no sinks")


class SinksOnFourVcpus(Sinks):
    """And with page-table isolation."""

    SMP = 4
    APPEND = "pti=on"
