# SPDX-License-Identifier: GPL-2.0-or-later
"""Single steps of one thread while a noisy neighbour keeps four vCPUs busy: none is lost, none is of somebody else, and
none ends in the kernel."""

import collections

import symbols
from process_case import ProcessCase

STEPS = 10_000
BASE = symbols.symbols("getpid_loop")["ask_again"]
PROGRAM_ROUNDS = 1_000_000


def loop() -> list[int]:
    """The addresses of the loop's instructions, in the order in which they run."""
    listing = symbols.listing("getpid_loop", "ask_again")
    start = symbols.symbols("getpid_loop")["ask_loop"] - BASE
    jump = next(i for i, (_, text) in enumerate(listing) if text.startswith("jne"))
    return [BASE + offset for offset, _ in listing[: jump + 1] if offset >= start]


class Steps(ProcessCase):
    SMP = 4

    def setUp(self) -> None:
        super().setUp()
        self.guest.start("neighbour 8").values()
        self.loop = loop()

    def stopped_in_the_loop(self):
        self.program = self.guest.hold(f"getpid_loop {PROGRAM_ROUNDS} 1")
        client = self.rsp_extended()
        client.attach(self.program.values()["pid"])
        client.insert(self.loop[0])
        self.guest.release(self.program)
        stop = client.go_to_stop()
        self.assertTrue(stop.at_breakpoint, stop.text)
        self.assertEqual(client.pc(stop.thread), self.loop[0])
        client.remove(self.loop[0])
        return client, stop.thread

    def check_program(self, client) -> None:
        self.let_end(client, self.program)
        self.assert_ends_with(self.program, rounds=PROGRAM_ROUNDS, wrong=0)

    def follow(self, step, client, thread: str, count: int) -> collections.Counter:
        """That many steps; on which vCPUs they ended."""
        cores: collections.Counter = collections.Counter()
        for number in range(1, count + 1):
            stop = step(thread)
            self.assertEqual((stop.signal, stop.thread), (5, thread), f"step {number}: {stop.text}")
            pc = client.pc_of(stop)
            self.assertEqual(pc, self.loop[number % len(self.loop)], f"step {number} ended at {pc:#x}: {stop.text}")
            cores[stop.fields.get("core")] += 1
        return cores

    def test_ten_thousand_steps(self) -> None:
        client, thread = self.stopped_in_the_loop()
        self.follow(client.step_among_others, client, thread, STEPS)
        rounds = client.read_word(self.program.values()["rounds"], thread)
        self.assertEqual(rounds, STEPS // len(self.loop))
        self.check_program(client)

    def test_steps_alone(self) -> None:
        """As with scheduler-locking: only this thread is named."""
        client, thread = self.stopped_in_the_loop()
        self.follow(client.step, client, thread, STEPS // 10)
        self.check_program(client)

    def test_steps_with_a_breakpoint_in_each_place(self) -> None:
        """A step that ends at a breakpoint is told once, and the next one goes on from there."""
        client, thread = self.stopped_in_the_loop()
        for address in self.loop:
            client.insert(address)
        self.follow(client.step_among_others, client, thread, STEPS // 10)
        for address in self.loop:
            client.remove(address)
        self.check_program(client)

    def test_a_step_through_a_sleep(self) -> None:
        """One step over a system call that takes its time, in which all others run."""
        program = self.guest.start("waker 2")
        slept = symbols.symbols("waker")["slept"]
        client = self.rsp_extended()
        stop = client.attach(program.values()["pid"])
        self.assertEqual(client.pc(stop.thread), slept)
        stop = client.step_among_others(stop.thread)
        listing = [offset for offset, _ in symbols.listing("waker", "sleep_with")]
        base = symbols.symbols("waker")["sleep_with"]
        after = base + listing[listing.index(slept - base) + 1]
        self.assertEqual(client.pc_of(stop), after)
        self.let_end(client, program)
        self.assert_ends_with(program, rax=0, rbx=0xB0B)
