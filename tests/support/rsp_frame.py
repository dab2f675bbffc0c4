# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames of the remote serial protocol, without I/O (GDB manual, "Overview" of the remote protocol)."""

ESCAPED = b"#$}*"


def encode(body: bytes) -> bytes:
    escaped = b"".join(bytes((0x7D, byte ^ 0x20)) if byte in ESCAPED else bytes((byte,)) for byte in body)
    return b"$" + escaped + b"#%02x" % (sum(escaped) & 0xFF)


def expand(data: bytes) -> bytes:
    """Undoes escapes and run-length encoding."""
    if b"}" not in data and b"*" not in data:
        return data
    out = bytearray()
    source = iter(data)
    for byte in source:
        if byte == 0x7D:
            out.append(next(source) ^ 0x20)
        elif byte == 0x2A:
            out.extend(out[-1:] * (next(source) - 29))
        else:
            out.append(byte)
    return bytes(out)


class Decoder:
    """Bytes in, items out: b"+", b"-", or a packet's body behind a "$"."""

    def __init__(self):
        self._buffer = b""

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def next(self) -> bytes | None:
        """The next item, or nothing until more bytes come. A frame that is wrong is a failure of the server's."""
        if not self._buffer:
            return None
        if self._buffer[:1] in (b"+", b"-"):
            item, self._buffer = self._buffer[:1], self._buffer[1:]
            return item
        if self._buffer[:1] != b"$":
            raise AssertionError(f"the server sent no frame: {self._buffer[:80]!r}")
        end = self._buffer.find(b"#")
        if end < 0 or len(self._buffer) < end + 3:
            return None
        body, checksum = self._buffer[1:end], self._buffer[end + 1 : end + 3]
        if int(checksum, 16) != sum(body) & 0xFF:
            raise AssertionError(f"the server sent a wrong checksum: {self._buffer[: end + 3]!r}")
        self._buffer = self._buffer[end + 3 :]
        return b"$" + expand(body)
