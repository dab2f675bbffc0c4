# SPDX-License-Identifier: GPL-2.0-or-later
"""The register numbers in a target description (GDB manual, "Target Description Format")."""

import re
from collections.abc import Callable, Iterator

ELEMENT = re.compile(r"<(?:xi:include|reg)\b([^>]*)>")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


def register_numbers(read_document: Callable[[str], str]) -> dict[str, int]:
    """`read_document` gets an annex, as "target.xml"."""
    numbers: dict[str, int] = {}
    following = 0
    for register in _registers(read_document, "target.xml"):
        following = int(register.get("regnum", following))
        numbers[register["name"]] = following
        following += 1
    return numbers


def _registers(read_document: Callable[[str], str], annex: str) -> Iterator[dict[str, str]]:
    # QEMU's documents use the prefix "xi" without declaring it, which an XML parser refuses.
    for element in ELEMENT.finditer(COMMENT.sub("", read_document(annex))):
        attributes = dict(ATTRIBUTE.findall(element.group(1)))
        if "href" in attributes:
            yield from _registers(read_document, attributes["href"])
        else:
            yield attributes
