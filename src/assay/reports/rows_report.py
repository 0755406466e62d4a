"""What `assay measure` answers: the document and the lines for people."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from assay.kernel.estimate import Estimate
from assay.quality.rows import RowsReport
from assay.quality.rows.report import Alike, Scored
from assay.quality.rows.sums import Worst
from assay.reports.documents import VERSION, Json, figure, number, said

_PARTS: Final = ("f1", "mean_iou", "existence", "label_class", "geometry")
_RATES: Final = ("precision", "recall", "f1", "mean_iou", "error_rate")
_COUNTS: Final = ("n_items", "n_gold", "n_answer", "n_missed", "n_spurious", "n_misclassified", "n_mislocalised")
_MOST_LINES: Final = 12


@dataclass(frozen=True, eq=False)
class MeasureReport:
    """Agreement and errors over any number of items.

    Attributes:
        title: what was measured, for people.
        found: the figures.
    """

    title: str
    found: RowsReport

    def to_json(self) -> Json:
        """The document `assay.measure`; docs/schemas/measure.json is its schema."""
        f = self.found
        return {
            "kind": "assay.measure",
            "version": VERSION,
            "title": self.title,
            "backend": f.backend,
            "threshold": f.settings.threshold,
            "tight_threshold": f.settings.tight_threshold,
            "n_items": f.n_items,
            "n_compared": f.n_compared,
            "n_submissions": f.n_submissions,
            "n_left_out": f.n_left_out,
            "agreement": _alike(f.agreement),
            "people": [
                {"author": p.author, "n_submissions": p.n_submissions, "n_marks": p.n_marks, **_alike(p.alike)}
                for p in f.people
            ],
            "pairs": [{**{k: v for k, v in asdict(p).items() if k != "alike"}, **_alike(p.alike)} for p in f.pairs],
            "by_class": {c: {"f1": number(f1), "mean_iou": number(iou)} for c, (f1, iou) in f.classes.items()},
            "score": None if f.score is None else _scored(f.score),
            "scores": {name: _scored(one) for name, one in f.scores.items()},
            "class_scores": {name: _scored(one) for name, one in f.class_scores.items()},
            "confusion": [{"accepted": gold, "answered": answer, "n": n} for gold, answer, n in f.confusion],
            "worst": [_worst(w) for w in f.worst],
        }

    def lines(self) -> list[str]:
        """What the command prints."""
        f = self.found
        seen = f"{f.n_submissions:,} sheets of {len(f.people):,} people, {f.n_compared:,} items seen by two or more"
        lines = [f"{self.title}: {f.n_items:,} items, {seen}."]
        if f.n_left_out:
            lines.append(f"  {f.n_left_out:,} marks of other shapes and of crowds are not compared.")
        lines += ["  Agreement", *_named(f.agreement, _PARTS)]
        if f.score is not None:
            lines += ["  Against the accepted marks", *_named(f.score, _RATES), f"    {_errors(f.score)}"]
        return [*lines, *_people(f)]


def _worst(one: Worst) -> Json:
    """One item by itself has a value and no interval."""
    return {"item": one.item, "f1": number(Estimate(one.f1, None, None, -one.minus_marks, 1, "ratio-of-sums"))}


def _alike(one: Alike) -> Json:
    return {part: number(getattr(one, part)) for part in _PARTS}


def _scored(one: Scored) -> Json:
    return {**{c: getattr(one, c) for c in _COUNTS}, **{rate: number(getattr(one, rate)) for rate in _RATES}}


def _named(one: Alike | Scored, names: tuple[str, ...]) -> list[str]:
    words = {"f1": f"F1{'':<10}", "mean_iou": "mean IoU", "label_class": "class", "error_rate": "error rate"}
    return [f"    {words.get(name, name).strip():<12} {said(_estimate(one, name), 'items')}" for name in names]


def _estimate(one: Any, name: str) -> Estimate:  # noqa: ANN401 - either kind of record
    estimate: Estimate = getattr(one, name)
    return estimate


def _errors(one: Scored) -> str:
    return (
        f"missed {one.n_missed:,}, spurious {one.n_spurious:,}, wrong class {one.n_misclassified:,}, "
        f"badly placed {one.n_mislocalised:,} of {one.n_gold:,} accepted and {one.n_answer:,} drawn marks"
    )


def _people(f: RowsReport) -> list[str]:
    """People by name; nobody is ranked. Cut when there are many."""
    lines = ["  People, with everybody else"]
    for person in f.people[:_MOST_LINES]:
        told = said(person.alike.f1, "items")
        if person.author in f.scores:
            rate = f.scores[person.author].error_rate
            told += f"; errors {figure(rate.value) if rate.value is not None else 'not enough evidence'}"
        lines.append(f"    {person.author:<16} F1 {told}")
    more = len(f.people) - _MOST_LINES
    return [*lines, f"    and {more:,} more; --json has all"] if more > 0 else lines
