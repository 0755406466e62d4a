"""Agreement and scores of very many items at once, as sums of whole numbers that no order or cut can change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.kernel import twin_batch
from assay.kernel.native import BACKEND, Backend, compiled

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Ints = NDArray[np.int32]

FINE: Final = twin_batch.FINE
COARSE: Final = twin_batch.COARSE
MOST_MARKS_AT_ONCE: Final = 1 << 24  # marks met in one call, so that no product overflows


class Agree(IntEnum):
    """Columns of sums over comparisons of two people; products are of the sums over one item.

    IoU is counted in steps of 1 / `FINE`, in products in steps of 1 / `COARSE`. "Marks" are those of both sides, an
    item both left empty counting as one mark each; "units" count a matched pair once; "hits" are pairs of the same
    class and items both left empty, "seen" the same whatever the class, "close" the IoU of hits.
    """

    ITEMS = 0
    EMPTY = 1
    LEFT = 2
    RIGHT = 3
    MATCHED = 4
    SAME = 5
    IOU = 6
    IOU_SAME = 7
    ITEMS_MATCHED = 8
    HITS_HITS = 9
    HITS_MARKS = 10
    MARKS_MARKS = 11
    SEEN_SEEN = 12
    SEEN_MARKS = 13
    CLOSE_CLOSE = 14
    CLOSE_UNITS = 15
    UNITS_UNITS = 16
    SAME_SAME = 17
    SAME_MATCHED = 18
    MATCHED_MATCHED = 19
    IOU_IOU = 20
    IOU_MATCHED = 21


class AgreeClass(IntEnum):
    """The same for one class: marks of both sides, pairs of that class, their IoU; items are those where it occurs."""

    ITEMS = 0
    MARKS = 1
    HITS = 2
    IOU = 3
    HITS_HITS = 4
    HITS_MARKS = 5
    MARKS_MARKS = 6
    IOU_IOU = 7
    IOU_UNITS = 8
    UNITS_UNITS = 9


class Score(IntEnum):
    """Columns of sums over comparisons of an answer with gold; "hits" are pairs of the same class, IoU is theirs.

    "Errors" are gold marks not correct and answer marks without a partner; "units" count a pair once, and an item empty
    and left empty once.
    """

    ITEMS = 0
    EMPTY = 1
    GOLD = 2
    ANSWER = 3
    MATCHED = 4
    HITS = 5
    CORRECT = 6
    IOU = 7
    ITEMS_GOLD = 8
    ITEMS_ANSWER = 9
    ITEMS_ANY = 10
    ITEMS_HIT = 11
    HITS_HITS = 12
    HITS_GOLD = 13
    HITS_ANSWER = 14
    GOLD_GOLD = 15
    GOLD_ANSWER = 16
    ANSWER_ANSWER = 17
    IOU_IOU = 18
    IOU_HITS = 19
    ERRORS_ERRORS = 20
    ERRORS_UNITS = 21
    UNITS_UNITS = 22


@dataclass(frozen=True, eq=False)
class Comparisons:
    """Which stretches of marks are held against which, those of one row together.

    Attributes:
        boxes: (n_marks, 4) valid boxes.
        classes: (n_marks,) class numbers below `n_classes`.
        ranges: (n, 4) left from, left to, right from, right to.
        rows: (n,) row (item) of each comparison.
        left: (n,) person on the left; not looked at in scores.
        right: (n,) person on the right.
        pair: (n,) number of the two of them; not looked at in scores.
        n_rows: rows in all.
        n_people: people numbered.
        n_pairs: pairs numbered.
        n_classes: classes numbered.
    """

    boxes: Floats
    classes: Ints
    ranges: Longs
    rows: Longs
    left: Ints
    right: Ints
    pair: Ints
    n_rows: int
    n_people: int
    n_pairs: int
    n_classes: int

    def parts(self) -> Iterator[slice]:
        """Stretches of whole rows that meet a bounded number of marks each."""
        met = np.cumsum(self.ranges[:, 1] - self.ranges[:, 0] + self.ranges[:, 3] - self.ranges[:, 2])
        total, first = int(met[-1]) if len(met) else 0, 0
        for goal in range(MOST_MARKS_AT_ONCE, total, MOST_MARKS_AT_ONCE):
            cut = int(np.searchsorted(self.rows, self.rows[np.searchsorted(met, goal)]))
            if cut > first:
                yield slice(first, cut)
                first = cut
        yield slice(first, len(self.rows))


@dataclass(frozen=True, eq=False)
class AgreeSums:
    """Sums by pair (n_pairs, Agree), by person, of all (Agree,), by class (n_classes, AgreeClass), by row."""

    pairs: Longs
    people: Longs
    total: Longs
    classes: Longs
    row_sums: Longs
    stopped_at: int


@dataclass(frozen=True, eq=False)
class ScoreSums:
    """Sums by person (n_people, Score), of all, by class, and gold by answer (n_classes + 1, n_classes + 1)."""

    people: Longs
    total: Longs
    classes: Longs
    confusion: Longs
    stopped_at: int


def agree_rows(given: Comparisons, *, threshold: float, backend: Backend = BACKEND) -> AgreeSums:
    """Match every comparison, same classes first, and add it up; `stopped_at` is the row that was too much, or -1."""
    pairs, people = _table(given.n_pairs, Agree), _table(given.n_people, Agree)
    total, classes = np.zeros(len(Agree), np.int64), _table(given.n_classes, AgreeClass)
    row_sums = np.zeros((given.n_rows, 2), np.int64)
    run = twin_batch.agree_rows if backend == "numpy" else compiled.agree_rows
    stopped_at = -1
    for part in given.parts():
        stopped_at = run(
            given.boxes, given.classes, given.ranges[part], given.rows[part], given.left[part], given.right[part],
            given.pair[part], threshold, pairs, people, total, classes, row_sums,
        )  # fmt: skip
        if stopped_at >= 0:
            break
    return AgreeSums(pairs, people, total, classes, row_sums, int(stopped_at))


def score_rows(given: Comparisons, *, threshold: float, tight: float, backend: Backend = BACKEND) -> ScoreSums:
    """As `agree_rows`, the left side being gold; a pair of one class is correct from IoU `tight` on."""
    people, total = _table(given.n_people, Score), np.zeros(len(Score), np.int64)
    classes = _table(given.n_classes, Score)
    confusion = np.zeros((given.n_classes + 1, given.n_classes + 1), np.int64)
    run = twin_batch.score_rows if backend == "numpy" else compiled.score_rows
    stopped_at = -1
    for part in given.parts():
        stopped_at = run(
            given.boxes, given.classes, given.ranges[part], given.rows[part], given.right[part], threshold, tight,
            people, total, classes, confusion,
        )  # fmt: skip
        if stopped_at >= 0:
            break
    return ScoreSums(people, total, classes, confusion, int(stopped_at))


def pack_boxes(
    columns: tuple[Floats, Floats, Floats, Floats], *, largest: float, out: Floats, backend: Backend = BACKEND
) -> int:
    """Write four columns of sides as boxes into `out` (n, 4); the first row that is no box within `largest`, or -1."""
    if backend == "numpy":
        out[:] = np.column_stack(columns)
        low, high = out[:, :2], out[:, 2:]
        right = ((low >= -largest) & (high <= largest) & (low < high)).all(axis=1)
        return -1 if right.all() else int(np.argmin(right))
    return int(compiled.pack_boxes(*columns, largest, out))


def _table(n: int, columns: type[IntEnum]) -> Longs:
    return np.zeros((n, len(columns)), np.int64)
