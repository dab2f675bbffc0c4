# SPDX-License-Identifier: GPL-2.0-or-later
"""A shell's pipeline of fifty short processes, as the log of events tells it and as they noted themselves."""

import re

from event_lines import EventLines, Line
from expect import GuestCase
from guest import values_of

PARTS = 50
NOTES, SCRIPT, OUTPUT = "/tmp/notes", "/tmp/pipeline", "/tmp/piped"
# Each part is a program of its own name, and ends with its number.
PREPARE = (f"command='echo hello'; part=1; while [ $part -le {PARTS} ]; do ln /bin/noted /root/part$part;"
           f' command="$command | /root/part$part {NOTES} $part"; part=$((part + 1)); done;'
           f' echo "$command >{OUTPUT}" >{SCRIPT}')


class Pipeline(GuestCase):
    SMP = 4

    def test_pipeline(self) -> None:
        self.guest.run(PREPARE)
        client = self.rsp()
        log = EventLines(client, "on")
        pipeline = self.guest.launch(f"sh {SCRIPT}")
        lines = log.collect_until(pipeline.has_ended)
        client.leave()
        self.assertEqual(self.guest.run(f"cat {OUTPUT}"), "hello\n")
        self.assertEqual(pipeline.status(), PARTS)
        noted = self.noted()
        self.assertEqual(len(noted), PARTS)
        self.assertEqual(self.logged(lines), noted)
        self.check_shell(lines, {parent for parent, _, _ in noted.values()})

    def noted(self) -> dict[int, tuple[int, str, int]]:
        """Parent, program and status of each process."""
        notes = {}
        for line in self.guest.run(f"cat {NOTES}").splitlines():
            values = values_of(line)
            notes[values["pid"]] = (values["parent"], line.partition("program=")[2], values["status"])
        return notes

    def logged(self, lines: list[Line]) -> dict[int, tuple[int, str, int]]:
        """The same, by what happened in this order: forked, started, exited; each once."""
        parents: dict[int, int] = {}
        programs: dict[int, str] = {}
        ended: dict[int, tuple[int, str, int]] = {}
        for line in lines:
            if found := line.match(r"forked (\d+)"):
                self.assertNotIn(int(found[1]), parents, "forked twice")
                parents[int(found[1])] = line.pid
            elif found := line.match(r"started (/root/part(\d+)) (.*)"):
                self.assertNotIn(line.pid, programs, "started twice")
                self.assertIn(line.pid, parents, "started, but not forked")
                self.assertEqual(found[3], f'"{found[1]}" "{NOTES}" "{found[2]}"')
                programs[line.pid] = found[1]
            elif line.pid in programs:
                found = line.match(r"exited with (\d+)")
                self.assertTrue(found, line)
                self.assertNotIn(line.pid, ended, "ended twice")
                ended[line.pid] = (parents[line.pid], programs[line.pid], int(found[1]))
        return ended

    def check_shell(self, lines: list[Line], parents: set[int]) -> None:
        """All have one parent: the shell, which ends as its last part."""
        (shell,) = parents
        words = [line.words for line in lines if line.pid == shell]
        self.assertEqual(words[0], f'started /bin/busybox "sh" "{SCRIPT}"')
        self.assertEqual(words[-1], f"exited with {PARTS}")
        self.assertEqual(sum(bool(re.fullmatch(r"forked \d+", text)) for text in words), PARTS + 1)  # and for `echo`
