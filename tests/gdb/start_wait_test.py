# SPDX-License-Identifier: GPL-2.0-or-later
"""Waiting for a program to start: monitor wait, and packets that attach by name."""

import re

import environment
from gdb_session import COMMAND_SECONDS, Gdb
from process_case import AT_BASE, AT_ENTRY, ProcessCase

CALLS = 5
DYNAMIC = ("greeter", "fixed_greeter")
HELD = r"process (\d+) \((.*)\) has started and is held at (0x[0-9a-f]+)"
SCRIPT = "/tmp/script"


class StartWait(ProcessCase):
    INITRAMFS = environment.DYNAMIC_INITRAMFS

    def wait_and_attach(self, gdb: Gdb, awaited: str, command: str) -> int:
        """gdb's command waits until the program is there; its process id."""
        gdb.start(f"monitor wait {awaited}")
        gdb.output.wait_for("waiting for ", COMMAND_SECONDS)
        self.program = self.guest.launch(command)
        text = gdb.finish()
        self.assertRegex(text, HELD)
        pid = int(re.search(HELD, text)[1])
        gdb.attach(pid)
        self.assertEqual(gdb.value("$pc"), int(re.search(HELD, text)[3], 16))
        return pid

    def run_to_the_end(self, gdb: Gdb, pid: int, name: str) -> None:
        """All that the program does is still to come."""
        function, counted = ("worker", "greetings") if name in DYNAMIC else ("count_one", "counter")
        gdb.cmd("delete")
        gdb.cmd(f"break {function}")
        for number in range(CALLS):
            self.assertRegex(gdb.cont(), rf"Breakpoint \d+(\.\d)?, .*{function} ")
            self.assertEqual(gdb.value(f"*(unsigned long *) &{counted}"), number)
        self.assertIn(f"[Inferior 1 (process {pid}) exited normally]", gdb.cont())
        self.assert_ends_with(self.program, **{counted: CALLS})
        self.assertEqual(self.program.values()["pid"], pid)

    def each_program(self, stop_at: str, check) -> None:
        gdb = self.reaching()
        for name in ("counter", "pie_counter", *DYNAMIC):
            with self.subTest(program=name):
                pid = self.wait_and_attach(gdb, f"{name} {stop_at}".strip(), f"{name} {CALLS}")
                check(gdb, name)
                self.run_to_the_end(gdb, pid, name)

    def check_start(self, gdb: Gdb, name: str) -> None:
        if name in DYNAMIC:
            self.assertNotEqual(gdb.value("$pc"), self.auxiliary(gdb, AT_ENTRY))
            self.assertGreater(gdb.value("$pc"), self.auxiliary(gdb, AT_BASE))
        else:
            self.check_entry(gdb, name)
        self.assertEqual(gdb.value("*(long *) $sp"), 2)  # argc

    def check_entry(self, gdb: Gdb, name: str) -> None:
        self.assertEqual(gdb.value("$pc"), self.auxiliary(gdb, AT_ENTRY))
        self.assertIn("_start in section .text", gdb.cmd("info symbol $pc"))

    def check_main(self, gdb: Gdb, name: str) -> None:
        self.assertRegex(gdb.cmd("bt"), r"^#0 .*\bmain \(")
        self.assertEqual(gdb.value("$rdi"), 2)

    def test_start(self) -> None:
        self.each_program("start", self.check_start)

    def test_entry(self) -> None:
        self.each_program("entry", self.check_entry)

    def test_entry_is_the_default(self) -> None:
        gdb = self.reaching()
        pid = self.wait_and_attach(gdb, "/bin/counter", f"counter {CALLS}")
        self.check_entry(gdb, "counter")
        self.run_to_the_end(gdb, pid, "counter")

    def test_main(self) -> None:
        self.each_program("main", self.check_main)

    def test_script(self) -> None:
        """By its own name or path, not by its interpreter's."""
        self.guest.run(f"echo '#!/bin/counter' >{SCRIPT}; chmod +x {SCRIPT}")
        for awaited in ("script", SCRIPT):
            with self.subTest(awaited=awaited), self.reaching() as gdb:
                self.wait_and_attach(gdb, awaited, SCRIPT)
                self.assertIn("/bin/counter", gdb.cmd("info proc exe"))
                self.check_entry(gdb, "counter")
                gdb.cmd("detach")
                self.program.wait()

    def test_others_pass(self) -> None:
        """Programs with other names, or other paths, are not held."""
        gdb = self.reaching()
        gdb.start("monitor wait /bin/pie_counter start")
        gdb.output.wait_for("waiting for ", COMMAND_SECONDS)
        for command in ("counter 1", "sh -c 'exit 3'", "namespaced pie_counter 1"):
            self.guest.start(command).wait()
        program = self.guest.launch("pie_counter 1")
        self.assertRegex(gdb.finish(), HELD)
        self.assertFalse(program.has_ended())
        self.assertIn("no program", gdb.cmd("monitor unwait"))
        program.wait()

    def test_interrupt(self) -> None:
        gdb = self.reaching()
        gdb.start("monitor wait nobody")
        gdb.output.wait_for("waiting for ", COMMAND_SECONDS)
        self.assert_guest_runs()
        gdb.interrupt()
        self.assertIn("no program is waited for", gdb.cmd("monitor wait"))
        self.assert_guest_runs()

    def test_another_is_debugged_meanwhile(self) -> None:
        first = self.guest.hold(f"counter {CALLS} 0 1")
        gdb = self.attached(first)
        self.assertIn("waiting for pie_counter", gdb.cmd("monitor wait pie_counter main"))
        gdb.cont_async()
        self.program = self.guest.launch(f"pie_counter {CALLS}")
        text = gdb.finish()
        self.assertRegex(text, HELD)
        pid = int(re.search(HELD, text)[1])
        gdb.cmd("add-inferior")
        gdb.cmd("inferior 2")
        gdb.attach(pid)
        self.check_main(gdb, "pie_counter")
        gdb.cmd("detach inferiors 1 2")
        self.assert_ends_with(self.program, counter=CALLS)
        self.guest.release(first)
        self.assert_ends_with(first, counter=CALLS)


class AttachByName(ProcessCase):
    """What lldb does, in packets."""

    def test_wait(self) -> None:
        for packet in ("vAttachWait", "vAttachOrWait"):
            with self.subTest(packet=packet), self.rsp_extended() as client:
                client.send(f"{packet};{b'counter'.hex()}")
                self.assertIsNone(client.receive(1))
                program = self.guest.launch(f"counter {CALLS}")
                stop = client.wait_stop()
                self.assertRegex(stop.thread, r"^p\w+\.\w+$")
                self.let_end(client, program)
                self.assert_ends_with(program, counter=CALLS)
                self.assertEqual(program.values()["pid"], int(stop.thread[1:].partition(".")[0], 16))

    def test_process_that_is_there(self) -> None:
        program = self.guest.start("ticker 1000")
        pid = self.pid_of("ticker")
        for packet in ("vAttachName", "vAttachOrWait"):
            with self.subTest(packet=packet), self.rsp_extended() as client:
                stop = client.ask(f"{packet};{b'ticker'.hex()}")
                self.assertEqual(int(re.search(r"thread:p(\w+)\.", stop)[1], 16), pid)
                client.leave()
        self.assertFalse(program.has_ended())

    def test_process_that_is_not_there(self) -> None:
        with self.rsp_extended() as client:
            self.assertRegex(client.ask(f"vAttachName;{b'nobody'.hex()}"), r"^E")
            self.assertRegex(client.ask("vAttachName;xyz"), r"^E")
