"""Why a difference is called a practice, and what a rule would change: alike inside a side, apart across, by degree."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from assay.kernel.estimate import Estimate
from assay.quality.calibration.period import complement
from assay.quality.convention.care import meetings, misses_of
from assay.quality.convention.evidence import Evidence, Flags, Floats
from assay.quality.convention.features import COVERED, ELONGATED, SIZE, covered_share, side_px
from assay.quality.convention.model import Convention, Grade, Proof
from assay.quality.marks import Longs
from assay.quality.ratios import shares_over_items

N_GRADES: Final = 5
_FEWEST: Final = 20  # cells of each side, below which a degree is joined with its neighbour


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Two people who were asked about one unit.

    Attributes:
        one: rows of the cells.
        two: rows of the cells.
        across: whether they stand on different sides.
        inside: whether they stand on the same side.
    """

    one: Longs
    two: Longs
    across: Flags
    inside: Flags


def prove(evidence: Evidence, convention: Convention, rng: np.random.Generator) -> Proof:
    """Show how alike people are inside a side and across, and what would change if all read the rule alike.

    Args:
        evidence: that the convention was found in.
        convention: one with sides.
        rng: for the intervals, over images.
    """
    side = _side_of(evidence, convention)
    cells = evidence.cells
    kind = convention.holds[cells.unit]
    pairs = _pairs(evidence, side)
    alike = _alike(evidence, convention.part, pairs)
    told = kind[pairs.one] & ~np.isnan(alike)
    same, marks = (_closeness if convention.part == "geometry" else _agreement)(evidence, pairs)
    parted = pairs.across & kind[pairs.one]
    again = _to_look_at(evidence, convention, side, kind)
    ones, every = np.ones(len(alike)), np.ones(len(alike), bool)
    within, across, agreement, without = _shares(
        evidence,
        pairs,
        [
            (alike, ones, told & pairs.inside),
            (alike, ones, told & pairs.across),
            (same, marks, every),
            (same, marks, ~parted),
        ],
        rng,
    )
    return Proof(
        within=within,
        across=across,
        agreement=agreement,
        without=without,
        n_marks=int(np.count_nonzero(again)),
        n_images=len(np.unique(evidence.image[cells.unit[again]])),
        grades=_grades(evidence, convention, side) if convention.part == "existence" else (),
    )


def _side_of(evidence: Evidence, convention: Convention) -> Longs:
    """(n_people,) 0 or 1 for those who are named on a side, -1 for the others."""
    side = np.full(len(evidence.people), -1, np.int64)
    for number, one in enumerate(convention.sides):
        side[[evidence.people.index(name) for name in one.people]] = number
    return side


def _pairs(evidence: Evidence, side: Longs) -> _Pairs:
    """Every two people asked about one unit."""
    cells = evidence.cells
    asked = np.bincount(cells.unit, minlength=evidence.n_units)
    starts = np.cumsum(asked) - asked
    rank = np.arange(len(cells)) - starts[cells.unit]
    later = asked[cells.unit] - rank - 1
    one = np.repeat(np.arange(len(cells)), later)
    ends = np.cumsum(later)
    two = one + 1 + np.arange(len(one)) - np.repeat(ends - later, later)
    a, b = side[cells.person[one]], side[cells.person[two]]
    both = (a >= 0) & (b >= 0)
    return _Pairs(one, two, both & (a != b), both & (a == b))


def _alike(evidence: Evidence, part: str, pairs: _Pairs) -> Floats:
    """(n_pairs,) how alike two people are in the part that is told about; NaN where it cannot be told."""
    cells = evidence.cells
    both = cells.drew[pairs.one] & cells.drew[pairs.two]
    if part == "existence":
        counted = evidence.n_drew[cells.unit[pairs.one]] > 1
        return np.where(counted, cells.drew[pairs.one] == cells.drew[pairs.two], np.nan)
    if part == "label_class":
        return np.where(both, cells.label_class[pairs.one] == cells.label_class[pairs.two], np.nan)
    iou = np.full(len(both), np.nan)
    iou[both] = _overlap(cells.box[pairs.one[both]], cells.box[pairs.two[both]])
    return iou


def _overlap(a: Floats, b: Floats) -> Floats:
    """(n,) IoU of boxes row by row."""
    sides = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    shared = np.prod(np.maximum(sides, 0.0), axis=1)
    return np.asarray(shared / (np.prod(a[:, 2:] - a[:, :2], axis=1) + np.prod(b[:, 2:] - b[:, :2], axis=1) - shared))


def _agreement(evidence: Evidence, pairs: _Pairs) -> tuple[Floats, Floats]:
    """Marks of each pair that agree in place and class, and all marks of it; their quotient is F1."""
    cells = evidence.cells
    one, two = cells.drew[pairs.one], cells.drew[pairs.two]
    same = one & two & (cells.label_class[pairs.one] == cells.label_class[pairs.two])
    return 2.0 * same, one.astype(np.float64) + two


def _closeness(evidence: Evidence, pairs: _Pairs) -> tuple[Floats, Floats]:
    """IoU of what both of a pair drew, and one for each; their quotient is the mean IoU."""
    iou = _alike(evidence, "geometry", pairs)
    return np.nan_to_num(iou), (~np.isnan(iou)).astype(np.float64)


def _shares(
    evidence: Evidence, pairs: _Pairs, wanted: list[tuple[Floats, Floats, Flags]], rng: np.random.Generator
) -> list[Estimate]:
    """Quotients of sums over pairs, each of a numerator, a denominator and the pairs it is about; from one drawing."""
    image = evidence.image[evidence.cells.unit[pairs.one]]
    tops, bottoms = [], []
    for part, whole, rows in wanted:
        tops.append(np.bincount(image[rows], part[rows], evidence.n_images))
        bottoms.append(np.bincount(image[rows], whole[rows], evidence.n_images))
    return shares_over_items(tops, bottoms, rng, [None] * len(wanted))


def _to_look_at(evidence: Evidence, convention: Convention, side: Longs, kind: Flags) -> Flags:
    """(n_cells,) what the drafted clause may change: the departing side's work on such objects."""
    cells = evidence.cells
    if convention.part == "label_class":
        again = cells.drew & (cells.label_class != evidence.label_class[cells.unit])
    elif convention.part == "existence":
        again = ~cells.drew & (evidence.others_drew > 0)
    else:
        again = cells.drew & (evidence.others_drew > 0)
    return np.asarray(again & kind & (side[cells.person] == 0), np.bool_)


def _grades(evidence: Evidence, convention: Convention, side: Longs) -> tuple[Grade, ...]:
    """Share drawn by each side, by degree where the question has degrees, else such objects beside all others."""
    name, value, line = _degree(evidence, convention)
    if value is None:
        others = [("such objects", convention.holds), ("all others", ~convention.holds)]
        return tuple(_grade(evidence, label, rows, side) for label, rows in others)
    cells = evidence.cells
    met = meetings(evidence) & (side[cells.person] >= 0)
    if not met.any():
        return ()
    usual = np.quantile(value[cells.unit[met]], np.linspace(0, 1, N_GRADES)[1:-1])
    lines = np.unique(np.append(usual, line)).tolist()
    ends = [-np.inf, *lines, np.inf]
    grades = []
    for low, high in pairwise(ends):
        rows = (value > low) & (value <= high)
        grades.append(_grade(evidence, _between(name, low, high), rows, side))
    return tuple(grade for grade in grades if min(grade.shares[0].n, grade.shares[1].n) >= _FEWEST)


def _degree(evidence: Evidence, convention: Convention) -> tuple[str, Floats | None, float]:
    """The unit of the degree in words, its value for each unit, and the line that was found."""
    if convention.family == SIZE:
        return "{} px", side_px(evidence.box), convention.cut
    if convention.family == COVERED:
        share = covered_share(evidence.box, evidence.image, evidence.n_drew > 1)
        return "{} %", 100 * share, 100 * convention.cut
    if convention.family == ELONGATED:
        extent = evidence.box[:, 2:] - evidence.box[:, :2]
        return "{} : 1", extent.max(axis=1) / extent.min(axis=1), convention.cut
    return "", None, 0.0


def _between(name: str, low: float, high: float) -> str:
    digits = 1 if ":" in name else 0
    if low == -np.inf:
        return "up to " + name.format(f"{high:.{digits}f}")
    if high == np.inf:
        return "over " + name.format(f"{low:.{digits}f}")
    return name.format(f"{low:.{digits}f}–{high:.{digits}f}")


def _grade(evidence: Evidence, label: str, rows: Flags, side: Longs) -> Grade:
    cells = evidence.cells
    met = meetings(evidence) & rows[cells.unit]
    first, second = (complement(misses_of(evidence, met & (side[cells.person] == number))) for number in (0, 1))
    return Grade(label, (first, second))
