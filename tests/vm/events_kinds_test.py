# SPDX-License-Identifier: GPL-2.0-or-later
"""Events of each kind, against what the guest's programs did and what they tell about it."""

import re

from event_lines import EventLines, Line
from expect import GuestCase
from guest import Program

ROUNDS = 3


class Kinds(GuestCase):
    SMP = 2

    def log(self, wish: str, command: str) -> list[Line]:
        """What is logged of these kinds, of processes that are called like the program, while it runs."""
        with self.rsp() as client:
            log = EventLines(client, f'{wish} "{command.split()[0]}"')
            self.program: Program = self.guest.launch(command)
            lines = log.collect_until(self.program.has_ended)
            client.leave()
        return lines

    def log_of(self, wish: str, *held: Program) -> list[Line]:
        """What is logged while these go on to their ends."""
        with self.rsp() as client:
            log = EventLines(client, wish)
            self.guest.release(*held)
            lines = log.collect_until(lambda: all(program.has_ended() for program in held))
            client.leave()
        return lines

    def words(self, wish: str, command: str) -> list[str]:
        return [line.words for line in self.log(wish, command)]

    def pid(self) -> int:
        return self.program.values()["pid"]

    def test_started(self) -> None:
        self.assertEqual(self.words("started", "exits 3"), ['started /bin/exits "exits" "3"'])

    def test_started_by_a_script(self) -> None:
        self.guest.run("echo '#!/bin/exits' >/tmp/script; chmod +x /tmp/script")
        with self.rsp() as client:
            log = EventLines(client, "started")
            program = self.guest.launch("/tmp/script")
            lines = log.collect_until(program.has_ended)
            client.leave()
        self.assertIn('started /bin/exits "/bin/exits" "/tmp/script"', [line.words for line in lines])

    def test_exited(self) -> None:
        ends = (("exits 0", "exited with 0", 0), ("exits 255", "exited with 255", 255),
                ("exits 265", "killed by SIGKILL", 137), ("exits 271", "killed by SIGTERM", 143))
        for command, words, status in ends:
            with self.subTest(command=command):
                self.assertEqual(self.words("exited", command), [words])
                self.assertEqual(self.program.status(), status)

    def test_forked_and_gone(self) -> None:
        for command, word in (("forker", "forked"), ("vforker", "vforked")):
            with self.subTest(command=command):
                lines = self.log("forked exited gone", f"{command} {ROUNDS}")
                of_parent = [line.words for line in lines if line.pid == self.pid()]
                children = [int(text.split()[1]) for text in of_parent if text.startswith(word)]
                self.assertEqual(len(set(children)), ROUNDS)
                wanted = [text for child in children for text in (f"{word} {child}", f"{child} is gone")]
                self.assertEqual(of_parent[: 2 * ROUNDS], wanted)
                ended = [line.pid for line in lines if line.words == "exited with 7"]
                if command == "forker":  # vforker's children have another name then
                    self.assertEqual(ended, children)

    def test_threads(self) -> None:
        lines = self.log("threads", f"comers {ROUNDS}")
        made = [int(found[1]) for line in lines if (found := line.match(r"made thread (\d+)"))]
        ended = [line.tid for line in lines if line.words == "thread exited with 0"]
        self.assertEqual(made, ended)
        self.assertEqual(len(lines), 2 * ROUNDS)
        self.assertEqual({line.pid for line in lines}, {self.pid()})
        self.assertEqual((len(made), sum(made)), tuple(map(self.program.last_values().get, ("came", "ids"))))

    def test_mapped_and_unmapped(self) -> None:
        words = self.words("mapped unmapped", f"remapper {ROUNDS}")
        start = hex(self.program.values()["address"])
        of_address = [text for text in words if f" {start}, " in text]
        mapped = f"mapped {start}, 12 KiB r--p of /bin/remapper from 0x1000"
        self.assertEqual(of_address, [mapped, f"unmapped {start}, 12 KiB"] * ROUNDS)

    def test_mapped_by_exec(self) -> None:
        """The program's own segments."""
        program = self.guest.hold("execer 0 /bin/exits 0")
        words = [line.words for line in self.log_of(f"mapped {program.values()['pid']}", program)]
        self.assertTrue(any(re.fullmatch(r"mapped 0x401000, \d+ KiB r-xp of /bin/exits from 0x1000", text)
                            for text in words), words)

    def test_signals(self) -> None:
        words = self.words("signals", f"signaller {ROUNDS}")
        self.assertEqual([bool(re.match(r"signal SIGUSR1\b(?!.*by default)", text)) for text in words], [True] * ROUNDS,
                         words)
        words = self.words("signals", "crasher segv")
        self.assertEqual(words, [f"signal SIGSEGV at {self.program.values()['address']:#x}, by default"])

    def test_system_calls(self) -> None:
        words = self.words("syscalls", f"caller {ROUNDS}")
        values = self.program.values()
        pattern = "\n".join([
            r"getppid\(\) entered", f"getppid = {values['parent']}", r"getpgid\(0\) entered",
            f"getpgid = {values['group']}", r"openat\(-100, 0x\w+, 0, \w+\) entered", r"openat = -2 \(ENOENT\)",
            r"close\(-1\) entered", r"close = -9 \(EBADF\)", r"getuid\(\) entered", "getuid = 0"])
        self.assertEqual(len(re.findall(rf"(?m)^{pattern}$", "\n".join(words))), ROUNDS, words)
        self.assertEqual(words[-1], "exit_group(0) entered")

    def test_switches(self) -> None:
        """It sleeps after each call, so some CPU leaves it and comes back."""
        lines = self.log("switches", f"counter {ROUNDS} 5000")
        pid = self.program.values()["pid"]
        left = [line for line in lines if line.pid == pid]
        came = [line for line in lines if line.words == f"the CPU goes to {pid}.{pid}"]
        self.assertGreaterEqual(len(left), ROUNDS)
        self.assertGreaterEqual(len(came), ROUNDS)

    def test_of_one_process(self) -> None:
        """By its id: not of another one that does the same."""
        other, program = self.guest.hold(f"caller {ROUNDS} 0 1"), self.guest.hold(f"caller {ROUNDS} 0 1")
        lines = self.log_of(f"syscalls exited {program.values()['pid']}", other, program)
        self.assertEqual({line.pid for line in lines}, {program.values()["pid"]})
        self.assertEqual(lines[-1].words, "exited with 0")

    def test_off(self) -> None:
        with self.rsp() as client:
            EventLines(client, "all")
            self.assertIn("nothing is logged", client.monitor("events off"))
            program = self.guest.launch("forker 3")
            client.go()
            while not program.has_ended():
                self.assertIsNone(client.receive(0.1))
            client.interrupt()
            client.leave()
