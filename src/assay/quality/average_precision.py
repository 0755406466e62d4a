"""Average precision of boxes at one overlap, per class and as a mean, with intervals over images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.kernel.estimate import Estimate
from assay.quality.boxes import Boxes
from assay.quality.errors import ItemsDifferError, MarksMisshapenError
from assay.quality.matching import box_iou, check_threshold

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

LEVELS = np.linspace(0.0, 1.0, 101)
N_REPLICATES = 200
METHOD = "ap-bootstrap-images"


@dataclass(frozen=True, slots=True, eq=False)
class AveragePrecision:
    """AP at one overlap.

    Attributes:
        mean: over the classes that have gold.
        by_class: for each class number; nothing measured for a class without gold.
        draws: (R, K + 1) the same numbers on drawn sets of images, the mean last; for differences between models that
            were measured with the same draws.
    """

    mean: Estimate
    by_class: tuple[Estimate, ...]
    draws: Floats


def average_precision(
    gold: Boxes,
    answers: Boxes,
    scores: NDArray[np.float64],
    n_classes: int,
    *,
    iou: float,
    rng: np.random.Generator,
    n_replicates: int = N_REPLICATES,
) -> AveragePrecision:
    """Measure how well answers, taken surest first, find the gold.

    In each image and class an answer takes the gold it overlaps most among what is left, if by at least `iou`; equal
    scores count in the order given. Precision is read at 101 recalls, as COCO does; at .5 this is COCO's AP50 (apart
    from its cap of 100 answers an image).

    Args:
        gold: what is there.
        answers: boxes over the same images.
        scores: (n,) confidence of each answer.
        n_classes: K.
        iou: smallest overlap that finds, in (0, 1].
        rng: draws images for the intervals.
        n_replicates: R.
    """
    if gold.n_items != answers.n_items:
        raise ItemsDifferError(gold.n_items, answers.n_items)
    if len(scores) != len(answers):
        raise MarksMisshapenError(f"There are {len(answers)} answers and {len(scores)} scores.")
    check_threshold("iou", iou)
    found = _find(gold, answers, np.asarray(scores, np.float64), iou)
    n = gold.n_items
    draws = rng.multinomial(n, np.full(n, 1 / n), size=n_replicates).astype(np.float64) if n > 1 else np.empty((0, n))
    weights = np.vstack([np.ones((1, n)), draws])
    table = np.column_stack(
        [_of_class(gold, answers, scores, found, number, weights) for number in range(n_classes)]
        or [np.empty((len(weights), 0))]
    )
    known = ~np.isnan(table)
    means = np.where(
        known.any(axis=1), np.where(known, table, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1), np.nan
    )
    every = np.column_stack([table, means])
    counts = np.bincount(gold.classes, minlength=n_classes)
    estimates = [_estimate(every[:, k], int(counts[k]), n) for k in range(n_classes)]
    return AveragePrecision(_estimate(every[:, -1], len(gold), n), tuple(estimates), every[1:])


def _find(gold: Boxes, answers: Boxes, scores: Floats, iou: float) -> NDArray[np.bool_]:
    """(n,) which answers find a gold mark of their class that no surer answer has taken."""
    found = np.zeros(len(answers), np.bool_)
    for item in range(gold.n_items):
        there = np.arange(gold.offsets[item], gold.offsets[item + 1])
        said = np.arange(answers.offsets[item], answers.offsets[item + 1])
        if len(there) == 0 or len(said) == 0:
            continue
        overlap = box_iou(answers.xyxy[said], gold.xyxy[there])
        overlap[answers.classes[said][:, None] != gold.classes[there][None, :]] = 0.0
        for row in np.argsort(-scores[said], kind="stable"):
            best = int(overlap[row].argmax())
            if overlap[row, best] >= iou:
                found[said[row]] = True
                overlap[:, best] = 0.0
    return found


def _of_class(
    gold: Boxes, answers: Boxes, scores: Floats, found: NDArray[np.bool_], number: int, weights: Floats
) -> Floats:
    """(R + 1,) AP of one class under each weighting of the images; NaN without gold."""
    mine = np.flatnonzero(answers.classes == number)
    mine = mine[np.argsort(-scores[mine], kind="stable")]
    per_item = np.bincount(gold.items[gold.classes == number], minlength=gold.n_items).astype(np.float64)
    n_gold = weights @ per_item
    worth = weights[:, answers.items[mine]]
    hits = np.cumsum(worth * found[mine], axis=1)
    total = np.cumsum(worth, axis=1)
    out = np.full(len(weights), np.nan)
    for row in np.flatnonzero(n_gold > 0):
        out[row] = _area(hits[row] / n_gold[row], hits[row] / np.maximum(total[row], 1e-300))
    return out


def _area(recall: Floats, precision: Floats) -> float:
    """Mean over 101 recalls of the best precision at that recall or a higher one."""
    if len(recall) == 0:
        return 0.0
    best = np.maximum.accumulate(precision[::-1])[::-1]
    place = np.searchsorted(recall, LEVELS, side="left")
    return float(np.where(place < len(best), best[np.minimum(place, len(best) - 1)], 0.0).mean())


def _estimate(values: Floats, n: int, n_items: int) -> Estimate:
    value = float(values[0])
    if np.isnan(value):
        return Estimate(None, None, None, n, n_items, METHOD)
    known = values[1:][~np.isnan(values[1:])]
    if len(known) == 0:
        return Estimate(value, None, None, n, n_items, METHOD)
    low, high = np.quantile(known, [0.025, 0.975])
    return Estimate(value, min(float(low), value), max(float(high), value), n, n_items, METHOD)
