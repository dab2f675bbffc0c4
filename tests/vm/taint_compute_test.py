# SPDX-License-Identifier: GPL-2.0-or-later
"""Labels of what a program computes of labelled bytes: an encoding, a search, a cipher. Byte by byte, as the rules and
policies promise; and what it computes is what it should be."""

import base64

from taint_case import CLEAN, SAME, SIZE, Labels, TaintCase

SECRET = b"0123456789abcdef"
ROUND_KEY = b"a round's key..."
MASK = bytes([0xff, 1, 0xff, 2, 0xff, 3, 0xff, 4, *bytes(8)])
PAGE = 4096
WORD = 8
ALL = set(range(SIZE))
NOWHERE: Labels = [set()] * WORD

#: Each digit of the encoding is made of one byte or two.
DIGITS: Labels = [digit for first in range(0, SIZE - 1, 3)
                  for digit in ({first}, {first, first + 1}, {first + 1, first + 2}, {first + 2})]
DIGITS += [{SIZE - 1}, {SIZE - 1}, set(), set()]
NO_DIGITS: Labels = [set()] * len(DIGITS)

#: With all policies off.
EXPECTED: dict[str, Labels] = {
    "secret": SAME,
    "by_table": NO_DIGITS,
    "by_sums": DIGITS,
    "by_branches": NO_DIGITS,
    "at_by_branches": NOWHERE,
    "at_by_choice": NOWHERE,
    "signs": [set(range(8)), set(range(8, SIZE))] + NOWHERE[2:],
    "at_by_scan": [ALL] * WORD,
    "at_by_count": [ALL] + NOWHERE[1:],
    "at_by_libc": [ALL] * WORD,
    "word_at": NOWHERE,
    "encrypted": [ALL] * SIZE,
    "masked": [ALL] * SIZE,
}
#: The library finds where the word may be by a table of its pairs of bytes: {9, 10} and {10, 11} are looked up last.
BY_TABLE: dict[str, Labels] = {"by_table": DIGITS, "word_at": [{9, 10, 11}] * WORD}
BY_CONDITION: dict[str, Labels] = {"at_by_choice": [ALL] * 4 + NOWHERE[4:]}


def product(one: int, other: int) -> int:
    """In the field of AES (FIPS 197, 4.2)."""
    total = 0
    while other:
        total ^= one if other & 1 else 0
        one = one << 1 ^ (0x11b if one & 0x80 else 0)
        other >>= 1
    return total


def substitute(byte: int) -> int:
    """FIPS 197, 5.1.1: the inverse, which is the power of 254, and an affine transformation."""
    inverse = 1
    for _ in range(254):
        inverse = product(inverse, byte)
    turned = inverse
    for shift in range(1, 5):
        turned ^= (inverse << shift | inverse >> 8 - shift) & 0xff
    return turned ^ 0x63


def aes_round(state: bytes, key: bytes) -> bytes:
    """FIPS 197, 5.1: columns of four bytes."""
    rows = [substitute(state[(4 * (at // 4) + 5 * (at % 4)) % SIZE]) for at in range(SIZE)]
    mixed = [product(rows[at], 2) ^ product(rows[at - at % 4 + (at + 1) % 4], 3)
             ^ rows[at - at % 4 + (at + 2) % 4] ^ rows[at - at % 4 + (at + 3) % 4] for at in range(SIZE)]
    return bytes(one ^ other for one, other in zip(mixed, key))


def wanted_values() -> dict[str, bytes]:
    encoded = base64.b64encode(SECRET)
    at = SECRET.index(b"a").to_bytes(WORD, "little")
    encrypted = aes_round(SECRET, ROUND_KEY)
    return {
        "by_table": encoded, "by_sums": encoded, "by_branches": encoded,
        "at_by_branches": at, "at_by_choice": at, "at_by_scan": at, "at_by_count": at, "at_by_libc": at,
        "signs": (1 << SECRET.index(b"a")).to_bytes(WORD, "little"),
        "word_at": SECRET.index(b"9ab").to_bytes(WORD, "little"),
        "encrypted": encrypted,
        "masked": bytes(one ^ other for one, other in zip(encrypted, MASK)),
        "pages": SECRET,
    }


class Computes(TaintCase):
    QEMU_ARGS = ("-cpu", "max")
    PROGRAM = "reckoner"
    DONE = {"reckoner done"}

    def check(self, changed: dict[str, Labels], *lines: str) -> None:
        program, client = self.run_tainted(*lines)
        for name, wanted in {**EXPECTED, **changed}.items():
            with self.subTest(place=name):
                self.assertEqual(self.labels(client, self.place(name), len(wanted)), wanted)
        with self.subTest(place="pages"):
            self.assertEqual(self.labels(client, self.place("pages") + PAGE - SIZE // 2), SAME)
            self.assertEqual(self.labels(client, self.place("pages") + PAGE + SIZE // 2), CLEAN)
        client.leave()
        shown = dict(line.split() for line in program.output().splitlines()[1:-1])
        self.assertEqual({name: bytes.fromhex(text) for name, text in shown.items()}, wanted_values())

    def test_by_data_alone(self) -> None:
        self.check({})

    def test_through_addresses(self) -> None:
        self.check(BY_TABLE, "taint_policy loads index")

    def test_through_conditions(self) -> None:
        self.check(BY_CONDITION, "taint_policy conditions on")

    def test_through_both(self) -> None:
        self.check(BY_TABLE | BY_CONDITION, "taint_policy loads all conditions on")


class ComputesOnFourVcpus(Computes):
    SMP = 4
