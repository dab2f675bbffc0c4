# SPDX-License-Identifier: GPL-2.0-or-later
"""Ctrl-C."""

import time

import symbols
from expect import GuestCase

USER_END = 0x0000_8000_0000_0000
AT_ONCE = 3.0
LOOP = symbols.symbols("loop")


class Interrupt(GuestCase):
    def stop_after(self, gdb, seconds: float) -> None:
        gdb.cont_async()
        time.sleep(seconds)
        asked = time.monotonic()
        self.assert_match(gdb.interrupt(), r"received signal SIGINT")
        self.assertLess(time.monotonic() - asked, AT_ONCE)

    def test_user_code(self) -> None:
        self.guest.start("loop 4000000000")
        gdb = self.gdb()
        places = []
        for _ in range(10):
            self.stop_after(gdb, 0.1)
            places.append(gdb.value("$pc"))
        user = [pc for pc in places if pc < USER_END]
        self.assertGreater(len(user), 5, [hex(pc) for pc in places])
        for pc in user:
            self.assertTrue(min(LOOP["work"], LOOP["main"]) <= pc <= LOOP["page_end"] or pc >= LOOP["main"], hex(pc))
        gdb.cmd("detach")
        self.assert_guest_runs()

    def test_right_after_continue(self) -> None:
        gdb = self.gdb()
        for _ in range(20):
            self.stop_after(gdb, 0)
        gdb.cmd("detach")
        self.assert_guest_runs()


class InterruptIdle(GuestCase):
    """All vCPUs are halted; nothing translated runs."""

    SMP = 4

    def test_idle(self) -> None:
        time.sleep(1)
        gdb = self.gdb()
        for _ in range(10):
            gdb.cont_async()
            time.sleep(0.2)
            asked = time.monotonic()
            self.assert_match(gdb.interrupt(), r"received signal SIGINT")
            self.assertLess(time.monotonic() - asked, AT_ONCE)
            for cpu in range(4):
                gdb.cmd(f"thread {cpu + 1}")
                self.assertGreater(gdb.value("$pc"), USER_END)
        gdb.cmd("detach")
        self.assert_guest_runs()

    def test_idle_with_a_breakpoint_that_is_never_hit(self) -> None:
        gdb = self.gdb()
        gdb.cmd(f"break *{symbols.symbols('loop')['never_called']:#x}")
        for _ in range(5):
            gdb.cont_async()
            time.sleep(0.3)
            self.assert_match(gdb.interrupt(), r"received signal SIGINT")
        gdb.cmd("detach")
        self.assert_guest_runs()
