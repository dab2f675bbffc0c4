# SPDX-License-Identifier: GPL-2.0-or-later
"""A client that speaks the remote serial protocol packet by packet, for tests and benchmarks."""

import dataclasses
import re
import select
import socket
import time

import registers
import rsp_frame
from output import Expired

ANSWER_SECONDS = 10
MACHINE_PID = 10_000_000  # the machine as an inferior; its vCPU N is thread MACHINE_PID + 1 + N
FEATURES = "multiprocess+;swbreak+;hwbreak+;vContSupported+;error-message+;xmlRegisters=i386"


@dataclasses.dataclass(frozen=True)
class Stop:
    """A stop reply."""

    text: str

    @property
    def fields(self) -> dict[str, str]:
        pairs = (field.partition(":") for field in self.text[3:].split(";") if field)
        return {name: value for name, _, value in pairs}

    @property
    def signal(self) -> int:
        return int(self.text[1:3], 16)

    @property
    def thread(self) -> str:
        return self.fields.get("thread", "")

    @property
    def core(self) -> int:
        return int(self.fields["core"], 16)

    @property
    def exited(self) -> bool:
        return self.text[:1] in "WX"

    @property
    def at_breakpoint(self) -> bool:
        return "swbreak" in self.fields or "hwbreak" in self.fields

    @property
    def interrupted(self) -> bool:
        return self.text[:1] in "TS" and self.signal == 2


class RspClient:
    """Connecting stops the machine, unless `extended`. Use it in a with statement, or call close()."""

    def __init__(self, endpoint: tuple[str, int], features: str = FEATURES, no_ack: bool = True,
                 extended: bool = False):
        self._socket = socket.create_connection(endpoint, timeout=ANSWER_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._decoder = rsp_frame.Decoder()
        self._acks = True
        self._selected: str | None = None
        self._numbers: dict[str, int] | None = None
        self.features = self.ask("qSupported:" + features)
        if no_ack and "QStartNoAckMode+" in self.features:
            assert self.ask("QStartNoAckMode") == "OK"
            self._acks = False
        if extended:
            self.demand("!")
        self.first_stop = Stop(self.ask("?"))

    def __enter__(self) -> "RspClient":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """Drops the connection without a word."""
        self._socket.close()

    # Packets

    def send_raw(self, data: bytes) -> None:
        self._socket.sendall(data)

    def send(self, body: str | bytes) -> None:
        self.send_raw(rsp_frame.encode(body.encode("latin-1") if isinstance(body, str) else body))

    def receive(self, limit: float = ANSWER_SECONDS) -> str | None:
        """The next packet's body, or nothing when none came in time."""
        deadline = time.monotonic() + limit
        while True:
            item = self._decoder.next()
            if item is not None and item[:1] == b"$":
                if self._acks:
                    self.send_raw(b"+")
                return item[1:].decode("latin-1")
            if item == b"-":
                raise AssertionError("the server refused a packet's checksum")
            if item is None and not self._read_more(deadline - time.monotonic()):
                return None

    def ask(self, body: str | bytes, limit: float = ANSWER_SECONDS) -> str:
        self.send(body)
        reply = self.receive(limit)
        if reply is None:
            raise Expired(f"no reply to {body!r} within {limit:g} s")
        return reply

    def demand(self, body: str) -> None:
        """A packet whose reply must be OK."""
        reply = self.ask(body)
        if reply != "OK":
            raise AssertionError(f"{body!r} was answered {reply!r} instead of OK")

    def _read_more(self, limit: float) -> bool:
        if not select.select([self._socket], [], [], max(limit, 0))[0]:
            return False
        data = self._socket.recv(1 << 18)
        if not data:
            raise ConnectionError("the server closed the connection")
        self._decoder.feed(data)
        return True

    # Running

    def attach(self, pid: int) -> Stop:
        """A process of the guest; the machine stands still."""
        stop = Stop(self.ask(f"vAttach;{pid:x}"))
        if not stop.thread:
            raise AssertionError(f"process {pid} is not attached: {stop.text!r}")
        return stop

    def go(self) -> None:
        """All vCPUs run; returns at once."""
        self.send("vCont;c")

    def poll_stop(self, limit: float) -> Stop | None:
        reply = self.receive(limit)
        return None if reply is None else Stop(reply)

    def wait_stop(self, limit: float = ANSWER_SECONDS) -> Stop:
        stop = self.poll_stop(limit)
        if stop is None:
            raise Expired(f"no stop within {limit:g} s")
        return stop

    def go_to_stop(self, limit: float = ANSWER_SECONDS) -> Stop:
        self.go()
        return self.wait_stop(limit)

    def interrupt(self) -> Stop:
        self.send_raw(b"\x03")
        return self.wait_stop()

    def step(self, thread: str) -> Stop:
        self.send(f"vCont;s:{thread}")
        return self.wait_stop()

    def step_among_others(self, thread: str) -> Stop:
        """The other threads of its process go on."""
        self.send(f"vCont;s:{thread};c:{thread.partition('.')[0]}.-1")
        return self.wait_stop()

    def leave(self) -> None:
        """Detaches and closes the connection; the machine runs on."""
        self.demand("D")
        self.close()

    # Breakpoints

    def insert(self, address: int, kind: int = 0, length: int = 1) -> None:
        self.demand(f"Z{kind},{address:x},{length:x}")

    def remove(self, address: int, kind: int = 0, length: int = 1) -> None:
        self.demand(f"z{kind},{address:x},{length:x}")

    # Threads, registers, memory

    def threads(self) -> list[str]:
        found: list[str] = []
        reply = self.ask("qfThreadInfo")
        while reply.startswith("m"):
            found += reply[1:].split(",")
            reply = self.ask("qsThreadInfo")
        return found

    def select(self, thread: str) -> None:
        if thread != self._selected:
            self.demand("Hg" + thread)
            self._selected = thread

    def register(self, name: str, thread: str) -> int:
        self.select(thread)
        reply = self.ask(f"p{self._number(name):x}")
        return int.from_bytes(self._hex(reply, f"register {name}"), "little")

    def write_register(self, name: str, thread: str, value: int, size: int = 8) -> None:
        self.select(thread)
        self.demand(f"P{self._number(name):x}={value.to_bytes(size, 'little').hex()}")

    def pc(self, thread: str) -> int:
        return self.register("rip", thread)

    def pc_of(self, stop: Stop) -> int:
        """As the stop reply tells it, if it does."""
        told = stop.fields.get(f"{self._number('rip'):02x}")
        return int.from_bytes(bytes.fromhex(told), "little") if told else self.pc(stop.thread)

    def read_memory(self, address: int, length: int, thread: str) -> bytes:
        self.select(thread)
        return self._hex(self.ask(f"m{address:x},{length:x}"), f"memory at {address:#x}")

    def read_word(self, address: int, thread: str) -> int:
        return int.from_bytes(self.read_memory(address, 8, thread), "little")

    def write_memory(self, address: int, data: bytes, thread: str) -> None:
        self.select(thread)
        self.demand(f"M{address:x},{len(data):x}:{data.hex()}")

    def document(self, annex: str) -> str:
        text = ""
        while True:
            reply = self.ask(f"qXfer:features:read:{annex}:{len(text):x},1000")
            text += reply[1:]
            if reply[:1] != "m":
                return text

    def _number(self, name: str) -> int:
        if self._numbers is None:
            self._numbers = registers.register_numbers(self.document)
        return self._numbers[name]

    @staticmethod
    def _hex(reply: str, what: str) -> bytes:
        if not re.fullmatch(r"(?:[0-9a-f]{2})+", reply):
            raise AssertionError(f"cannot read {what}: the reply is {reply!r}")
        return bytes.fromhex(reply)

    # The monitor

    def monitor(self, line: str) -> str:
        """What the command prints."""
        self.send("qRcmd," + line.encode().hex())
        text = ""
        while True:
            reply = self.receive()
            if reply is None:
                raise Expired(f"no answer to monitor {line!r}")
            if reply.startswith("O") and reply != "OK":
                text += bytes.fromhex(reply[1:]).decode()
                continue
            if reply == "OK":
                return text
            return text + bytes.fromhex(reply).decode()

    def scope(self, space: int) -> None:
        """Breakpoints set from now on count in one address space only."""
        answer = self.monitor(f"scope {space:#x}")
        assert f"{space:#x} only" in answer, answer
