"""The boxes simulated people draw, and the exact count of what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from assay.demo.fates import Fate, draw_fates, object_table
from assay.demo.person import SimulatedPerson
from assay.demo.seeds import rng_for
from assay.demo.truth import Box, TruthItem, TruthObject
from assay.quality.boxes import Boxes
from assay.quality.matching import box_iou
from assay.quality.scores import Score, score_boxes

_MISPLACED_IOU = (0.54, 0.66)  # between what still matches and what counts as well placed
_APART_IOU = 0.25  # an invented box stays clear of everything true
_TRIES = 60
_EXPERT_JITTER = 0.004


@dataclass(frozen=True, slots=True)
class DrawnMark:
    """A class name and a box somebody drew."""

    label_class: str
    box: Box


@dataclass(frozen=True, slots=True)
class Answer:
    """All marks of one person on one item, with the time it took."""

    marks: tuple[DrawnMark, ...]
    seconds: float


def answer(
    person: SimulatedPerson, item: TruthItem, classes: Sequence[str], *, seed: int, slipped: bool = False
) -> Answer:
    """What `person` hands in for `item`; the same person, item, seed and state always give the same answer."""
    rng = rng_for(seed, "answer", person.login, item.name, int(slipped))
    table = object_table([item], person.confuses)
    fates = draw_fates(person, table, rng, np.array([slipped]))
    marks = []
    for found, fate in zip(item.objects, fates.fate.tolist(), strict=True):
        mark = _mark_of(person, item, found, Fate(fate), classes, rng)
        if mark is not None:
            marks.append(mark)
    for _ in range(int(fates.n_spurious[0])):
        marks.append(_invented(item, [m.box for m in marks], classes, rng))
    order = rng.permutation(len(marks))
    base = 2.0 + person.seconds_per_mark * len(marks)
    return Answer(tuple(marks[i] for i in order), round(float(base * rng.lognormal(0.0, 0.25)), 1))


def expert_answer(item: TruthItem, *, seed: int, login: str = "expert") -> Answer:
    """The truth as an expert draws it: every object, right class, sides within a hair."""
    rng = rng_for(seed, "expert", login, item.name)
    marks = tuple(DrawnMark(o.label_class, _jittered(rng, o.box, _EXPERT_JITTER, item)) for o in item.objects)
    return Answer(marks, round(float((3 + 2.0 * len(marks)) * rng.lognormal(0.0, 0.2)), 1))


def score(
    items: Sequence[TruthItem],
    answers: Sequence[Sequence[DrawnMark]],
    *,
    match_iou: float = 0.5,
    tight_iou: float = 0.7,
) -> Score:
    """Score answers against the truth with the product's own rule; one answer for each item."""
    names = sorted({o.label_class for i in items for o in i.objects} | {m.label_class for a in answers for m in a})
    code = {name: number for number, name in enumerate(names)}
    gold = Boxes.of(
        [[o.box for o in i.objects] for i in items], [[code[o.label_class] for o in i.objects] for i in items]
    )
    drawn = Boxes.of([[m.box for m in a] for a in answers], [[code[m.label_class] for m in a] for a in answers])
    return score_boxes(gold, drawn, threshold=match_iou, tight_threshold=tight_iou)


def exact_counts(
    items: Sequence[TruthItem], answers: Sequence[Sequence[DrawnMark]], *, tight_iou: float = 0.7
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Units and errors of each item, counted against the truth as gold is counted."""
    scored = score(items, answers, tight_iou=tight_iou)
    return scored.n_units, scored.n_errors


def _mark_of(
    person: SimulatedPerson, item: TruthItem, found: TruthObject, fate: Fate, classes: Sequence[str], rng: Generator
) -> DrawnMark | None:
    if fate is Fate.MISSED:
        return None
    if fate is Fate.CONFUSED and person.confuses is not None:
        other = person.confuses[1 - person.confuses.index(found.label_class)]
        return DrawnMark(other, _jittered(rng, found.box, person.jitter_ratio, item))
    others = [name for name in classes if name != found.label_class]
    if fate is Fate.MISCLASSIFIED and others:
        return DrawnMark(others[int(rng.integers(len(others)))], _jittered(rng, found.box, person.jitter_ratio, item))
    if fate is Fate.MISLOCALISED or fate is Fate.MISCLASSIFIED:  # with one class only, a box can still be ill placed
        return DrawnMark(found.label_class, _misplaced(rng, found.box, item))
    box = found.echo_box if fate is Fate.ECHOED and found.echo_box is not None else found.box
    return DrawnMark(found.label_class, _jittered(rng, box, person.jitter_ratio, item))


def _inside(box: Sequence[float] | NDArray[np.float64], item: TruthItem) -> Box:
    """The box cut to the picture and rounded to tenths of a pixel, as a screen gives it."""
    x0, x1 = (round(min(max(float(v), 0.0), item.width_px), 1) for v in (box[0], box[2]))
    y0, y1 = (round(min(max(float(v), 0.0), item.height_px), 1) for v in (box[1], box[3]))
    return x0, y0, x1, y1


def _jittered(rng: Generator, box: Box, ratio: float, item: TruthItem) -> Box:
    """Move each side by `ratio` of the box's side, at least .4 pixels but never so much that a small box is lost."""
    sides = np.array([box[2] - box[0], box[3] - box[1]] * 2)
    spread = np.minimum(np.maximum(ratio * sides, 0.4), 0.03 * sides)
    return _inside(np.asarray(box) + spread * np.clip(rng.standard_normal(4), -2, 2), item)


def _misplaced(rng: Generator, box: Box, item: TruthItem) -> Box:
    """A box that overlaps the right one enough to be matched and too little to be well placed."""
    target = float(rng.uniform(*_MISPLACED_IOU))
    ways: list[Callable[[NDArray[np.float64], int, float], None]] = [_shift, _cut, _extend]
    for _ in range(_TRIES):
        moved = np.asarray(box, dtype=np.float64).copy()
        ways[int(rng.integers(len(ways)))](moved, int(rng.integers(4)), target)
        result = _inside(moved, item)
        if abs(float(box_iou(np.array([box]), np.array([result]))[0, 0]) - target) < 0.03:  # noqa: PLR2004 - the picture cut it
            return result
    moved = np.asarray(box, dtype=np.float64).copy()
    _cut(moved, int(rng.integers(4)), target)
    return _inside(moved, item)


def _outward(box: NDArray[np.float64], side: int) -> tuple[float, int]:
    """Length of the box across `side` (0 left, 1 top, 2 right, 3 bottom), and the direction out of the box."""
    return float(box[side % 2 + 2] - box[side % 2]), -1 if side < 2 else 1  # noqa: PLR2004 - left and top come first


def _shift(box: NDArray[np.float64], side: int, iou: float) -> None:
    length, way = _outward(box, side)
    box[[side % 2, side % 2 + 2]] += way * length * (1 - iou) / (1 + iou)


def _cut(box: NDArray[np.float64], side: int, iou: float) -> None:
    length, way = _outward(box, side)
    box[side] -= way * length * (1 - iou)


def _extend(box: NDArray[np.float64], side: int, iou: float) -> None:
    length, way = _outward(box, side)
    box[side] += way * length * (1 / iou - 1)


def _invented(item: TruthItem, drawn: Sequence[Box], classes: Sequence[str], rng: Generator) -> DrawnMark:
    """A box where nothing is, about as large as what is really there."""
    taken = np.array([o.box for o in item.objects] + list(drawn)).reshape(-1, 4)
    sizes = [(o.box[2] - o.box[0], o.box[3] - o.box[1]) for o in item.objects] or [
        (item.width_px / 8, item.height_px / 8)
    ]
    best: tuple[float, Box] = (2.0, (0.0, 0.0, 1.0, 1.0))
    for _ in range(_TRIES):
        w, h = np.asarray(sizes[int(rng.integers(len(sizes)))]) * rng.uniform(0.5, 0.95)
        x, y = rng.uniform(0, item.width_px - w), rng.uniform(0, item.height_px - h)
        box = _inside((x, y, x + w, y + h), item)
        worst = float(box_iou(np.array([box]), taken).max(initial=0.0))
        best = min(best, (worst, box))
        if worst < _APART_IOU:
            break
    return DrawnMark(classes[int(rng.integers(len(classes)))], best[1])
