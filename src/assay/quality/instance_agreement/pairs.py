"""Which sheets are compared, and what each comparison adds to the sums."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from assay.quality.instance_agreement.sheets import Sheets
from assay.quality.marks import Longs, Marks
from assay.quality.matching import match_marks

Floats = NDArray[np.float64]

# Columns of a comparison: all marks; pairs; pairs of one class; IoU of pairs of one class; IoU of all pairs.
MARKS, PAIRS, SAME_CLASS, SAME_CLASS_IOU, PAIR_IOU = range(5)
N_COLUMNS: Final = 5

N_SHIFTS: Final = 20
MOST_CHANCE_PAIRS: Final = 400_000  # comparisons of different images; more tell nothing new
_MARKS_AT_ONCE: Final = 2_000_000


@dataclass(frozen=True, eq=False)
class Observed:
    """Comparisons of two people on the same image, those of an image with m people weighing 1 / (m - 1).

    Attributes:
        sums: (n_images, N_COLUMNS) an image both left empty counts as one pair of one class and IoU 1.
        image: (n_matched,) image of each matched pair of marks.
        weight: (n_matched,) its weight.
        first: (n_matched,) row of one mark among all sheets' marks.
        second: (n_matched,) row of the other.
        iou: (n_matched,) their IoU.
        n_pairs: pairs of sheets.
    """

    sums: Floats
    image: Longs
    weight: Floats
    first: Longs
    second: Longs
    iou: Floats
    n_pairs: int


def observe(sheets: Sheets, threshold: float) -> Observed:
    """Compare every two people on every image."""
    first, second = _within(sheets)
    image = sheets.image[first]
    weight = 1.0 / (sheets.people[image] - 1)
    sums = np.zeros((sheets.n_images, N_COLUMNS))
    none = np.empty(0, np.int64)
    kept: list[tuple[Longs, Longs, Longs, Floats]] = [(none, none, none, np.empty(0))]
    for here in _chunks(sheets.marks, first, second):
        columns, owner, left, right, iou = _compare(sheets.marks, first[here], second[here], threshold)
        for column in range(N_COLUMNS):
            sums[:, column] += np.bincount(image[here], columns[:, column] * weight[here], sheets.n_images)
        kept.append((owner + here.start, left, right, iou))
    pair, left, right, iou = (np.concatenate(part) for part in zip(*kept, strict=True))
    return Observed(sums, image[pair], weight[pair], left, right, iou, len(first))


def by_chance(sheets: Sheets, threshold: float, rng: np.random.Generator) -> list[csr_array]:
    """Compare sheets of different images, coordinates being shares of the image.

    Returns:
        For each column an (n_images, n_images) table of sums, or no table at all when no two images may be compared.
    """
    first, second = _across(sheets, rng)
    if len(first) == 0:
        return []
    shape = (sheets.n_images, sheets.n_images)
    tables = [csr_array(shape, dtype=np.float64) for _ in range(N_COLUMNS)]
    for here in _chunks(sheets.relative, first, second):
        columns = _compare(sheets.relative, first[here], second[here], threshold)[0]
        place = (sheets.image[first[here]], sheets.image[second[here]])
        for column in range(N_COLUMNS):
            tables[column] = tables[column] + coo_array((columns[:, column], place), shape=shape).tocsr()
    return tables


def _within(sheets: Sheets) -> tuple[Longs, Longs]:
    """Every two sheets of one image, by image."""
    begins = np.cumsum(sheets.people) - sheets.people
    first, second = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for m in np.unique(sheets.people):
        a, b = np.array(list(combinations(range(int(m)), 2)), np.int64).T
        here = begins[sheets.people == m][:, None]
        first.append((here + a).ravel())
        second.append((here + b).ravel())
    one, two = np.concatenate(first), np.concatenate(second)
    order = np.argsort(one, kind="stable")
    return one[order], two[order]


def _across(sheets: Sheets, rng: np.random.Generator) -> tuple[Longs, Longs]:
    """Pairs of sheets of different images: each with its next twenty in a random circle, or all if they are few."""
    order = rng.permutation(len(sheets.image))[:MOST_CHANCE_PAIRS]
    n = len(order)
    n_shifts = min(N_SHIFTS, max(1, MOST_CHANCE_PAIRS // max(n, 1)))
    if n - 1 <= 2 * n_shifts:
        one, two = np.triu_indices(n, 1)
    else:
        one = np.tile(np.arange(n), n_shifts)
        two = (one + np.repeat(np.arange(1, n_shifts + 1), n)) % n
    first, second = order[one], order[two]
    group = sheets.group[sheets.image]
    strange = group[first] != group[second]
    return first[strange], second[strange]


def _chunks(marks: Marks, first: Longs, second: Longs) -> list[slice]:
    """Stretches of comparisons that hold a bounded number of marks each."""
    size = np.cumsum(marks.counts[first] + marks.counts[second])
    total = int(size[-1]) if len(size) else 0
    cuts = np.searchsorted(size, np.arange(_MARKS_AT_ONCE, total, _MARKS_AT_ONCE)) + 1
    edges = np.unique(np.concatenate([[0], cuts, [len(first)]]))
    return [slice(int(a), int(b)) for a, b in pairwise(edges)]


def _compare(marks: Marks, first: Longs, second: Longs, threshold: float) -> tuple[Floats, Longs, Longs, Longs, Floats]:
    """Sums of each comparison; and of each matched pair its comparison, both rows in `marks` and its IoU."""
    left, right = marks.take(first), marks.take(second)
    found = match_marks(left, right, threshold=threshold, mode="class_agnostic")
    owner, same, iou = left.items[found.left_rows], found.same_class, found.pair_iou
    n = len(first)
    empty = ((left.counts + right.counts) == 0).astype(np.float64)
    columns = np.empty((n, N_COLUMNS))
    columns[:, MARKS] = left.counts + right.counts + 2 * empty
    columns[:, PAIRS] = np.bincount(owner, minlength=n) + empty
    columns[:, SAME_CLASS] = np.bincount(owner, same, n) + empty
    columns[:, SAME_CLASS_IOU] = np.bincount(owner, iou * same, n) + empty
    columns[:, PAIR_IOU] = np.bincount(owner, iou, n)
    rows = found.left_rows + (marks.offsets[first] - left.offsets[:-1])[owner]
    cols = found.right_rows + (marks.offsets[second] - right.offsets[:-1])[right.items[found.right_rows]]
    return columns, owner, rows, cols, iou
