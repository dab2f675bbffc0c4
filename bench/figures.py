# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured, and the tables made of it."""

import dataclasses
import statistics

WITHIN = "within the goal"
MISSED = "GOAL MISSED"


@dataclasses.dataclass
class Row:
    """One way to run the guest. Samples are costs (less is better) or, with `rate`, events a second."""

    name: str
    goal: float | None = None  # the highest good ratio (or sample, in Limits), or the lowest one of a rate
    samples: list[float] = dataclasses.field(default_factory=list)

    def median(self) -> float:
        return statistics.median(self.samples)

    def best(self, rate: bool) -> float:
        return max(self.samples) if rate else min(self.samples)


class Table:
    """Rows beside the first. The ratio that counts is the one of the best samples, because whatever else runs on the
    machine only makes a sample worse; the one of the medians stands beside it and shows how much that was."""

    def __init__(self, title: str, unit: str, rows: list[Row], rate: bool = False, digits: int = 3):
        self.title = title
        self.rate = rate
        self._unit = unit
        self._rows = {row.name: row for row in rows}
        self._base = rows[0]
        self._digits = digits

    def add(self, name: str, sample: float) -> None:
        self._rows[name].samples.append(sample)

    def text(self) -> str:
        width = max(len(name) for name in self._rows)
        best = "max" if self.rate else "min"
        lines = [f"{self.title} ({self._unit}; ratios of the best to the first row's; {len(self._base.samples)} samples)", "",
                 f"  {'':{width}}  {'median':>10}  {best:>10}  ratio   of medians"]
        for row in self._rows.values():
            of_medians = row.median() / self._base.median()
            line = (f"  {row.name:{width}}  {row.median():10.{self._digits}f}  {row.best(self.rate):10.{self._digits}f}  "
                    f"{_short(self._ratio(row)):<6}  {_short(of_medians):<10}  {self._verdict(row)}")
            lines.append(line.rstrip())
        return "\n".join(lines) + "\n"

    def missed(self) -> list[str]:
        return [f"{self.title}: {row.name}" for row in self._rows.values() if self._verdict(row).startswith(MISSED)]

    def values(self) -> dict:
        """For JSON."""
        rows = [{"name": row.name, "goal": row.goal, "ratio": self._ratio(row), "samples": row.samples}
                for row in self._rows.values()]
        return {"title": self.title, "unit": self._unit, "rate": self.rate, "rows": rows}

    def _ratio(self, row: Row) -> float:
        return row.best(self.rate) / self._base.best(self.rate)

    def _verdict(self, row: Row) -> str:
        if row.goal is None:
            return ""
        ratio = self._ratio(row)
        held = ratio >= row.goal if self.rate else ratio <= row.goal
        return f"{WITHIN if held else MISSED} ({'>=' if self.rate else '<='} {row.goal:g})"


class Limits:
    """Rows that stand for themselves, each with a goal of its own: the most that is good."""

    def __init__(self, title: str, unit: str, rows: list[Row], digits: int = 1):
        self.title = title
        self._unit = unit
        self._rows = {row.name: row for row in rows}
        self._digits = digits

    def add(self, name: str, sample: float) -> None:
        self._rows[name].samples.append(sample)

    def text(self) -> str:
        width = max(len(name) for name in self._rows)
        samples = len(next(iter(self._rows.values())).samples)
        lines = [f"{self.title} ({self._unit}; {samples} samples)", "", f"  {'':{width}}  {'median':>10}  {'min':>10}"]
        for row in self._rows.values():
            line = (f"  {row.name:{width}}  {row.median():10.{self._digits}f}  {row.best(False):10.{self._digits}f}  "
                    f"{self._verdict(row)}")
            lines.append(line.rstrip())
        return "\n".join(lines) + "\n"

    def missed(self) -> list[str]:
        return [f"{self.title}: {row.name}" for row in self._rows.values() if self._verdict(row).startswith(MISSED)]

    def values(self) -> dict:
        """For JSON."""
        rows = [{"name": row.name, "goal": row.goal, "samples": row.samples} for row in self._rows.values()]
        return {"title": self.title, "unit": self._unit, "rows": rows}

    @staticmethod
    def _verdict(row: Row) -> str:
        if row.goal is None:
            return ""
        return f"{WITHIN if row.median() <= row.goal else MISSED} (<= {row.goal:g})"


def _short(ratio: float) -> str:
    return f"{ratio:.3f}" if ratio < 10 else f"{ratio:.0f}"
