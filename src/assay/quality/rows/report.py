"""What sums over rows say: agreement by person, pair and class, and errors against accepted marks, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from assay.kernel.estimate import Estimate
from assay.kernel.native_batch import Agree, AgreeClass, Score
from assay.kernel.twin_batch import COARSE, FINE
from assay.quality.ratios import ratio_of_sums
from assay.quality.rows.sums import NOTHING, Settings, Sums, Worst

Json = dict[str, Any]
_STEP: Final = FINE // COARSE


@dataclass(frozen=True, slots=True)
class Alike:
    """How alike people are; the same numbers as `pairwise_agreement`, which says what each means."""

    f1: Estimate
    mean_iou: Estimate
    existence: Estimate
    label_class: Estimate
    geometry: Estimate


@dataclass(frozen=True, slots=True)
class PairAlike:
    """Two people on the items both handed in.

    Attributes:
        first: one of them, by name.
        second: the other.
        n_items: items both handed in.
        n_both_empty: of these, items both left empty.
        n_first: boxes of the first on them.
        n_second: boxes of the second.
        n_matched: pairs of boxes at or above the threshold.
        n_same_class: of these, pairs of one class.
        alike: the measured numbers.
    """

    first: str
    second: str
    n_items: int
    n_both_empty: int
    n_first: int
    n_second: int
    n_matched: int
    n_same_class: int
    alike: Alike


@dataclass(frozen=True, slots=True)
class PersonAlike:
    """One person beside all others.

    Attributes:
        author: who.
        n_submissions: items handed in.
        n_marks: boxes drawn.
        alike: with everybody else who handed in the same items.
    """

    author: str
    n_submissions: int
    n_marks: int
    alike: Alike


@dataclass(frozen=True, slots=True)
class Scored:
    """One person, or all, against accepted marks; the same numbers as `Score`, which says what each means.

    Attributes:
        n_items: items compared; for all together those with at least one submission.
        n_gold: accepted marks met.
        n_answer: marks of the answers.
        n_missed: accepted marks nobody of the answer matched.
        n_spurious: marks of the answer that match nothing.
        n_misclassified: pairs of different classes.
        n_mislocalised: pairs of one class below the tight threshold.
        precision: share of the answer's marks on an accepted mark of the same class.
        recall: share of the accepted marks found with the same class.
        f1: both together.
        mean_iou: of pairs of one class.
        error_rate: errors over units.
    """

    n_items: int
    n_gold: int
    n_answer: int
    n_missed: int
    n_spurious: int
    n_misclassified: int
    n_mislocalised: int
    precision: Estimate
    recall: Estimate
    f1: Estimate
    mean_iou: Estimate
    error_rate: Estimate


@dataclass(frozen=True, eq=False)
class RowsReport:
    """Agreement and errors over rows.

    Attributes:
        settings: how they were compared.
        backend: the kernel that runs here.
        n_items: rows.
        n_compared: rows that two people or more handed in.
        n_submissions: sheets.
        n_left_out: marks of other shapes and of crowds, not compared.
        agreement: everybody together.
        people: by name.
        pairs: by names.
        classes: class to F1 and mean IoU.
        scores: by name; empty without accepted marks.
        score: everybody together; None without accepted marks.
        class_scores: class to its figures.
        confusion: (accepted class, answered class, count), None being nothing, the most frequent first.
        worst: items on which people agree least.
    """

    settings: Settings
    backend: str
    n_items: int
    n_compared: int
    n_submissions: int
    n_left_out: int
    agreement: Alike
    people: tuple[PersonAlike, ...]
    pairs: tuple[PairAlike, ...]
    classes: dict[str, tuple[Estimate, Estimate]]
    scores: dict[str, Scored]
    score: Scored | None
    class_scores: dict[str, Scored]
    confusion: tuple[tuple[str | None, str | None, int], ...]
    worst: tuple[Worst, ...]


def report_of(sums: Sums, *, backend: str) -> RowsReport:
    """Turn sums into measured numbers; the same sums give the same report, however they came together."""
    names, people, classes = list(sums.people), sorted(sums.people.items()), sorted(sums.classes.items())
    pairs = sorted((names[a], names[b], number) for (a, b), number in sums.pairs.items())
    accepted = sums.has_accepted
    return RowsReport(
        settings=sums.settings,
        backend=backend,
        n_items=sums.n_items,
        n_compared=sums.n_compared,
        n_submissions=sums.n_submissions,
        n_left_out=sums.n_left_out,
        agreement=_alike(sums.agree_total.row(0), sums.n_marks),
        people=tuple(_person(name, sums.work.row(n), sums.agree_people.row(n)) for name, n in people),
        pairs=tuple(_pair(first, second, sums.agree_pairs.row(n)) for first, second, n in pairs),
        classes={name: _class(sums.agree_classes.row(n)) for name, n in classes},
        scores={name: _scored(sums.score_people.row(n)) for name, n in people} if accepted else {},
        score=_scored(sums.score_total.row(0)) if accepted else None,
        class_scores={name: _scored(sums.score_classes.row(n)) for name, n in classes} if accepted else {},
        confusion=_confusion(sums),
        worst=tuple(sums.worst),
    )


def _alike(row: list[int], n: int | None = None) -> Alike:
    """The five numbers of agreement; `n` is how many marks, those of both sides of every comparison when left out."""
    at = _Columns(row)
    marks = at(Agree.LEFT) + at(Agree.RIGHT) + 2 * at(Agree.EMPTY)
    n = at(Agree.LEFT) + at(Agree.RIGHT) if n is None else n
    units = at(Agree.LEFT) + at(Agree.RIGHT) - at(Agree.MATCHED) + at(Agree.EMPTY)
    items, met = at(Agree.ITEMS), at(Agree.ITEMS_MATCHED)
    hits = (4 * at(Agree.HITS_HITS), 2 * at(Agree.HITS_MARKS), at(Agree.MARKS_MARKS))
    seen = (4 * at(Agree.SEEN_SEEN), 2 * at(Agree.SEEN_MARKS), at(Agree.MARKS_MARKS))
    same = (at(Agree.SAME_SAME), at(Agree.SAME_MATCHED), at(Agree.MATCHED_MATCHED))
    close = at(Agree.IOU_SAME) + FINE * at(Agree.EMPTY)
    matched = at(Agree.MATCHED)
    return Alike(
        f1=ratio_of_sums(2 * (at(Agree.SAME) + at(Agree.EMPTY)), marks, hits, n=n, n_items=items),
        mean_iou=_iou(close, units, at.three(Agree.CLOSE_CLOSE, Agree.CLOSE_UNITS, Agree.UNITS_UNITS), n, items),
        existence=ratio_of_sums(2 * (matched + at(Agree.EMPTY)), marks, seen, n=n, n_items=items),
        label_class=ratio_of_sums(at(Agree.SAME), matched, same, n=matched, n_items=met),
        geometry=_iou(
            at(Agree.IOU), matched, at.three(Agree.IOU_IOU, Agree.IOU_MATCHED, Agree.MATCHED_MATCHED), matched, met
        ),
    )


def _person(name: str, work: list[int], row: list[int]) -> PersonAlike:
    return PersonAlike(name, work[0], work[1], _alike(row))


def _pair(first: str, second: str, row: list[int]) -> PairAlike:
    at = _Columns(row)
    return PairAlike(
        first, second, at(Agree.ITEMS), at(Agree.EMPTY), at(Agree.LEFT), at(Agree.RIGHT), at(Agree.MATCHED),
        at(Agree.SAME), _alike(row),
    )  # fmt: skip


def _class(row: list[int]) -> tuple[Estimate, Estimate]:
    at = _Columns(row)
    marks, hits, items = at.three(AgreeClass.MARKS, AgreeClass.HITS, AgreeClass.ITEMS)
    products = (4 * at(AgreeClass.HITS_HITS), 2 * at(AgreeClass.HITS_MARKS), at(AgreeClass.MARKS_MARKS))
    close = at.three(AgreeClass.IOU_IOU, AgreeClass.IOU_UNITS, AgreeClass.UNITS_UNITS)
    return (
        ratio_of_sums(2 * hits, marks, products, n=marks, n_items=items),
        _iou(at(AgreeClass.IOU), marks - hits, close, marks, items),
    )


def _scored(row: list[int]) -> Scored:
    at = _Columns(row)
    gold, answer, matched = at.three(Score.GOLD, Score.ANSWER, Score.MATCHED)
    hits, correct = at(Score.HITS), at(Score.CORRECT)
    both = (
        4 * at(Score.HITS_HITS),
        2 * (at(Score.HITS_GOLD) + at(Score.HITS_ANSWER)),
        at(Score.GOLD_GOLD) + 2 * at(Score.GOLD_ANSWER) + at(Score.ANSWER_ANSWER),
    )
    n_errors, n_units = gold - correct + answer - matched, gold + answer - matched + at(Score.EMPTY)
    errors = at.three(Score.ERRORS_ERRORS, Score.ERRORS_UNITS, Score.UNITS_UNITS)
    precise = at.three(Score.HITS_HITS, Score.HITS_ANSWER, Score.ANSWER_ANSWER)
    found = at.three(Score.HITS_HITS, Score.HITS_GOLD, Score.GOLD_GOLD)
    close = at.three(Score.IOU_IOU, Score.IOU_HITS, Score.HITS_HITS)
    return Scored(
        n_items=at(Score.ITEMS), n_gold=gold, n_answer=answer, n_missed=gold - matched, n_spurious=answer - matched,
        n_misclassified=matched - hits, n_mislocalised=hits - correct,
        precision=ratio_of_sums(hits, answer, precise, n=answer, n_items=at(Score.ITEMS_ANSWER)),
        recall=ratio_of_sums(hits, gold, found, n=gold, n_items=at(Score.ITEMS_GOLD)),
        f1=ratio_of_sums(2 * hits, gold + answer, both, n=gold + answer, n_items=at(Score.ITEMS_ANY)),
        mean_iou=_iou(at(Score.IOU), hits, close, hits, at(Score.ITEMS_HIT)),
        error_rate=ratio_of_sums(n_errors, n_units, errors, n=n_units, n_items=at(Score.ITEMS)),
    )  # fmt: skip


def _confusion(sums: Sums) -> tuple[tuple[str | None, str | None, int], ...]:
    names: dict[int, str | None] = {number: name for name, number in sums.classes.items()}
    names[NOTHING] = None
    cells = [(names[a], names[b], sums.confusion.row(n)[0]) for (a, b), n in sums.cells.items()]
    return tuple(sorted(cells, key=lambda cell: (-cell[2], cell[0] or "", cell[1] or "", cell[0] is None)))


def _iou(top: int, bottom: int, products: tuple[int, int, int], n: int, n_items: int) -> Estimate:
    """A mean IoU: `top` in steps of 1 / FINE, products in steps of 1 / COARSE."""
    xx, xy, yy = products
    scaled = (xx * _STEP**2, xy * _STEP * FINE, yy * FINE**2)
    return ratio_of_sums(top, bottom * FINE, scaled, n=n, n_items=n_items)


class _Columns:
    """One row of sums by column."""

    def __init__(self, row: list[int]) -> None:
        self._row = row

    def __call__(self, column: int) -> int:
        return self._row[column]

    def three(self, first: int, second: int, third: int) -> tuple[int, int, int]:
        return self._row[first], self._row[second], self._row[third]
