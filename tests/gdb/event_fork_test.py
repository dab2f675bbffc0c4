# SPDX-License-Identifier: GPL-2.0-or-later
"""fork and vfork of an attached process: who is followed, who is let go, and that nobody else notices."""

import re

from process_case import ProcessCase

ROUNDS = 3
TOLD = 7  # what the children of forker and vforker end with


class Forks(ProcessCase):
    def debug(self, command: str, *lines: str):
        gdb, self.program = self.attached_held(command, *lines)
        self.pid = self.program.values()["pid"]
        return gdb

    def assert_parent_is_unharmed(self, rounds: int) -> None:
        self.assert_ends_with(self.program, counter=rounds, children=rounds)
        self.assertEqual(self.program.status(), 0)

    def selected_pid(self, gdb) -> int:
        return int(re.search(r"process (\d+)", gdb.cmd("info inferiors " + str(gdb.value("$_inferior")))).group(1))

    def assert_parent_counts_alone(self, gdb) -> None:
        for number in range(ROUNDS):
            self.assert_match(gdb.cont(), r"Breakpoint 1, ")
            self.assertEqual(self.selected_pid(gdb), self.pid)
            self.assertEqual(gdb.value("*(unsigned long *) &counter"), number)
        self.assert_match(gdb.cont(), rf"\[Inferior 1 \(process {self.pid}\) exited normally\]")
        self.assert_parent_is_unharmed(ROUNDS)

    def test_parent(self) -> None:
        """The children, which come by the same address, are not seen."""
        gdb = self.debug(f"forker {ROUNDS} 0 1", "set follow-fork-mode parent", "break count_one")
        self.assert_parent_counts_alone(gdb)

    def test_child(self) -> None:
        """The parent is let go."""
        gdb = self.debug("forker 1 0 1", "set follow-fork-mode child", "break count_one")
        self.assertRegex(gdb.cont(), r"Breakpoint 1(\.\d)?, ")
        child = self.selected_pid(gdb)
        self.assertNotEqual(child, self.pid)
        self.assertEqual(gdb.value("*(unsigned long *) &counter"), 0)
        self.assertNotIn(f"process {self.pid}", gdb.cmd("info inferiors"))
        self.assertRegex(gdb.cont(), rf"\[Inferior \d \(process {child}\) exited with code 0{TOLD}\]")
        self.assertEqual(gdb.value("$_exitcode"), TOLD)
        self.assert_parent_is_unharmed(1)

    def test_child_of_child(self) -> None:
        """Each command of a shell is a child of its own."""
        shell = self.guest.start("sh -c 'echo pid=$$; kill -STOP $$; forker 1; true'")
        pid = shell.values()["pid"]
        gdb = self.attached(pid)
        gdb.cmd("set follow-fork-mode child")
        gdb.cmd("catch fork")
        self.guest.type(f"kill -CONT {pid}")
        first = re.search(r"Catchpoint 1 \(v?forked process (\d+)\)", gdb.cont())
        second = re.search(r"Catchpoint 1 \(v?forked process (\d+)\)", gdb.cont())
        self.assertTrue(first and second)
        self.assertRegex(gdb.cont(), rf"process {second.group(1)}\) exited with code 0{TOLD}\]")
        self.assertEqual(shell.status(), 0)

    def test_both(self) -> None:
        gdb = self.debug("forker 1 0 1", "set detach-on-fork off", "set schedule-multiple on", "break count_one")
        self.assertRegex(gdb.cont(), r"Breakpoint 1(\.\d)?, ")  # the parent waits for its child
        child = self.selected_pid(gdb)
        self.assertNotEqual(child, self.pid)
        text = gdb.cmd("info inferiors")
        self.assertIn(f"process {self.pid}", text)
        self.assertIn(f"process {child}", text)
        self.assertEqual(gdb.value("*(unsigned long *) &counter"), 0)
        self.assertRegex(gdb.cont(), rf"\[Inferior 2 \(process {child}\) exited with code 0{TOLD}\]")
        gdb.cmd("inferior 1")
        self.assertRegex(gdb.cont(), r"Breakpoint 1(\.\d)?, ")
        self.assertEqual(self.selected_pid(gdb), self.pid)
        self.assertIn("exited normally", gdb.cont())
        self.assert_parent_is_unharmed(1)

    def test_catch(self) -> None:
        gdb = self.debug(f"forker {ROUNDS} 0 1", "catch fork")
        children = set()
        for _ in range(ROUNDS):
            text = gdb.cont()
            self.assert_match(text, r"^Catchpoint 1 \(forked process \d+\), ")
            self.assertEqual(self.selected_pid(gdb), self.pid)
            children.add(re.search(r"process (\d+)\)", text).group(1))
        self.assertEqual(len(children - {str(self.pid)}), ROUNDS)
        self.assertIn("exited normally", gdb.cont())
        self.assert_parent_is_unharmed(ROUNDS)

    def test_detached_while_its_child_is_caught(self) -> None:
        gdb = self.debug(f"forker {ROUNDS} 0 1", "catch fork")
        self.assertIn("Catchpoint 1 ", gdb.cont())
        self.assertIn("detached", gdb.cmd("detach"))
        self.assert_parent_is_unharmed(ROUNDS)


class VirtualForks(Forks):
    """The parent waits until its child executes a program; until then they share their memory."""

    def test_parent(self) -> None:
        gdb = self.debug(f"vforker {ROUNDS} 0 1", "break count_one")
        self.assert_parent_counts_alone(gdb)

    def test_child(self) -> None:
        gdb = self.debug("vforker 1 0 1", "set follow-fork-mode child", "catch exec")
        self.assertRegex(gdb.cont(), r"Catchpoint 1 \(exec'd /.*bin/exits\), ")
        child = self.selected_pid(gdb)
        self.assertNotEqual(child, self.pid)
        gdb.cmd("break main")
        self.assertRegex(gdb.cont(), r"Breakpoint 2(\.\d)?, .*main ")
        self.assertIn("/bin/exits", gdb.cmd("info proc exe"))
        self.assertRegex(gdb.cont(), rf"\[Inferior \d \(process {child}\) exited with code 0{TOLD}\]")
        self.assertEqual(gdb.value("$_exitcode"), TOLD)
        self.assert_parent_is_unharmed(1)

    def test_both(self) -> None:
        gdb = self.debug("vforker 1 0 1", "set detach-on-fork off", "set schedule-multiple on",
                         "set follow-fork-mode child", "break count_one")
        text = gdb.cont()
        self.assertRegex(text, rf"\[Inferior 2 \(process \d+\) exited with code 0{TOLD}\]")
        gdb.cmd("inferior 1")
        self.assertRegex(gdb.cont(), r"Breakpoint 1(\.\d)?, ")
        self.assertEqual(self.selected_pid(gdb), self.pid)
        self.assertIn("exited normally", gdb.cont())
        self.assert_parent_is_unharmed(1)

    def test_catch(self) -> None:
        gdb = self.debug(f"vforker {ROUNDS} 0 1", "catch vfork")
        for _ in range(ROUNDS):
            self.assert_match(gdb.cont(), r"^Catchpoint 1 \(vforked process \d+\), ")
            self.assertEqual(self.selected_pid(gdb), self.pid)
        self.assertIn("exited normally", gdb.cont())
        self.assert_parent_is_unharmed(ROUNDS)

    def test_detached_while_its_child_is_caught(self) -> None:
        gdb = self.debug(f"vforker {ROUNDS} 0 1", "catch vfork")
        self.assertIn("Catchpoint 1 ", gdb.cont())
        self.assertIn("detached", gdb.cmd("detach"))
        self.assert_parent_is_unharmed(ROUNDS)

    test_child_of_child = None  # a shell does not vfork
