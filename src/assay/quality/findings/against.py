"""Marks held against what a model predicts, or against what other people drew: missing, swapped, badly placed."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.quality.boxes import Boxes
from assay.quality.errors import MarksMisshapenError
from assay.quality.findings.model import Look, Suspect, as_box, best_first, typical_rows
from assay.quality.matching import Matches, match_boxes
from assay.quality.similarity import giou, similar_pairs

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SAME_THING_IOU: Final = 0.10  # the least overlap at which two marks may mean the same thing
SWAPPED_IOU: Final = 0.50
PLACED_IOU: Final = 0.60  # below, a pair of one class is badly placed
NEAR_IOU: Final = 0.30  # something missing has no mark of any class this close
USUAL_SIZES: Final = (0.02, 0.98)  # a thing outside the range of its class counts half
DEFAULT_SURE: Final = 0.5


def find_against(
    marks: Boxes, others: Boxes, *, confidence: ArrayLike | None = None, unsupported: bool = False
) -> list[Suspect]:
    """Find what speaks against a set of marks.

    Marks are matched one to one, same class first, for the largest total IoU from .1 on. Without a partner: overlooked,
    scored by 1 - best overlap with any mark. Partners of different classes from IoU .5: swapped, scored by IoU.
    Partners of one class below IoU .6: badly placed, scored by 1 - IoU. Scores are multiplied by the confidence of a
    prediction; a prediction counts only when it is as sure as half of those of its class that match.

    Args:
        marks: the marks in question.
        others: predictions, or another person's marks, over the same items.
        confidence: (n_others,) 0 to 1 for predictions; None for people.
        unsupported: also report marks without any partner on the other side.
    """
    sure, weight = _sure_enough(marks, others, confidence)
    kept = others.where(sure)
    weight = weight[sure]
    matches = match_boxes(marks, kept, threshold=SAME_THING_IOU)
    found = [*_pairs(matches, marks, kept, weight), *_overlooked(matches, marks, kept, weight)]
    if unsupported:
        found += _unsupported(matches, marks, kept)
    return best_first(found)


def _sure_enough(marks: Boxes, others: Boxes, confidence: ArrayLike | None) -> tuple[Flags, Floats]:
    """Which of the others count, and their weights."""
    if confidence is None:
        return np.ones(len(others), bool), np.ones(len(others))
    given = np.asarray(confidence, np.float64)
    if given.shape != (len(others),):
        raise MarksMisshapenError(f"{given.shape} confidences do not fit {len(others)} predictions.")
    given = np.where(np.isnan(given), 1.0, given)  # a prediction without a number is taken at its word
    hit = match_boxes(marks, others, threshold=SWAPPED_IOU, mode="class_aware").left_of_right >= 0
    line = np.full(len(others), DEFAULT_SURE)
    for label_class in np.unique(others.classes).tolist():
        mine = others.classes == label_class
        right = given[mine & hit]
        if len(right):
            line[mine] = np.median(right)
    return given >= line, given


def _pairs(matches: Matches, marks: Boxes, others: Boxes, weight: Floats) -> list[Suspect]:
    usual = typical_rows(_areas(marks), marks.classes)
    found = []
    for row, col, iou, same in zip(
        matches.left_rows, matches.right_rows, matches.pair_iou, matches.same_class, strict=True
    ):
        swapped = not same and iou >= SWAPPED_IOU
        if not swapped and not (same and iou < PLACED_IOU):
            continue
        item, other = int(marks.items[row]), int(others.classes[col])
        looks = [Look(item, as_box(marks.xyxy[row]), "mark"), Look(item, as_box(others.xyxy[col]), "other")]
        if swapped and other in usual:
            example = usual[other]
            looks[1] = Look(int(marks.items[example]), as_box(marks.xyxy[example]), "typical")
        found.append(
            Suspect(
                kind="swapped" if swapped else "badly_placed",
                score=float(weight[col] * (iou if swapped else 1 - iou)),
                item=item,
                row=int(row),
                label_class=int(marks.classes[row]),
                suggested_class=other if swapped else None,
                evidence={
                    "iou": round(float(iou), 6),
                    "giou": round(float(giou(marks.xyxy[row], others.xyxy[col])), 6),
                    "confidence": round(float(weight[col]), 6),
                },
                looks=tuple(looks),
            )
        )
    return found


def _overlooked(matches: Matches, marks: Boxes, others: Boxes, weight: Floats) -> list[Suspect]:
    nearest = _best_overlap(others, marks)
    # A partner of another class that overlaps little is no partner: what the other side drew may still be missing here.
    alone = matches.left_of_right < 0
    loose = matches.right_rows[~matches.same_class & (matches.pair_iou < SWAPPED_IOU)]
    alone[loose] = True
    usual, usual_range = typical_rows(_areas(others), others.classes), _usual_sizes(marks, others)
    areas = _areas(others)
    found = []
    for col in np.flatnonzero(alone & (nearest < NEAR_IOU)).tolist():
        label_class, item = int(others.classes[col]), int(others.items[col])
        low, high = usual_range[label_class]
        fits = bool(low <= areas[col] <= high)
        example = usual[label_class]
        found.append(
            Suspect(
                kind="overlooked",
                score=float(weight[col] * (1 - nearest[col]) * (1.0 if fits else 0.5)),
                item=item,
                row=None,
                label_class=label_class,
                suggested_class=None,
                evidence={
                    "best_overlap": round(float(nearest[col]), 6),
                    "confidence": round(float(weight[col]), 6),
                    "usual_size": "yes" if fits else "no",
                },
                looks=(
                    Look(item, as_box(others.xyxy[col]), "other"),
                    Look(int(others.items[example]), as_box(others.xyxy[example]), "typical"),
                ),
            )
        )
    return found


def _unsupported(matches: Matches, marks: Boxes, others: Boxes) -> list[Suspect]:
    nearest = _best_overlap(marks, others)
    usual = typical_rows(_areas(marks), marks.classes)
    found = []
    for row in np.flatnonzero((matches.right_of_left < 0) & (nearest < SAME_THING_IOU)).tolist():
        item, label_class = int(marks.items[row]), int(marks.classes[row])
        example = usual[label_class]
        found.append(
            Suspect(
                kind="unsupported",
                score=float(1 - nearest[row]) * 0.5,  # absence speaks less than presence
                item=item,
                row=row,
                label_class=label_class,
                suggested_class=None,
                evidence={"best_overlap": round(float(nearest[row]), 6)},
                looks=(
                    Look(item, as_box(marks.xyxy[row]), "mark"),
                    Look(int(marks.items[example]), as_box(marks.xyxy[example]), "typical"),
                ),
            )
        )
    return found


def _best_overlap(boxes: Boxes, among: Boxes) -> Floats:
    """(n,) the largest IoU of each box with any of the others on its item."""
    pairs = similar_pairs(boxes, among)
    best = np.zeros(len(boxes))
    np.maximum.at(best, pairs.rows, pairs.values)
    return best


def _areas(boxes: Boxes) -> Floats:
    return np.asarray(np.prod(boxes.xyxy[:, 2:] - boxes.xyxy[:, :2], axis=1), np.float64)


def _usual_sizes(marks: Boxes, others: Boxes) -> dict[int, tuple[float, float]]:
    """Range of areas of each class, over both sides."""
    areas = np.concatenate([_areas(marks), _areas(others)])
    classes = np.concatenate([marks.classes, others.classes])
    ranges = {}
    for label_class in np.unique(classes).tolist():
        low, high = np.quantile(areas[classes == label_class], USUAL_SIZES)
        ranges[label_class] = (float(low), float(high))
    return ranges
