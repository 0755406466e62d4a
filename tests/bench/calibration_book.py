"""The book a calibration benchmark writes in: promises, what was measured, and tables."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from tests.bench.calibration_cast import Geometry

from assay.kernel.estimate import Estimate


@dataclass
class Line:
    """One promise, what was measured, and whether it holds."""

    name: str
    measured: float
    low: float | None
    high: float | None
    note: str = ""

    @property
    def holds(self) -> bool:
        return (self.low is None or self.measured >= self.low) and (self.high is None or self.measured <= self.high)


@dataclass
class Bench:
    """What all the parts share: sizes, geometry, and the lines found so far."""

    runs: int
    seed: int
    dense: Geometry
    sparse: Geometry
    lines: list[Line] = field(default_factory=list)
    tables: dict[str, list[dict[str, object]]] = field(default_factory=dict)

    def rng(self, *key: int) -> np.random.Generator:
        return np.random.default_rng((self.seed, *key))

    def add(
        self, name: str, measured: float, *, low: float | None = None, high: float | None = None, note: str = ""
    ) -> None:
        self.lines.append(Line(name, float(measured), low, high, note))

    def row(self, table: str, **cells: object) -> None:
        self.tables.setdefault(table, []).append(cells)


def covers(estimate: Estimate, truth: float) -> bool:
    """Whether the interval holds the truth; an estimate without one covers nothing."""
    return estimate.low is not None and estimate.high is not None and estimate.low <= truth <= estimate.high


def half_width(estimate: Estimate) -> float:
    """Half the interval; 1 when there is none."""
    return 1.0 if estimate.half_width is None else estimate.half_width


def print_book(bench: Bench) -> None:
    """Print every table and every promise as Markdown."""
    for name, rows in bench.tables.items():
        print(f"\n## {name}\n\n| " + " | ".join(rows[0]) + " |\n|" + "---|" * len(rows[0]))
        for row in rows:
            print("| " + " | ".join(str(v) for v in row.values()) + " |")
    print("\n## promises\n\n| promise | measured | at least | at most | |\n|---|---|---|---|---|")
    for line in bench.lines:
        low, high = ("" if v is None else f"{v:g}" for v in (line.low, line.high))
        print(f"| {line.name} | {line.measured:.4g} | {low} | {high} | {'holds' if line.holds else '**FAILS**'} |")
    failed = sum(not line.holds for line in bench.lines)
    print(f"\n{len(bench.lines)} lines, {failed} fail.")
