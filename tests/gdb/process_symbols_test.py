# SPDX-License-Identifier: GPL-2.0-or-later
"""All that gdb knows of a process is from the guest: gdb is started without a file, and its sysroot is the default."""

import re

import environment
from guest import values_of
from process_case import ProcessCase

CALLS = 200
PAUSE_US = 5_000
LONG = 1_500
LIBRARIES = ("libgreeting.so", "libm.so.6", "libc.so.6", "ld-linux-x86-64.so.2")


class Symbols(ProcessCase):
    INITRAMFS = environment.DYNAMIC_INITRAMFS

    def look_around(self, name: str) -> None:
        debugged = self.guest.hold(f"{name} {CALLS} {PAUSE_US} 1")
        places = debugged.values()
        gdb = self.attached(debugged)
        self.check_libraries(gdb.cmd("info sharedlibrary"))
        self.assertEqual(gdb.value("&worker"), places["worker"])
        self.assertEqual(gdb.value("&greetings"), places["greetings"])
        gdb.cmd("break worker")
        self.guest.release(debugged)
        for number in range(5):
            self.assert_match(gdb.cont(), rf"^Breakpoint 1, worker \(number={number}\)")
            self.assertEqual(gdb.value("greetings"), number)
        self.assert_match(gdb.cmd("bt"), r"(?s)^#0 +worker \(number=4\) at .*greeter\.c:\d+\n#1 .* main \(argc=")
        gdb.cmd("break greet")
        self.assert_match(gdb.cont(), r"^Breakpoint 2, greet \(number=4\)")
        self.assert_match(gdb.cmd("bt"), r"(?s)^#0 +greet \(number=4\) at .*greeting\.c.*#1 .* worker .*#2 .* main ")
        self.assert_match(gdb.cmd("info locals"), r"^text = ")
        self.assertEqual(gdb.value("twice(21)"), 42)
        gdb.cmd("detach")
        self.assert_ends_with(debugged, greetings=CALLS)

    def check_libraries(self, text: str) -> None:
        rows = re.findall(r"^(0x\w+) +(0x\w+) +(Yes|No)(?: \(\*\))? +(.*)$", text, re.MULTILINE)
        read = {path.rpartition("/")[2]: symbols for _, _, symbols, path in rows}
        self.assertEqual(read, dict.fromkeys(LIBRARIES, "Yes"), text)

    def test_pie(self) -> None:
        self.look_around("greeter")

    def test_fixed_addresses(self) -> None:
        self.look_around("fixed_greeter")

    def test_static_pie(self) -> None:
        debugged = self.guest.hold(f"pie_counter {CALLS} {PAUSE_US} 1")
        gdb = self.attached(debugged)
        self.assertEqual(gdb.value("(long) &count_one"), debugged.values()["count_one"])
        gdb.cmd("break count_one")
        self.guest.release(debugged)
        self.continue_hits(gdb, 5, r"^Breakpoint 1, ")
        self.assert_match(gdb.cmd("bt"), r"(?s)^#0 .*count_one.*#1 .* main ")
        gdb.cmd("detach")
        self.assert_ends_with(debugged, counter=CALLS)


class Namespaces(ProcessCase):
    """A process in pid and mount namespaces of its own, as in a container."""

    def test_files_as_the_process_sees_them(self) -> None:
        outside = self.guest.start(f"counter {LONG} {PAUSE_US}")
        outside.values()
        program = self.guest.start(f"namespaced pie_counter {LONG} {PAUSE_US}")
        pid = program.values()["pid"]
        self.guest.run("sleep 0.3")
        inside = values_of(program.output().splitlines()[1])
        self.assertEqual(inside["pid"], 1, "it is not the first of its namespace")
        # As the guest itself tells it from outside.
        seen = self.guest.run(f"readlink /proc/{pid}/exe; readlink /proc/{pid}/cwd").split()
        gdb = self.attached(pid)
        self.assertIn(f"exe = '{seen[0]}'", gdb.cmd("info proc exe"))
        self.assertIn(f"cwd = '{seen[1]}'", gdb.cmd("info proc cwd"))
        # The file of this name outside has fixed addresses.
        self.assertEqual(gdb.value("(long) &count_one"), inside["count_one"])
        gdb.cmd("break count_one")
        before = gdb.value("*(unsigned long *) &counter")
        for calls in range(10):
            self.assertIn("Breakpoint 1, ", gdb.cont())
            self.assertIn(gdb.value("*(unsigned long *) &counter"), (before + calls, before + calls + 1))
        self.assert_match(gdb.cmd("info threads"), rf"Thread {pid}\.{pid} ")
        gdb.cmd("detach")
        self.assert_ends_with(program, counter=LONG)
        self.assert_ends_with(outside, counter=LONG)
