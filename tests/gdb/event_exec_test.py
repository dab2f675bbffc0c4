# SPDX-License-Identifier: GPL-2.0-or-later
"""exec of an attached process: the new program's symbols, breakpoints, registers and threads."""

import re

import environment
from process_case import ProcessCase

CALLS = 5


class Execs(ProcessCase):
    INITRAMFS = environment.DYNAMIC_INITRAMFS

    def debug(self, command: str, *lines: str):
        gdb, self.program = self.attached_held(command, *lines)
        self.pid = self.program.values()["pid"]
        return gdb

    def count_calls(self, gdb, calls: int = CALLS) -> None:
        """As the counter's own count, from its first call on."""
        text = gdb.cmd("break count_one")
        number = re.match(r"Breakpoint (\d+) at ", text).group(1)
        for counted in range(calls):
            self.assertIn(f"Breakpoint {number}, ", gdb.cont())
            self.assertEqual(gdb.value("*(unsigned long *) &counter"), counted)
        self.assert_match(gdb.cont(), rf"\[Inferior 1 \(process {self.pid}\) exited normally\]")
        self.assertEqual(self.program.status(), 0)

    def test_catch(self) -> None:
        """Each program of a chain, at its entry point."""
        gdb = self.debug(f"execer 2 /bin/counter {CALLS}", "catch exec")
        for path in ("/bin/execer", "/bin/execer", "/bin/counter"):
            self.assert_match(gdb.cont(), rf"^Catchpoint 1 \(exec'd \S*{path}\), ")
            self.assertIn(path, gdb.cmd("info proc exe"))
            self.assertIn("_start in section .text", gdb.cmd("info symbol $pc"))
            self.assertEqual(gdb.value("$rbx | $rdi | $r12 | $r15"), 0)
            self.assertEqual(gdb.value("*(long *) $sp & 0xff"), {"/bin/execer": 4, "/bin/counter": 2}[path])
        self.count_calls(gdb)

    def test_without_a_catchpoint(self) -> None:
        """A breakpoint by name is found in each program."""
        gdb = self.debug(f"execer 1 /bin/counter {CALLS}", "break main")
        for path in ("/bin/execer", "/bin/counter"):
            text = gdb.cont()
            self.assert_match(text, rf"is executing new program: \S*{path}$")
            self.assert_match(text, r"Breakpoint 1, .*main ")
        self.count_calls(gdb)

    def test_position_independent(self) -> None:
        gdb = self.debug(f"execer 0 /bin/pie_counter {CALLS}", "catch exec")
        self.assert_match(gdb.cont(), r"^Catchpoint 1 \(exec'd /.*bin/pie_counter\), ")
        self.count_calls(gdb)

    def test_dynamic(self) -> None:
        gdb = self.debug(f"execer 0 /bin/greeter {CALLS}", "catch exec", "set breakpoint pending on")
        self.assert_match(gdb.cont(), r"^Catchpoint 1 \(exec'd /.*bin/greeter\), ")
        gdb.cmd("break greet")
        for number in range(CALLS):
            self.assert_match(gdb.cont(), rf"^Breakpoint 2, greet \(number={number}\)")
        self.assertIn("libgreeting.so", gdb.cmd("info sharedlibrary"))
        self.assertRegex(gdb.cmd("bt"), r"(?s)#0 +greet .*#1 .* worker .*#2 .* main ")
        self.assertIn("exited normally", gdb.cont())
        self.assert_ends_with(self.program, greetings=CALLS)

    def test_from_a_thread(self) -> None:
        """It becomes the only thread, with the process's id."""
        gdb = self.debug(f"execer thread /bin/counter {CALLS}", "catch exec")
        self.assertIn("Catchpoint 1 (exec'd ", gdb.cont())
        self.assertEqual(re.findall(r"Thread (\d+)\.(\d+)", gdb.cmd("info threads")), [(str(self.pid),) * 2])
        self.count_calls(gdb)

    def test_of_a_32_bit_program(self) -> None:
        gdb = self.debug("execer 0 /bin/compat_exits 42", "catch exec")
        self.assert_match(gdb.cont(), r"^Catchpoint 1 \(exec'd /.*bin/compat_exits\), ")
        self.assertEqual(gdb.value("$eip"), gdb.value("(long) &_start"))
        self.assertEqual(gdb.value("*(int *) $esp"), 2)
        gdb.cmd("break run")
        self.assertIn("Breakpoint 2, ", gdb.cont())
        self.assertIn("exited with code 052", gdb.cont())
        self.assertEqual(self.program.status(), 42)

    def test_that_fails(self) -> None:
        gdb = self.debug("execer 0 /bin/nothing", "catch exec")
        self.assertIn("exited with code 01", gdb.cont())
        self.assertEqual(self.program.status(), 1)

    def test_let_go(self) -> None:
        gdb = self.debug(f"execer 1 /bin/counter {CALLS}", "catch exec", "break main")
        self.assertIn("Catchpoint 1 ", gdb.cont())
        self.assertIn("detached", gdb.cmd("detach"))
        self.assert_ends_with(self.program, counter=CALLS)
