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
    goal: float | None = None  # the highest good ratio, or the lowest one of a rate
    samples: list[float] = dataclasses.field(default_factory=list)

    def best(self, rate: bool) -> float:
        return max(self.samples) if rate else min(self.samples)


class Table:
    """Rows beside the first, or beside another named one. Whatever else runs on the machine only makes a sample worse,
    so the ratio that counts is the one of the best samples; the one of the medians stands beside it."""

    def __init__(self, title: str, unit: str, rows: list[Row], rate: bool = False, digits: int = 3):
        self.title = title
        self.rate = rate
        self._unit = unit
        self._rows = {row.name: row for row in rows}
        self._base = rows[0].name
        self._digits = digits

    def add(self, name: str, sample: float) -> None:
        self._rows[name].samples.append(sample)

    def text(self) -> str:
        base = self._rows[self._base]
        width = max(len(name) for name in self._rows)
        best = "max" if self.rate else "min"
        lines = [f"{self.title} ({self._unit}; ratios to the first row)", "",
                 f"  {'':{width}}  {best:>9}  {'median':>9}  ratio   of medians  samples"]
        for row in self._rows.values():
            lines.append(f"  {row.name:{width}}  {self._number(row.best(self.rate))}  "
                         f"{self._number(statistics.median(row.samples))}  {self._ratio(row):<6}  "
                         f"{statistics.median(row.samples) / statistics.median(base.samples):<10.3f}  "
                         f"{len(row.samples):<7}  {self._verdict(row)}".rstrip())
        return "\n".join(lines) + "\n"

    def missed(self) -> list[str]:
        return [f"{self.title}: {row.name}" for row in self._rows.values() if self._verdict(row).startswith(MISSED)]

    def values(self) -> dict:
        """For JSON."""
        rows = [{"name": row.name, "goal": row.goal, "ratio": self._exact_ratio(row), "samples": row.samples}
                for row in self._rows.values()]
        return {"title": self.title, "unit": self._unit, "rate": self.rate, "rows": rows}

    def _number(self, value: float) -> str:
        return f"{value:9.{self._digits}f}"

    def _exact_ratio(self, row: Row) -> float:
        return row.best(self.rate) / self._rows[self._base].best(self.rate)

    def _ratio(self, row: Row) -> str:
        ratio = self._exact_ratio(row)
        return f"{ratio:.3f}" if ratio < 10 else f"{ratio:.0f}"

    def _verdict(self, row: Row) -> str:
        if row.goal is None:
            return ""
        ratio = self._exact_ratio(row)
        held = ratio >= row.goal if self.rate else ratio <= row.goal
        return f"{WITHIN if held else MISSED} ({'>=' if self.rate else '<='} {row.goal:g})"
