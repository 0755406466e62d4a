"""`score`: answers held against gold, mark by mark: precision, recall, kinds of error, confusion, and COCO's table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assay.kernel.estimate import Estimate
from assay.quality import CocoSide, CocoStatistics, Score, Verdict, coco_statistics, score_marks
from assay.quality.ratios import share_over_items
from assay.reports import documents
from assay.reports.documents import Json, figure, listed, said
from assay.reports.errors import NoAreasError
from assay.reports.like import Like, compare_like
from assay.reports.sources import Labels
from assay.reports.trouble import naming
from assay.reports.work import Flags, Longs, Work, together

GOLD: Final = "gold"
KINDS: Final = ("missed", "spurious", "misclassified", "mislocalised")
_VERDICT: Final = {
    "missed": Verdict.MISSED,
    "spurious": Verdict.SPURIOUS,
    "misclassified": Verdict.MISCLASSIFIED,
    "mislocalised": Verdict.MISLOCALISED,
}


@dataclass(frozen=True, eq=False)
class Slice:
    """Figures of some of the marks.

    Attributes:
        name: which.
        precision: share of the answer's marks that lie on a gold mark of the same class.
        recall: share of gold marks found with the same class.
        f1: their harmonic mean.
        mean_iou: over the pairs of the same class.
        errors: kind of error to its share of all units (gold marks and spurious marks).
        error: all kinds together.
        n_items: pictures.
    """

    name: str
    precision: Estimate
    recall: Estimate
    f1: Estimate
    mean_iou: Estimate
    errors: dict[str, Estimate]
    error: Estimate
    n_items: int

    def to_json(self) -> Json:
        """The figures as JSON."""
        rates = ("precision", "recall", "f1", "mean_iou", "error")
        parts = {rate: documents.number(getattr(self, rate)) for rate in rates}
        return {"name": self.name, "n_items": self.n_items, **parts, "errors": documents.numbers(self.errors)}


@dataclass(frozen=True, eq=False)
class ScoreReport:
    """What became of the answers.

    Attributes:
        work: gold and answers together; the first author is gold.
        overall: all answers pooled.
        by_author: each author of answers.
        by_class: each class, by gold class for what is missed and by answered class for what is spurious.
        by_split: train, val and test where the pictures say so.
        confusion: (n_classes + 1, n_classes + 1) gold class by answered class, the last being "nothing".
        coco: COCO's table when the answers carry confidences; else None.
        threshold: IoU from which two marks may be the same thing.
        tight_threshold: IoU from which a mark of the right class is well placed.
        notes: what to know when reading the figures.
        attributes: attribute to the share of pairs of one class, gold having a value, whose value is another or
            missing; the fifth kind of error stands beside the others, because such a mark is right in all else.
        like: the same by another tool's rules, for each author; empty when not asked for.
        verdicts: author to the pictures they answered and the verdict on every mark there.
    """

    work: Work
    overall: Slice
    by_author: tuple[Slice, ...]
    by_class: tuple[Slice, ...]
    by_split: tuple[Slice, ...]
    confusion: NDArray[np.int64]
    coco: CocoStatistics | None
    threshold: float
    tight_threshold: float
    notes: tuple[str, ...] = ()
    attributes: dict[str, Estimate] = field(default_factory=dict)
    like: tuple[Like, ...] = ()
    verdicts: dict[str, tuple[Longs, Score]] = field(default_factory=dict, repr=False)

    def to_json(self) -> Json:
        """The document `assay.score`."""
        return documents.envelope("score", self.work) | {
            "threshold": self.threshold,
            "tight_threshold": self.tight_threshold,
            "overall": self.overall.to_json(),
            "by_author": [s.to_json() for s in self.by_author],
            "by_class": [s.to_json() for s in self.by_class],
            "by_split": [s.to_json() for s in self.by_split],
            "confusion": {"classes": [*self.work.classes, "nothing"], "counts": self.confusion.tolist()},
            "coco": None if self.coco is None else documents.numbers(self.coco.values),
            "attributes": documents.numbers(self.attributes),
            "like": [one.to_json() for one in self.like],
            "notes": list(self.notes),
        }

    def lines(self) -> list[str]:
        """For people."""
        o = self.overall
        out = [
            f"{listed(self.work.authors[1:])} against gold, {o.n_items:,} pictures, IoU {figure(self.threshold)}.",
            f"  precision   {said(o.precision)}",
            f"  recall      {said(o.recall)}",
            f"  F1          {said(o.f1)}",
            f"  mean IoU    {said(o.mean_iou)}",
            *documents.refusals(self.work),
        ]
        out += [f"  {kind:<13} {said(o.errors[kind])}" for kind in KINDS]
        out += [f"  wrong {name:<9} {said(share)}" for name, share in self.attributes.items()]
        if self.coco is not None:
            out += [f"  COCO {name:<10} {said(v)}" for name, v in self.coco.values.items() if v.value is not None]
        for title, rows in (("by author", self.by_author), ("by class", self.by_class), ("by split", self.by_split)):
            if len(rows) > 1:
                out += [f"  {title}:", *(f"    {row.name}: F1 {said(row.f1)}" for row in rows)]
        return [*out, *(line for one in self.like for line in one.lines()), *self.notes]


def score(
    gold: Labels, answers: Labels, *, name: str = "answer", threshold: float = 0.5, tight_threshold: float = 0.7,
    classes: Sequence[str] = (), like: str | None = None, seed: int = 0,
) -> ScoreReport:  # fmt: skip
    """Hold answers against gold.

    Every author of answers is judged on the pictures they are known to have answered: all pictures of their set, marked
    or not; of several authors inside one file, those where they drew something.

    Args:
        gold: the labels taken as right.
        answers: what to judge.
        name: of the answers, when their file names at most one author.
        threshold: IoU from which two marks may be the same thing.
        tight_threshold: IoU from which a mark of the right class is well placed.
        classes: names of those to look at; all when empty.
        like: another tool whose rules are to be followed beside Assay's own (`like.PRESETS`).
        seed: for intervals.
    """
    work = together(gold, {name: answers}, main_name=GOLD, own_names=[name])
    wanted = work.class_numbers(classes) if classes else None
    kind = work.area_kind
    scores: dict[int, tuple[Longs, Score]] = {}
    alike: list[Like] = []
    gold_rows = work.rows_of(0, classes=wanted)
    if len(gold_rows) == 0:
        raise NoAreasError(gold.name)
    for author in range(1, len(work.authors)):
        items = np.flatnonzero(work.asked[author])
        with naming(work):
            marks = work.areas(work.rows_of(author, classes=wanted), kind).take(items)
            truth = work.areas(gold_rows, kind).take(items)
            scores[author] = (items, score_marks(truth, marks, threshold=threshold, tight_threshold=tight_threshold))
            if like is not None:
                sure = work.confidence[work.rows_of(author, classes=wanted, items=work.asked[author])]
                known = None if np.isnan(sure).any() else sure
                alike.append(compare_like(like, work.authors[author], truth, marks, scores=known))
    n_classes = len(work.classes)
    rng = np.random.default_rng(seed)
    return ScoreReport(
        work=work,
        overall=_slice("all", work, scores, rng),
        by_author=tuple(_slice(work.authors[a], work, {a: found}, rng) for a, found in scores.items()),
        by_class=tuple(_slice(work.classes[c], work, scores, rng, label_class=c) for c in wanted or range(n_classes)),
        by_split=tuple(_splits(work, scores, rng)),
        confusion=np.sum([found.confusion(n_classes) for _, found in scores.values()], axis=0, dtype=np.int64),
        coco=_coco(work, gold_rows, seed) if wanted is None else None,
        threshold=threshold,
        tight_threshold=tight_threshold,
        notes=tuple(_notes(work, wanted)),
        attributes=_attributes(work, gold_rows, scores, wanted, rng),
        like=tuple(alike),
        verdicts={work.authors[a]: found for a, found in scores.items()},
    )


def _attributes(
    work: Work, gold_rows: Longs, scores: dict[int, tuple[Longs, Score]], wanted: list[int] | None,
    rng: np.random.Generator,
) -> dict[str, Estimate]:  # fmt: skip
    """Share of wrong values of each attribute that gold has."""
    if all(labels.label_set.marks["attributes"].null_count == len(labels.label_set.marks) for labels in work.sources):
        return {}
    signed = work.attributes(gold_rows)
    names = sorted({name for values in signed for name in values})
    sums = {name: np.zeros((work.n_items, 2), np.int64) for name in names}
    for author, (items, found) in scores.items():
        here = np.isin(np.arange(work.n_items), items)
        inside = [values for values, row in zip(signed, gold_rows.tolist(), strict=True) if here[work.item[row]]]
        given = work.attributes(work.rows_of(author, classes=wanted, items=here))
        for name in names:
            gold, answer = _numbered([values.get(name) for values in inside], [values.get(name) for values in given])
            sums[name][items] += found.wrong_values(gold, answer)
    return {name: share_over_items(table[:, 1], table[:, 0], rng) for name, table in sums.items() if table[:, 0].any()}


def _numbered(gold: Sequence[Any], answer: Sequence[Any]) -> tuple[Longs, Longs]:
    """Values as numbers, equal values having equal numbers; -1 for none."""
    known: dict[str, int] = {}

    def numbers(values: Sequence[Any]) -> Longs:
        keys = [None if value is None else json.dumps(value, sort_keys=True) for value in values]
        return np.array([-1 if key is None else known.setdefault(key, len(known)) for key in keys], np.int64)

    return numbers(gold), numbers(answer)


def _notes(work: Work, wanted: list[int] | None) -> list[str]:
    notes = [f"{n} pictures of {name} are not in {work.title}." for name, n in work.elsewhere.items() if n]
    if wanted is not None:
        return [*notes, f"Only these classes were looked at: {listed([work.classes[c] for c in wanted])}."]
    gone = np.flatnonzero(work.knows[0] & ~work.knows[1:].any(axis=0)).tolist()
    if gone:
        names = listed([work.classes[c] for c in gone])
        notes.append(f"The answers have no {names} at all; that counts as missed. Name the classes to leave them out.")
    return notes


def _splits(work: Work, scores: dict[int, tuple[Longs, Score]], rng: np.random.Generator) -> Iterable[Slice]:
    for split in sorted({split for split in work.split if split is not None}):
        chosen = np.array([name == split for name in work.split])
        yield _slice(split, work, scores, rng, items=chosen)


def _slice(
    name: str, work: Work, scores: dict[int, tuple[Longs, Score]], rng: np.random.Generator, *,
    label_class: int | None = None, items: Flags | None = None,
) -> Slice:  # fmt: skip
    """Figures over the authors given, with intervals from drawing pictures."""
    columns = np.zeros((work.n_items, 9))
    used = np.zeros(work.n_items, bool)
    for places, found in scores.values():
        columns[places] += _sums(found, label_class)
        used[places] = True
    if items is not None:
        used &= items
    hits, n_gold, n_answer, iou, missed, spurious, misclassified, mislocalised, units = columns[used].T

    def rate(part: NDArray[np.float64], whole: NDArray[np.float64]) -> Estimate:
        return share_over_items(part, whole, rng, n=round(float(whole.sum())))

    kinds = dict(zip(KINDS, (missed, spurious, misclassified, mislocalised), strict=True))
    return Slice(
        name=name,
        precision=rate(hits, n_answer),
        recall=rate(hits, n_gold),
        f1=rate(2 * hits, n_gold + n_answer),
        mean_iou=rate(iou, hits),
        errors={kind: rate(part, units) for kind, part in kinds.items()},
        error=rate(np.sum(list(kinds.values()), axis=0), units),
        n_items=int(used.sum()),
    )


def _sums(found: Score, label_class: int | None) -> NDArray[np.float64]:
    """(n_items, 9) hits, gold marks, answer marks, IoU of hits, the four kinds of error, units."""
    m = found.matches
    gold, answer = m.left, m.right
    own_gold = np.ones(len(gold), bool) if label_class is None else gold.classes == label_class
    own_answer = np.ones(len(answer), bool) if label_class is None else answer.classes == label_class
    right = np.isin(found.gold_verdicts, (Verdict.CORRECT, Verdict.MISLOCALISED)) & own_gold
    n = gold.n_items
    spurious = (found.answer_verdicts == Verdict.SPURIOUS) & own_answer
    of_gold = [
        np.bincount(gold.items, (found.gold_verdicts == verdict) & own_gold, n)
        for verdict in (Verdict.MISSED, Verdict.MISCLASSIFIED, Verdict.MISLOCALISED)
    ]
    n_gold, n_spurious = np.bincount(gold.items, own_gold, n), np.bincount(answer.items, spurious, n)
    return np.column_stack([
        np.bincount(gold.items, right, n), n_gold, np.bincount(answer.items, own_answer, n),
        np.bincount(gold.items, found.matches.iou * right, n),
        of_gold[0], n_spurious, of_gold[1], of_gold[2], n_gold + n_spurious,
    ])  # fmt: skip


def _coco(work: Work, gold_rows: Longs, seed: int) -> CocoStatistics | None:
    """COCO's table over boxes, when every mark of the answers has a confidence."""
    rows = np.flatnonzero(work.is_area & (work.author > 0))
    if len(rows) == 0 or np.isnan(work.confidence[rows]).any() or len(work.authors) > 2:  # noqa: PLR2004 - gold and one
        return None
    crowd = np.flatnonzero((work.author == 0) & work.is_crowd & ~np.isnan(work.box[:, 0]))
    truth = np.sort(np.concatenate([gold_rows, crowd]))

    def side(of: Longs, scores: NDArray[np.float64] | None) -> CocoSide:
        box = work.box[of]
        xywh = np.hstack([box[:, :2], box[:, 2:] - box[:, :2]])
        return CocoSide(
            images=work.item[of], classes=work.label_class[of], areas=np.prod(xywh[:, 2:], axis=1), xywh=xywh,
            scores=scores, is_crowd=None if scores is not None else work.is_crowd[of],
        )  # fmt: skip

    return coco_statistics(
        side(truth, None), side(rows, work.confidence[rows]), n_images=work.n_items, n_classes=len(work.classes),
        rng=np.random.default_rng(seed), n_replicates=100,
    )  # fmt: skip
