"""Holds a model's answers against the signed ones: average precision, precision, recall, F1, each item's outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assay.annotations import Box
from assay.kernel.estimate import Estimate
from assay.kernel.marks import TAG
from assay.models.model import ItemOutcome, PredictedMark
from assay.quality.average_precision import average_precision
from assay.quality.boxes import Boxes
from assay.quality.intervals import bootstrap_estimate, bootstrap_ratio
from assay.quality.matching import match_boxes

Floats = NDArray[np.float64]

MATCH_IOU: Final = 0.5
MIN_CONFIDENCE: Final = 0.5
SEED: Final = 0


@dataclass(frozen=True, slots=True)
class GoldAnswer:
    """The signed answer to one item.

    Attributes:
        marks: class and box of each mark; for tags the box is not looked at.
        slices: name to value, such as `group` or `origin`; more are made of the marks.
    """

    item_id: str
    version: int
    marks: tuple[tuple[str, Box], ...]
    slices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What was measured of one model on gold.

    Attributes:
        measures: name to estimate: `f1`, `precision`, `recall`, `right_items`, for boxes `map33` and `map50`; by class
            as `recall/<class>`; by slice as `f1@<name>:<value>`.
        draws: the same numbers on drawn sets of items, in the order of the items, for differences.
        outcomes: every item's.
        counts: (N, 3) found, wrong, missed of each item.
    """

    measures: dict[str, Estimate]
    outcomes: list[ItemOutcome]
    counts: Floats


def measure_boxes(
    gold: Sequence[GoldAnswer],
    answers: Mapping[str, Sequence[PredictedMark]],
    classes: Sequence[str],
    *,
    match_iou: float = MATCH_IOU,
    min_confidence: float = MIN_CONFIDENCE,
) -> Measured:
    """Measure a finder of boxes.

    Average precision takes every mark; all else takes marks from `min_confidence` on, matched optimally one to one
    within their class at `match_iou`. An item without an answer counts as left empty.
    """
    code = {name: n for n, name in enumerate(classes)}
    there = Boxes.of([[m[1] for m in g.marks] for g in gold], [[code[m[0]] for m in g.marks] for g in gold])
    every = [[p for p in answers.get(g.item_id, ()) if p.mark.label_class in code] for g in gold]
    said = _boxes(every, code)
    scores = np.array([p.confidence for marks in every for p in marks], np.float64)
    sure = said.where(scores >= min_confidence)
    measures: dict[str, Estimate] = {}
    for name, iou in (("map33", 0.33), ("map50", 0.5)):
        found = average_precision(there, said, scores, len(classes), iou=iou, rng=np.random.default_rng(SEED))
        measures[name] = found.mean
        measures |= {f"{name.replace('map', 'ap')}/{c}": found.by_class[n] for c, n in code.items()}
    matches = match_boxes(there, sure, threshold=match_iou, mode="class_aware")
    hit, used = matches.right_of_left >= 0, matches.left_of_right >= 0
    tables = {c: _counts(len(gold), there, sure, hit, used, n) for c, n in code.items()}
    loose = match_boxes(there.where(~hit), sure.where(~used), threshold=0.1, mode="two_pass")
    details = _details(len(gold), loose, classes)
    return _finish(gold, measures, tables, details)


def measure_tags(
    gold: Sequence[GoldAnswer], answers: Mapping[str, Sequence[PredictedMark]], classes: Sequence[str]
) -> Measured:
    """Measure a model of tags: the class it names, or none, against the signed one."""
    tables = {c: np.zeros((len(gold), 3)) for c in classes}
    details: list[list[dict[str, Any]]] = []
    for row, g in enumerate(gold):
        right = {m[0] for m in g.marks if m[0] in tables}
        said = {
            p.mark.label_class
            for p in answers.get(g.item_id, ())
            if p.mark.shape == TAG and p.mark.label_class in tables
        }
        for name in right | said:
            tables[name][row] = [name in right & said, name in said - right, name in right - said]
        wrong = [{"kind": "spurious", "label_class": c} for c in sorted(said - right)]
        details.append([*wrong, *({"kind": "missed", "label_class": c} for c in sorted(right - said))])
    return _finish(gold, {}, tables, details)


def _boxes(marks: Sequence[Sequence[PredictedMark]], code: Mapping[str, int]) -> Boxes:
    return Boxes.of(
        [[p.mark.bbox for p in item] for item in marks], [[code[p.mark.label_class] for p in item] for item in marks]
    )


def _counts(n: int, there: Boxes, said: Boxes, hit: NDArray[np.bool_], used: NDArray[np.bool_], number: int) -> Floats:
    """(N, 3) of one class and item: found, wrong, missed."""
    mine, theirs = there.classes == number, said.classes == number

    def per_item(items: NDArray[np.int64]) -> Floats:
        return np.bincount(items, minlength=n).astype(np.float64)

    return np.column_stack(
        [
            per_item(there.items[mine & hit]),
            per_item(said.items[theirs & ~used]),
            per_item(there.items[mine & ~hit]),
        ]
    )


def _details(n: int, loose: Any, classes: Sequence[str]) -> list[list[dict[str, Any]]]:  # noqa: ANN401 - matches of boxes
    """What is wrong on each item: close pairs are one error, of class or of place; the rest are missed or spurious."""
    out: list[list[dict[str, Any]]] = [[] for _ in range(n)]
    left, right = loose.left, loose.right
    for row in range(len(left)):
        other = int(loose.right_of_left[row])
        entry = {"label_class": classes[left.classes[row]], "bbox": left.xyxy[row].tolist()}
        if other < 0:
            out[left.items[row]].append({"kind": "missed", **entry})
            continue
        same = left.classes[row] == right.classes[other]
        answer = {"answer_class": classes[right.classes[other]], "answer_bbox": right.xyxy[other].tolist()}
        kind = "mislocalised" if same else "misclassified"
        out[left.items[row]].append({"kind": kind, **entry, **answer})
    for row in np.flatnonzero(loose.left_of_right < 0).tolist():
        spurious = {"kind": "spurious", "answer_class": classes[right.classes[row]]}
        out[right.items[row]].append({**spurious, "answer_bbox": right.xyxy[row].tolist()})
    return out


def _finish(
    gold: Sequence[GoldAnswer],
    measures: dict[str, Estimate],
    tables: Mapping[str, Floats],
    details: Sequence[Sequence[dict[str, Any]]],
) -> Measured:
    """Rates by class, overall and by slice, and every item's outcome, from counts by class and item."""
    counts = sum(tables.values(), np.zeros((len(gold), 3)))
    outcomes = [
        ItemOutcome(
            item_id=g.item_id,
            n_units=max(int(row.sum()), 1),
            n_errors=int(row[1] + row[2]),
            correct=bool(row[1] + row[2] == 0),
            slices=slices_of(g),
            detail=tuple(detail),
        )
        for g, row, detail in zip(gold, counts, details, strict=True)
    ]
    measures |= rates(counts)
    for name, table in tables.items():
        measures |= {f"{what}/{name}": value for what, value in rates(table).items() if what != "right_items"}
    for name, rows in slice_rows(outcomes).items():
        measures |= {f"{what}@{name}": v for what, v in rates(counts[rows]).items() if what in {"f1", "right_items"}}
    return Measured(measures, outcomes, counts)


def rates(counts: Floats) -> dict[str, Estimate]:
    """Precision, recall, F1 and the share of items without an error, of (N, 3) found, wrong, missed."""
    found, wrong, missed = counts.T if len(counts) else np.zeros((3, 0))
    right = ((wrong + missed) == 0).astype(np.float64)

    def share(part: Floats, whole: Floats) -> Estimate:
        return bootstrap_ratio(part, whole, rng=np.random.default_rng(SEED), proportion=True)

    return {
        "precision": share(found, found + wrong),
        "recall": share(found, found + missed),
        "f1": share(2 * found, 2 * found + wrong + missed),
        "right_items": share(right, np.ones_like(right)),
    }


def slices_of(gold: GoldAnswer) -> dict[str, str]:
    """The slices an item lies in: those given, and how much there is on it."""
    crowd = len(gold.marks)
    many = "none" if crowd == 0 else "1" if crowd == 1 else "2-5" if crowd <= 5 else "6 or more"  # noqa: PLR2004 - names
    return {**gold.slices, "marks": many}


def slice_rows(outcomes: Sequence[ItemOutcome]) -> dict[str, NDArray[np.int64]]:
    """Rows of the items of each slice, by `name:value`."""
    rows: dict[str, list[int]] = {}
    for row, outcome in enumerate(outcomes):
        for name, value in outcome.slices.items():
            rows.setdefault(f"{name}:{value}", []).append(row)
    return {name: np.array(found, np.int64) for name, found in sorted(rows.items())}


def f1_difference(mine: Floats, theirs: Floats) -> Estimate:
    """F1 of the first less F1 of the second, on the same items, by one bootstrap over items."""

    def statistic(sums: Floats) -> Floats:
        a, b = sums[:, :3], sums[:, 3:]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(
                2 * a[:, 0] / (2 * a[:, 0] + a[:, 1] + a[:, 2]) - 2 * b[:, 0] / (2 * b[:, 0] + b[:, 1] + b[:, 2])
            )

    n = int(mine.sum())
    return bootstrap_estimate(np.column_stack([mine, theirs]), statistic, rng=np.random.default_rng(SEED), n=n)


def right_difference(mine: Floats, theirs: Floats) -> Estimate:
    """Share of items without an error, first less second, on the same items."""
    right = [((t[:, 1] + t[:, 2]) == 0).astype(np.float64) for t in (mine, theirs)]
    table = np.column_stack([right[0] - right[1], np.ones(len(mine))])
    return bootstrap_estimate(table, lambda s: s[:, 0] / s[:, 1], rng=np.random.default_rng(SEED), n=len(mine))
