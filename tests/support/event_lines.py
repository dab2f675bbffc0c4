# SPDX-License-Identifier: GPL-2.0-or-later
"""The log of `monitor events`, as a raw client reads it while the guest runs."""

import dataclasses
import re
import time

from rsp_client import RspClient

LINE = re.compile(r"^ *\d+ ms \[(\d+)\.(\d+)\] (.*?): (.*)$")


@dataclasses.dataclass(frozen=True)
class Line:
    pid: int
    tid: int
    command: str
    words: str

    def match(self, pattern: str) -> re.Match | None:
        return re.fullmatch(pattern, self.words)


class EventLines:
    """The client's machine is paused; it is the client's inferior, so that the log has somewhere to go."""

    def __init__(self, client: RspClient, wish: str):
        self._client = client
        self._text = ""
        self.answer = client.monitor(f"events {wish}")
        assert self.answer.startswith("logged: "), self.answer

    def collect_until(self, has_ended, limit: float = 60) -> list[Line]:
        """What is logged while the guest runs, until has_ended() says so. Leaves the machine paused."""
        deadline = time.monotonic() + limit
        self._client.go()
        while not has_ended():
            self._take(self._client.receive(0.02))
            assert time.monotonic() < deadline, f"it did not end; the last lines are:\n{self._text[-1000:]}"
        self._client.send_raw(b"\x03")
        while self._take(self._client.receive()):
            pass
        return [self._parse(line) for line in self._text.splitlines()]

    def _take(self, reply: str | None) -> bool:
        """Whether it was a part of the log; nothing, or the stop that was asked for, is none."""
        if reply is None or not reply.startswith("O"):
            assert reply is None or reply[:1] in "TS", f"the guest stopped: {reply}"
            return False
        self._text += bytes.fromhex(reply[1:]).decode()
        return True

    @staticmethod
    def _parse(line: str) -> Line:
        found = LINE.match(line)
        assert found, f"not a line of the log: {line!r}"
        return Line(int(found[1]), int(found[2]), found[3], found[4])
