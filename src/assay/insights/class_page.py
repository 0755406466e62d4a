"""Everything about one class: how alike people draw it, what gold says, how large it is, where it is least sure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assay.gold import ErrorKind, StoredScore
from assay.governance import Policy, policy_in
from assay.insights.errors import ClassNotFoundError
from assay.insights.findings import surroundings
from assay.insights.labels_now import LabelsNow, labels_now
from assay.insights.model import Crop, CropMark
from assay.insights.snapshots import Snapshot
from assay.kernel.actor import Actor
from assay.labels import current_schema_version, schema_in
from assay.quality.calibration import RowCounts, calibration_rows, person_clustering, rho_for
from assay.quality.measured import Measured, at_least_n, measured
from assay.quality.ratios import share_over_items
from assay.reliability import answers_of, people_scores
from assay.storage import House

N_WORST = 24
MIN_GOLD_IMAGES = 10


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of some values, and between which two 90 % of them lie."""

    median: float
    from_5: float
    to_95: float


@dataclass(frozen=True, slots=True)
class Worst:
    """A place where a class is least sure."""

    crop: Crop
    confidence: float
    n_votes: int
    n_answers: int
    state: str


@dataclass(frozen=True, slots=True)
class ClassPage:
    """What the page of a class shows.

    Attributes:
        agreement: F1 of the class over pairs of people; None while nobody shares an image with it.
        error: share of its gold marks that went wrong, over everybody; gold images are what is drawn at random.
        confusion: what was drawn where gold has this class, most often first; None for nothing.
        people: error by person, in no order of merit.
        worst: least sure first.
    """

    label_class: str
    name: str
    n_items: int
    n_marks: int
    agreement: Measured | None
    error: Measured
    width_px: Spread | None
    height_px: Spread | None
    confusion: tuple[tuple[str | None, int], ...]
    people: tuple[tuple[str, Measured], ...]
    worst: tuple[Worst, ...]


def read_class(actor: Actor, project: str, label_class: str, snapshot: Snapshot, *, house: House) -> ClassPage:
    """Everything about one class of the current schema. Reads every label of the project.

    Raises:
        ClassNotFoundError: the schema has no such class.
    """
    with house.read(actor, project) as rx:
        classes = {c.id: c.name for c in schema_in(rx, None).classes} if current_schema_version(rx) else {}
        if label_class not in classes:
            raise ClassNotFoundError(label_class)
        labels = labels_now(rx, tuple(classes))
        scores = people_scores(rx)
        policy = policy_in(rx)
    rows = np.flatnonzero(labels.boxes.classes == list(classes).index(label_class))
    extent = labels.boxes.xyxy[rows, 2:] - labels.boxes.xyxy[rows, :2]
    return ClassPage(
        label_class=label_class,
        name=classes[label_class],
        n_items=len(np.unique(labels.boxes.items[rows])),
        n_marks=len(rows),
        agreement=next((found for name, found in snapshot.overview.by_class if name == label_class), None),
        error=pooled_error([s for mine in scores.values() for s in mine], label_class, policy),
        width_px=spread_of(extent[:, 0]) if len(rows) else None,
        height_px=spread_of(extent[:, 1]) if len(rows) else None,
        confusion=confusion_of_class(scores, label_class),
        people=_people(scores, label_class, snapshot.rho, policy),
        worst=_worst(labels, rows),
    )


def spread_of(values: ArrayLike) -> Spread:
    """Median, 5th and 95th percentile (linear interpolation) of at least one value."""
    low, middle, high = np.percentile(np.asarray(values, np.float64), [5, 50, 95]).tolist()
    return Spread(middle, low, high)


def pooled_error(scores: Sequence[StoredScore], label_class: str, policy: Policy) -> Measured:
    """Share of gold marks of a class that went wrong over everybody: the gold image is the unit drawn at random.

    Answers of several people to one image are one unit, since what is hard about it is hard for all of them.
    """
    units: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for score in scores:
        for mark in score.score.marks:
            if mark.gold is not None and mark.gold.label_class == label_class:
                units[score.item_id] += 1
                wrong[score.item_id] += mark.kind is not ErrorKind.RIGHT
    order = sorted(units)
    whole, part = [units[item] for item in order], [wrong[item] for item in order]
    estimate = share_over_items(part, whole, np.random.default_rng(0), n=sum(whole))
    evidence = at_least_n(len(order), MIN_GOLD_IMAGES, "gold images")
    return measured(estimate, evidence, limit=policy.max_error, side="at_most")


def confusion_of_class(
    scores: Mapping[str, Sequence[StoredScore]], label_class: str
) -> tuple[tuple[str | None, int], ...]:
    """What was drawn where gold has the class; ties by name, nothing last."""
    seen: Counter[str | None] = Counter()
    for mine in scores.values():
        for mark in (m for s in mine for m in s.score.marks):
            if mark.gold is not None and mark.gold.label_class == label_class:
                seen[mark.answer[0] if mark.answer else None] += 1
    return tuple(sorted(seen.items(), key=lambda each: (-each[1], each[0] is None, each[0] or "")))


def _people(
    scores: Mapping[str, Sequence[StoredScore]], label_class: str, rho: float, policy: Policy
) -> tuple[tuple[str, Measured], ...]:
    found = []
    for user, mine in sorted(scores.items()):
        marks = [[m for m in s.score.marks if m.gold and m.gold.label_class == label_class] for s in mine]
        if not any(marks):
            continue
        wrong = [sum(m.kind is not ErrorKind.RIGHT for m in each) for each in marks]
        used = rho_for(person_clustering(answers_of(mine)), rho).rho
        (row,) = calibration_rows([RowCounts.of(user, [len(each) for each in marks], wrong)], used)
        found.append((user, measured(row.estimate, row.evidence, limit=policy.max_error, side="at_most")))
    return tuple(found)


def _worst(labels: LabelsNow, rows: np.ndarray) -> tuple[Worst, ...]:
    """Least sure first, one a picture before a second of the same."""
    order = sorted(rows.tolist(), key=lambda row: (labels.confidence[row], row))
    seen: Counter[int] = Counter()
    ranked: list[tuple[int, int, int]] = []
    for row in order:
        item = int(labels.boxes.items[row])
        ranked.append((seen[item], len(ranked), row))
        seen[item] += 1
    chosen = [row for _, _, row in sorted(ranked)[:N_WORST]]
    return tuple(
        Worst(
            crop=crop_at(labels, row),
            confidence=float(labels.confidence[row]),
            n_votes=int(labels.n_votes[row]),
            n_answers=int(labels.n_answers[labels.boxes.items[row]]),
            state=labels.states[labels.boxes.items[row]],
        )
        for row in chosen
    )


def crop_at(labels: LabelsNow, row: int, others: Sequence[CropMark] = (), caption: str = "") -> Crop:
    """A label with its surroundings; it comes first among the marks."""
    item = labels.items[int(labels.boxes.items[row])]
    box = _box(labels.boxes.xyxy[row].tolist())
    label_class = labels.classes[int(labels.boxes.classes[row])]
    size = item.medium
    mark = CropMark(box, label_class, "drawn", None)
    view = surroundings(box, size.width_px, size.height_px)
    return Crop(item.id, size.width_px, size.height_px, view, (mark, *others), caption, None, box)


def _box(sides: Sequence[float]) -> tuple[float, float, float, float]:
    x_min, y_min, x_max, y_max = sides
    return x_min, y_min, x_max, y_max
