# SPDX-License-Identifier: GPL-2.0-or-later
"""run.py FILE [ARGUMENTS OF unittest]: runs a file of tests that need a guest.

Ends with 77 when this machine lacks QEMU or the guest, unless HVGDB_REQUIRE_GUEST=1 makes that a failure."""

import importlib.util
import sys
import time
import unittest

import environment

SKIPPED = 77


class TimedResult(unittest.TextTestResult):
    def startTest(self, test) -> None:
        self._started = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test) -> None:
        self.stream.write(f"({time.monotonic() - self._started:.1f} s) ")
        super().addSuccess(test)


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    if (why := environment.missing()) is not None:
        print(f"{'FAILED' if environment.absence_is_a_failure() else 'skipped'}: {why}")
        return 1 if environment.absence_is_a_failure() else SKIPPED
    spec = importlib.util.spec_from_file_location("tests_of_file", sys.argv[1])
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=TimedResult)
    program = unittest.main(module=module, argv=sys.argv[1:], testRunner=runner, exit=False)
    return 0 if program.result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
