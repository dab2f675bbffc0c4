# SPDX-License-Identifier: GPL-2.0-or-later
"""What hvgdb tells of the guest's operating system, through the monitor's `osjson`."""

import json

from rsp_client import RspClient


class OsFailure(AssertionError):
    """`osjson` answered with an error."""

    def __init__(self, text: str, code: str):
        super().__init__(f"{text} ({code})")
        self.code = code


def ask(client: RspClient, topic: str, *arguments):
    """The machine must be paused. Strings have one character for each byte."""
    line = " ".join(["osjson", topic, *map(str, arguments)])
    text = client.monitor(line)
    try:
        answer = json.loads(text)
    except json.JSONDecodeError as error:
        raise AssertionError(f"monitor {line}: no JSON: {text[:200]!r}") from error
    if isinstance(answer, dict) and "error" in answer:
        raise OsFailure(f"{line}: {answer['error']}", answer["code"])
    return answer
