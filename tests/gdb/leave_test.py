# SPDX-License-Identifier: GPL-2.0-or-later
"""However gdb leaves, the guest goes on; and how the guest leaves, gdb is told."""

import symbols
from expect import GuestCase

COUNT_ONE = symbols.symbols("counter")["count_one"]
RECONNECTS = 10


class Leaving(GuestCase):
    SMP = 2

    def setUp(self) -> None:
        super().setUp()
        self.guest.launch("sh -c 'ticker >/dev/ttyS0'")
        self.assert_ticks()

    def assert_ticks(self) -> None:
        """Two ticks that were not written yet."""
        self.guest.console.skip()
        first = int(self.guest.wait_for(r"tick (\d+)\n", 10).group(1))
        self.guest.wait_for(rf"tick {first + 1}\n", 10)

    def stopped_at_breakpoint(self, extended: bool = False):
        gdb = self.gdb(extended=extended)
        gdb.cmd(f"break *{COUNT_ONE:#x}")
        self.guest.launch("counter 1000000 1000")
        self.assertIn("Breakpoint 1, ", gdb.cont())
        return gdb

    def test_detach(self) -> None:
        gdb = self.stopped_at_breakpoint()
        self.assertIn("detached", gdb.cmd("detach"))
        self.assert_ticks()

    def test_disconnect(self) -> None:
        gdb = self.stopped_at_breakpoint()
        gdb.cmd("disconnect")
        self.assert_ticks()

    def test_kill(self) -> None:
        for extended in (False, True):
            with self.subTest(extended=extended):
                gdb = self.stopped_at_breakpoint(extended)
                self.assertIn("killed", gdb.cmd("kill"))
                self.assert_ticks()
                gdb.close()
                self.assertTrue(self.guest.alive())

    def test_quit(self) -> None:
        for extended in (False, True):
            with self.subTest(extended=extended):
                gdb = self.stopped_at_breakpoint(extended)
                gdb.quit()
                self.assert_ticks()

    def test_gdb_dies(self) -> None:
        for running in (False, True):
            for turn in range(RECONNECTS):
                with self.subTest(running=running, turn=turn):
                    gdb = self.stopped_at_breakpoint()
                    if running:
                        gdb.cmd("ignore 1 1000000")
                        gdb.cont_async()
                    gdb.kill_hard()
                    gdb.close()
                    self.assert_ticks()
                    self.guest.run("killall -q counter", may_fail=True)

    def test_detach_and_again_with_the_same_gdb(self) -> None:
        gdb = self.stopped_at_breakpoint(extended=True)
        for _ in range(RECONNECTS):
            gdb.cmd("detach")
            gdb.cmd("disconnect")
            gdb.connect(self.guest.endpoint, extended=True)
            self.assertIn("Breakpoint 1, ", gdb.cont())
        gdb.cmd("detach")
        self.assert_ticks()


class GuestLeaves(GuestCase):
    def power_off(self, extended: bool) -> None:
        gdb = self.gdb(extended=extended)
        gdb.cont_async()
        self.guest.type("poweroff -f")
        self.assert_match(gdb.finish(30), r"Inferior 1 \(.*\) exited normally")
        self.assertEqual(self.guest.wait_end(20), 0)

    def test_power_off(self) -> None:
        self.power_off(extended=False)


class GuestLeavesExtended(GuestLeaves):
    def test_power_off(self) -> None:
        self.power_off(extended=True)
