"""How alike the marks of several authors are: per pair, per class, per item, and over a project with intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from assay.kernel import native
from assay.kernel.estimate import Estimate
from assay.quality.errors import ItemsDifferError, TooFewAuthorsError
from assay.quality.marks import Marks
from assay.quality.matching import Matches, match_marks
from assay.quality.ratios import share_in_closed_form, shares_over_items


@dataclass(frozen=True)
class PairAgreement:
    """Counts of two authors on the items both were assigned.

    Attributes:
        first: name of one author.
        second: name of the other.
        n_items: items both were assigned.
        n_both_empty: of these, items both left empty.
        n_first: marks of the first.
        n_second: marks of the second.
        n_matched: pairs at or above the threshold, whatever their class.
        n_same_class: of these, pairs of the same class (the true positives of F1).
        sum_iou: IoU summed over all matched pairs.
        sum_iou_same_class: IoU summed over the pairs of the same class.
        f1_measured: `f1` with its interval over items.
        mean_iou_measured: `mean_iou` with its interval.
        matched_iou_measured: `matched_iou` with its interval.
    """

    first: str
    second: str
    n_items: int
    n_both_empty: int
    n_first: int
    n_second: int
    n_matched: int
    n_same_class: int
    sum_iou: float
    sum_iou_same_class: float
    f1_measured: Estimate
    mean_iou_measured: Estimate
    matched_iou_measured: Estimate

    @property
    def f1(self) -> float | None:
        """2 pairs of the same class / all marks; an item both left empty counts as one mark each, matched."""
        marks = self.n_first + self.n_second + 2 * self.n_both_empty
        return 2 * (self.n_same_class + self.n_both_empty) / marks if marks else None

    @property
    def matched_iou(self) -> float | None:
        """Mean IoU over the matched pairs only."""
        return self.sum_iou / self.n_matched if self.n_matched else None

    @property
    def mean_iou(self) -> float | None:
        """Mean IoU over everything drawn by either.

        A mark without partner and a pair of different classes count 0; an item both left empty counts 1.
        """
        units = self.n_first + self.n_second - self.n_matched + self.n_both_empty
        return (self.sum_iou_same_class + self.n_both_empty) / units if units else None


@dataclass(frozen=True)
class ClassAgreement:
    """Agreement on one class, over the items where somebody drew it.

    Attributes:
        f1: 2 pairs of this class / marks of this class.
        mean_iou: mean IoU, marks of this class without a partner of this class counting 0.
    """

    f1: Estimate
    mean_iou: Estimate


@dataclass(frozen=True, eq=False)
class Agreement:
    """Agreement of several authors, pooled over all pairs of authors on the items they share.

    Attributes:
        pairs: one row per pair of authors that share an item, by name.
        f1: F1 at the threshold, classes counting.
        mean_iou: mean IoU with unmatched marks and different classes counting 0.
        existence: F1 at the threshold, classes not looked at: do they see the same things?
        label_class: share of matched pairs that name the same class.
        geometry: mean IoU of matched pairs: do they place what both see alike?
        by_class: class number to its agreement.
        item_f1: (n_items,) F1 of each item over its pairs; NaN where fewer than two were assigned.
        item_mean_iou: (n_items,) the same for `mean_iou`.
        threshold: smallest IoU that matches.
        backend: `compiled` or `numpy`.
    """

    pairs: tuple[PairAgreement, ...]
    f1: Estimate
    mean_iou: Estimate
    existence: Estimate
    label_class: Estimate
    geometry: Estimate
    by_class: dict[int, ClassAgreement]
    item_f1: NDArray[np.float64] = field(repr=False)
    item_mean_iou: NDArray[np.float64] = field(repr=False)
    threshold: float
    backend: native.Backend


def pairwise_agreement(
    authors: Mapping[str, Marks | Sequence[Marks]],
    *,
    rng: np.random.Generator,
    threshold: float = 0.5,
    assigned: Mapping[str, NDArray[np.bool_]] | None = None,
    tags: Mapping[str, Marks] | None = None,
    by_class: bool = True,
    n_threads: int = 1,
) -> Agreement:
    """Measure how alike the authors' marks are, by optimal matching of every two of them.

    Args:
        authors: each author's marks over the same items. Marks of several shapes are a list of as many layers, each of
            one shape: the first layers of two authors are matched with each other, then the second ones, and so on.
        rng: seeded generator for the intervals (bootstrap over items).
        threshold: smallest IoU that matches.
        assigned: (n_items,) per author: which items they were asked to label. An item assigned and left empty is an
            opinion; an item not assigned is none. Without it, everybody was assigned everything.
        tags: a further layer of marks without a place, such that those of one class fall together and others never
            meet. They count everywhere but in `label_class` and `geometry`, which they have none of.
        by_class: leave the classes out to save their intervals, which cost most when there are many.
        n_threads: how many threads share the items; the answer does not depend on it.

    An item both left empty is agreement on one thing. One item gives values without intervals.
    """
    layers = {name: _layers_of(marks, tags, name) for name, marks in authors.items()}
    names, shown = _check_layers(layers, assigned)
    sums = _ItemSums(layers[names[0]][0].n_items)
    pairs, classes = [], _ClassSums()
    for first, second in combinations(names, 2):
        both = np.flatnonzero(shown[first] & shown[second])
        if len(both) == 0:
            continue
        matches = [
            match_marks(left.take(both), right.take(both), threshold=threshold, n_threads=n_threads)
            for left, right in zip(layers[first], layers[second], strict=True)
        ]
        pairs.append(sums.add(first, second, both, matches, n_placeless=int(tags is not None)))
        if by_class:
            for found in matches:
                classes.add(both, found)
    n_marks = _marks_compared(layers, shown)
    f1, mean_iou, existence, label_class, geometry = shares_over_items(
        [2 * sums.hits, sums.hit_iou, 2 * sums.matched_or_empty, sums.placed_same_class, sums.placed_iou],
        [sums.marks, sums.units, sums.marks, sums.placed, sums.placed],
        rng,
        [n_marks, n_marks, n_marks, None, None],
    )
    return Agreement(
        pairs=tuple(pairs),
        f1=f1,
        mean_iou=mean_iou,
        existence=existence,
        label_class=label_class,
        geometry=geometry,
        by_class=classes.agreement(rng),
        item_f1=_divide(2 * sums.hits, sums.marks),
        item_mean_iou=_divide(sums.hit_iou, sums.units),
        threshold=threshold,
        backend=native.BACKEND,
    )


def check_authors(
    authors: Mapping[str, Marks], assigned: Mapping[str, NDArray[np.bool_]] | None
) -> tuple[list[str], dict[str, NDArray[np.bool_]]]:
    """Names in order and who was shown what; refuses fewer than two authors and sides of different length."""
    names = sorted(authors)
    if len(names) < 2:  # noqa: PLR2004 - agreement is between two
        raise TooFewAuthorsError(len(names))
    n_items = authors[names[0]].n_items
    shown = {}
    for name in names:
        if authors[name].n_items != n_items:
            raise ItemsDifferError(n_items, authors[name].n_items)
        drawn = authors[name].counts > 0
        mask = np.ones(n_items, np.bool_) if assigned is None else np.asarray(assigned[name], np.bool_) | drawn
        if len(mask) != n_items:
            raise ItemsDifferError(n_items, len(mask))
        shown[name] = mask
    return names, shown


def _layers_of(marks: Marks | Sequence[Marks], tags: Mapping[str, Marks] | None, name: str) -> tuple[Marks, ...]:
    placed = (marks,) if isinstance(marks, Marks) else tuple(marks)
    return placed if tags is None else (*placed, tags[name])


def _check_layers(
    layers: Mapping[str, tuple[Marks, ...]], assigned: Mapping[str, NDArray[np.bool_]] | None
) -> tuple[list[str], dict[str, NDArray[np.bool_]]]:
    """As `check_authors`; somebody was shown an item when any of their layers says so."""
    names = sorted(layers)
    if len(names) < 2:  # noqa: PLR2004 - agreement is between two
        raise TooFewAuthorsError(len(names))
    shown: dict[str, NDArray[np.bool_]] = {}
    for columns in zip(*(layers[name] for name in names), strict=True):
        names, seen = check_authors(dict(zip(names, columns, strict=True)), assigned)
        shown = {name: seen[name] | shown.get(name, seen[name]) for name in names}
    return names, shown


class _ItemSums:
    """Sums over pairs of authors, by item; an item both left empty is one matched thing of IoU 1.

    `placed` and its two companions are `matched` and its without what has no place.
    """

    def __init__(self, n_items: int) -> None:
        self.marks, self.units = np.zeros(n_items), np.zeros(n_items)
        self.matched, self.same_class, self.empty = np.zeros(n_items), np.zeros(n_items), np.zeros(n_items)
        self.same_class_iou = np.zeros(n_items)
        self.placed, self.placed_same_class, self.placed_iou = np.zeros(n_items), np.zeros(n_items), np.zeros(n_items)

    @property
    def hits(self) -> NDArray[np.float64]:
        return self.same_class + self.empty

    @property
    def matched_or_empty(self) -> NDArray[np.float64]:
        return self.matched + self.empty

    @property
    def hit_iou(self) -> NDArray[np.float64]:
        return self.same_class_iou + self.empty

    def add(
        self, first: str, second: str, both: NDArray[np.int64], layers: Sequence[Matches], *, n_placeless: int
    ) -> PairAgreement:
        """Add one pair of authors; the last `n_placeless` of their layers have no place."""
        n = len(both)
        drawn = np.sum([m.left.counts + m.right.counts for m in layers], axis=0)
        empty = (drawn == 0).astype(np.float64)
        rows = [_matched_by_item(m, n) for m in layers]
        matched, same_class, iou, same_iou = np.sum(rows, axis=0)
        placed = np.sum(rows[: len(rows) - n_placeless], axis=0)
        self.marks[both] += drawn + 2 * empty
        self.units[both] += drawn - matched + empty
        self.matched[both] += matched
        self.same_class[both] += same_class
        self.empty[both] += empty
        self.same_class_iou[both] += same_iou
        self.placed[both] += placed[0]
        self.placed_same_class[both] += placed[1]
        self.placed_iou[both] += placed[2]
        return PairAgreement(
            first, second, n, int(empty.sum()), sum(len(m.left) for m in layers), sum(len(m.right) for m in layers),
            int(matched.sum()), int(same_class.sum()),
            sum(float(m.pair_iou.sum()) for m in layers), sum(float(m.pair_iou[m.same_class].sum()) for m in layers),
            share_in_closed_form(2 * (same_class + empty), drawn + 2 * empty, n=int(drawn.sum())),
            share_in_closed_form(same_iou + empty, drawn - matched + empty, n=int(drawn.sum())),
            share_in_closed_form(iou, matched),
        )  # fmt: skip


def _matched_by_item(m: Matches, n: int) -> NDArray[np.float64]:
    """(4, n): pairs, pairs of one class, IoU of the pairs, IoU of those of one class."""
    item, same = m.left.items[m.left_rows], m.same_class
    columns = (np.ones(len(item)), same, m.pair_iou, m.pair_iou * same)
    return np.array([np.bincount(item, column, n) for column in columns])


class _ClassSums:
    """Marks and hits of every pair of authors by class and item, kept as rows until they are added up."""

    def __init__(self) -> None:
        self._rows: list[tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]] = []

    def add(self, both: NDArray[np.int64], m: Matches) -> None:
        for side in (m.left, m.right):
            mark = np.zeros((len(side), 3))
            mark[:, 0] = 1
            self._rows.append((both[side.items], side.classes, mark))
        rows = m.left_rows[m.same_class]
        hit = np.zeros((len(rows), 3))
        hit[:, 1], hit[:, 2] = 1, m.iou[rows]
        self._rows.append((both[m.left.items[rows]], m.left.classes[rows], hit))

    def agreement(self, rng: np.random.Generator) -> dict[int, ClassAgreement]:
        found = {}
        for label_class, (marks, hits, iou) in self._by_class():
            n = round(float(marks.sum()))
            found[label_class] = ClassAgreement(*shares_over_items([2 * hits, iou], [marks, marks - hits], rng, [n, n]))
        return found

    def _by_class(self) -> Iterator[tuple[int, NDArray[np.float64]]]:
        """Each class with (3, n_items having it): marks, hits, IoU of the hits."""
        if not self._rows:
            return
        items = np.concatenate([row[0] for row in self._rows])
        classes = np.concatenate([row[1] for row in self._rows])
        values = np.concatenate([row[2] for row in self._rows])
        few = classes.max(initial=0) <= np.iinfo(np.uint16).max  # then numpy sorts by digits
        order = np.argsort(classes.astype(np.uint16) if few else classes, kind="stable")
        starts = np.flatnonzero(np.diff(classes[order], prepend=-1))
        for here in np.split(order, starts[1:]):
            if len(here) == 0:
                return
            _, place = np.unique(items[here], return_inverse=True)
            yield int(classes[here[0]]), np.array([np.bincount(place, column) for column in values[here].T])


def _marks_compared(layers: Mapping[str, tuple[Marks, ...]], shown: Mapping[str, NDArray[np.bool_]]) -> int:
    """Marks on items that at least two authors were assigned."""
    shared = np.sum([shown[name] for name in layers], axis=0) > 1
    return int(sum(marks.counts[shared].sum() for mine in layers.values() for marks in mine))


def _divide(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0), np.float64)
