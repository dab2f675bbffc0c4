# SPDX-License-Identifier: GPL-2.0-or-later
"""What a program writes, collected by a thread, with bounded waits for it."""

import os
import re
import threading
import time


class Expired(AssertionError):
    """Something expected did not come in time."""


class Output:
    """Text from a file descriptor. wait_for() goes forward only, as a reader's finger does; carriage returns are
    dropped."""

    TAIL_LINES = 30

    def __init__(self, stream, name: str):
        self._stream = stream
        self._name = name
        self._text = ""
        self._finger = 0
        self._ended = False
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, name=f"reader of {name}", daemon=True)
        self._reader.start()

    def wait_for(self, pattern: str, limit: float) -> re.Match:
        """The next match of a regular expression (multi-line mode); the finger moves behind it."""
        compiled = re.compile(pattern, re.MULTILINE)
        deadline = time.monotonic() + limit
        with self._changed:
            while not (found := compiled.search(self._text, self._finger)):
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    why = f"ended without {pattern!r}" if self._ended else f"no {pattern!r} within {limit:g} s"
                    raise Expired(f"{self._name}: {why}; it ends with:\n{self.tail()}")
                self._changed.wait(left)
            self._finger = found.end()
            return found

    def take_until(self, pattern: str, limit: float) -> str:
        """Everything before the next match, which is skipped."""
        start = self._finger
        end = self.wait_for(pattern, limit).start()
        return self._text[start:end]

    def skip(self) -> None:
        """Moves the finger to the end of what there is."""
        with self._changed:
            self._finger = len(self._text)

    def position(self) -> int:
        return len(self._text)

    def find(self, pattern: str, since: int = 0) -> re.Match | None:
        """The first match of what was written since that position; the finger stays."""
        return re.compile(pattern, re.MULTILINE).search(self._text, since)

    def has(self, pattern: str, since: int = 0) -> bool:
        return self.find(pattern, since) is not None

    def text(self) -> str:
        return self._text

    def ended(self) -> bool:
        return self._ended

    def tail(self) -> str:
        lines = self._text.splitlines()[-self.TAIL_LINES :]
        return "\n".join("    | " + line for line in lines) or "    (nothing)"

    def close(self) -> None:
        """After the writer has ended."""
        self._reader.join(timeout=5)
        self._stream.close()

    def _read(self) -> None:
        while True:
            try:
                piece = os.read(self._stream.fileno(), 65536)
            except (OSError, ValueError):
                piece = b""
            with self._changed:
                self._text += piece.decode("utf-8", "replace").replace("\r", "")
                self._ended = not piece
                self._changed.notify_all()
            if not piece:
                return
