"""What turning a knob does to quality, from this project's own gold: in words, with the evidence behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import comb, floor

import numpy as np
from numpy.typing import NDArray

from assay.gold import ErrorKind, StoredScore
from assay.kernel.estimate import Estimate, nothing_measured
from assay.quality.calibration import CalibrationSetup, plan_gold
from assay.quality.intervals import bootstrap_ratio

MIN_MARKS = 20
"""Gold marks seen by enough people below which nothing is said of the majority."""


def effect_of(
    name: str, before: float, after: float, scores: Mapping[str, Sequence[StoredScore]], setup: CalibrationSetup
) -> str:
    """What one change does, as a sentence.

    Args:
        name: the knob.
        before: its setting now.
        after: the one asked about.
        scores: counted gold scores by person.
        setup: the chart that watches people.
    """
    if name == "overlap":
        return _overlap(before, after, [s for mine in scores.values() for s in mine])
    if name == "gold_rate":
        return _gold(before, after, setup)
    if name == "review_share":
        return f"somebody looks at {after:.0%} of answers, was {before:.0%}"
    return "needs a certificate for each class; without one nothing is accepted automatically"


def _gold(before: float, after: float, setup: CalibrationSetup) -> str:
    """How much work passes before a slip is seen: exact mean run length of the chart over the gold rate."""

    def passes(rate: float) -> str:
        if rate <= 0:
            return "never"
        return f"after {plan_gold(setup.policy, gold_rate=rate).tasks_to_catch:,.0f} tasks"

    return f"a slip is seen {passes(after)}, was {passes(before)} (mean)"


def _overlap(before: float, after: float, scores: Sequence[StoredScore]) -> str:
    errors = {k: majority_error(scores, k) for k in (before, after)}
    old, new = errors[before], errors[after]
    if new.value is None or old.value is None or new.n < MIN_MARKS:
        return f"not enough evidence on gold: n {new.n} marks, needs {MIN_MARKS}"
    between = "" if new.low is None or new.high is None else f" ({_rate(new.low)}–{_rate(new.high)})"
    return f"marks the majority misses or misnames {_rate(old.value)} → {_rate(new.value)}{between}, n {new.n} marks"


def _rate(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def majority_error(scores: Sequence[StoredScore], overlap: float) -> Estimate:
    """Share of gold marks that the majority of `overlap` random people would miss or misname.

    Exact over all choices of people who met the mark; a tie counts half; between two whole overlaps the share of
    images that gets one answer more is drawn at random (an adaptive stop does better). Only marks that as many people
    met count. Interval by bootstrap over images.
    """
    low = max(1, floor(overlap))
    share = overlap - low
    need = low + (share > 0)
    wrong: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    for item, table in _tables(scores).items():
        if table.shape[0] >= need:
            m, k = table.shape[0], table.sum(axis=0)
            at = [(1 - share) * _majority(m, int(c), low) + share * _majority(m, int(c), need) for c in k]
            wrong[item].append(np.array(at))
    if not wrong:
        return nothing_measured("majority-of-gold")
    sums = np.array([float(sum(a.sum() for a in parts)) for parts in wrong.values()])
    counts = np.array([float(sum(a.size for a in parts)) for parts in wrong.values()])
    found = bootstrap_ratio(sums, counts, rng=np.random.default_rng(0))
    return Estimate(found.value, found.low, found.high, int(counts.sum()), len(wrong), "majority-of-gold")


def _tables(scores: Iterable[StoredScore]) -> dict[str, NDArray[np.float64]]:
    """By item: (people, gold marks), 1 where a person missed or misnamed a mark."""
    by_item: dict[tuple[str, int], list[list[float]]] = defaultdict(list)
    for stored in scores:
        marks = [m for m in stored.score.marks if m.gold is not None]
        bad = {ErrorKind.MISSED, ErrorKind.MISCLASSIFIED}
        # The order of verdicts differs between answers; the mark's place tells them apart.
        marks.sort(key=lambda m: (m.gold.label_class, m.gold.bbox) if m.gold else ("", ()))
        if marks:
            by_item[stored.item_id, stored.gold_version].append([float(m.kind in bad) for m in marks])
    tables = {}
    for (item, _), rows in by_item.items():
        width = max(map(len, rows))
        tables[item] = np.array([row for row in rows if len(row) == width])
    return tables


def _majority(people: int, wrong: int, k: int) -> float:
    """Chance that most of k people drawn from `people`, `wrong` of whom err, err; a tie counts half."""
    total = comb(people, k)
    chance = 0.0
    for bad in range(k + 1):
        ways = comb(wrong, bad) * comb(people - wrong, k - bad)
        weight = 1.0 if 2 * bad > k else 0.5 if 2 * bad == k else 0.0
        chance += weight * ways / total
    return chance
