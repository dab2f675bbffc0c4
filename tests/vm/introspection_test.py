# SPDX-License-Identifier: GPL-2.0-or-later
"""What hvgdb tells of the guest's operating system, field by field beside what the guest tells of itself in /proc.

HVGDB_TEST_KERNEL names a kernel to try with all configurations; without it there is a choice of them."""

import itertools
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import environment
from introspection import files, kernel, memory, processes, registers
from introspection.report import Answers, Situation, ask_symbols
from rsp_client import RspClient
from zoo import Configuration, Zoo

CHOSEN = [
    Configuration("6.12", smp=1, pti=True),
    Configuration("6.12", smp=4, pti=False, cpu="max"),
    Configuration("6.1", smp=1, pti=False, memory="4G"),
    Configuration("6.1", smp=4, pti=True, cpu="max"),
]

CACHES = tempfile.TemporaryDirectory(prefix="hvgdb-kernels-")


def all_configurations(name: str) -> list[Configuration]:
    return [Configuration(name, smp, pti, cpu, size)
            for smp, pti, cpu, size in itertools.product((1, 4), (True, False), ("", "max"), ("512M", "4G"))]


def take_situation(zoo: Zoo) -> Situation:
    """Pauses the machine between two copies of /proc."""
    zoo.copy_proc()
    names = [name for name, _, _ in kernel.symbol_rows(zoo.symbol_sample())]
    with RspClient(zoo.endpoint) as client:
        answers = Answers(client, zoo)
        symbols = dict(zip(names, ask_symbols(client, names)))
        client.demand("D")
    return Situation(zoo, zoo.copy_proc_again(), answers, symbols)


class Introspection:
    """The tests of one configuration, all of one pause. No least number is reached by leaving things out."""

    configuration: Configuration
    situation: Situation
    is_known: bool

    @classmethod
    def setUpClass(cls) -> None:
        if (why := cls.configuration.missing()) is not None:
            if environment.absence_is_a_failure():
                raise AssertionError(why)
            raise unittest.SkipTest(why)
        # The first guest with a kernel meets an empty cache, the next ones are to find what that left.
        cache = pathlib.Path(CACHES.name) / cls.configuration.kernel
        cls.is_known = cache.exists()
        cls.zoo = Zoo(cls.configuration, os_cache=str(cache))
        cls.addClassCleanup(cls.zoo.close)
        cls.situation = take_situation(cls.zoo)

    def test_located(self) -> None:
        self.assertIn("warm" if self.is_known else "cold", self.situation.answers.facts["located"])
        levels = 5 if self.zoo.has_la57 else 4
        self.assertRegex(self.situation.answers.facts["page tables"], rf"\b{levels} levels$")
        version = (environment.KERNELS / self.configuration.kernel / "version").read_text().strip()
        self.assertEqual(self.situation.answers.facts["system"], f"Linux {version}")

    def test_processes(self) -> None:
        processes.compare_processes(self.situation).verdict(least=700)

    def test_threads(self) -> None:
        processes.compare_threads(self.situation).verdict(least=300)

    def test_mappings(self) -> None:
        memory.compare_mappings(self.situation).verdict(least=550)

    def test_arguments_and_environment(self) -> None:
        memory.compare_strings(self.situation).verdict(least=50)

    def test_auxiliary_vectors(self) -> None:
        memory.compare_auxiliary_vectors(self.situation).verdict(least=25)

    def test_hidden_page(self) -> None:
        memory.compare_hidden_page(self.situation).verdict(least=1)

    def test_files(self) -> None:
        files.compare_files(self.situation).verdict(least=350)

    def test_paths(self) -> None:
        files.compare_paths(self.situation).verdict(least=50)

    def test_system_calls(self) -> None:
        registers.compare_system_calls(self.situation).verdict(least=150)

    def test_planted_registers(self) -> None:
        registers.compare_planted(self.situation).verdict(least=130)

    def test_compat_registers(self) -> None:
        registers.compare_compat(self.situation).verdict(least=7)

    def test_modules(self) -> None:
        kernel.compare_modules(self.situation).verdict(least=5)

    def test_symbols(self) -> None:
        kernel.compare_symbols(self.situation).verdict(least=300)

    def test_no_answer_is_an_error(self) -> None:
        # Kernel threads have no registers.
        unexpected = [str(failure) for failure in self.situation.answers.failures()
                      if not (failure.code == "not_found" and "registers" in str(failure))]
        self.assertEqual(unexpected, [])


def load_tests(loader, _, __) -> unittest.TestSuite:
    name = os.environ.get("HVGDB_TEST_KERNEL")
    suite = unittest.TestSuite()
    for configuration in all_configurations(name) if name else CHOSEN:
        case = type(configuration.name(), (Introspection, unittest.TestCase), {"configuration": configuration})
        suite.addTests(loader.loadTestsFromTestCase(case))
    return suite
