"""Fusing boxes by the compiled kernel, or by numpy where no compiler was at hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assay.kernel import native
from assay.kernel.twin import box_iou

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

N_STEPS = 3


def robust_means(
    starts: Longs,
    boxes: Floats,
    weights: Floats,
    *,
    reach: float,
    least_spread: float,
    backend: native.Backend = native.BACKEND,
) -> Floats:
    """Find the middle of each group's boxes, side by side: the weighted median, then three Huber steps.

    Args:
        starts: (n_groups + 1,) where each group's boxes begin; none is empty.
        boxes: (n, 4).
        weights: (n,) above 0.
        reach: distance from the middle, in spreads, beyond which a side loses weight.
        least_spread: smallest spread, as a share of width or height; the spread is 1.4826 x the median distance.
        backend: which implementation runs.

    Returns:
        (n_groups, 4) fused sides.
    """
    fused = np.empty((len(starts) - 1, 4))
    if backend == "compiled":
        native.compiled.robust_means(starts, boxes, weights, reach, least_spread, fused)
        return fused
    for group in range(len(fused)):
        here = slice(starts[group], starts[group + 1])
        fused[group] = _robust_mean(boxes[here], weights[here], reach, least_spread)
    return fused


def _robust_mean(boxes: Floats, weights: Floats, reach: float, least_spread: float) -> Floats:
    middle = np.array([_median(boxes[:, side], weights) for side in range(4)])
    for _ in range(N_STEPS if len(boxes) > 1 else 0):
        size = np.maximum(np.tile(middle[2:] - middle[:2], 2), 1e-9)
        off = np.abs(boxes - middle) / size
        spread = max(1.4826 * float(np.median(off, axis=0).mean()), least_spread)
        share = weights[:, None] * np.minimum(1, reach * spread / np.maximum(off, 1e-12))
        middle = (share * boxes).sum(axis=0) / share.sum(axis=0)
    return np.asarray(middle, np.float64)


def _median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values, kind="stable")
    running = np.cumsum(weights[order])
    half, slack = running[-1] / 2, 1e-9 * running[-1]
    low = int(np.searchsorted(running, half - slack))
    high = min(low + (1 if running[low] <= half + slack else 0), len(values) - 1)
    return float((values[order[low]] + values[order[high]]) / 2)


def fuse_items(
    offsets: Sequence[Longs],
    boxes: Sequence[Floats],
    classes: Sequence[Ints],
    scores: Sequence[Floats],
    used: Sequence[NDArray[np.bool_]],
    weights: Floats,
    *,
    threshold: float,
    take_highest: bool,
    backend: native.Backend = native.BACKEND,
) -> tuple[Longs, Floats, Floats, Ints, Ints]:
    """Fuse several models' boxes item by item and class by class.

    Args:
        offsets: (n_items + 1,) of each model.
        boxes: (n, 4) of each model.
        classes: (n,) of each model.
        scores: (n,) of each model, times its weight.
        used: (n,) of each model, false for boxes to be left out.
        weights: (n_models,).
        threshold: a box joins the fused box it overlaps most, if by more than this IoU; otherwise it starts a new one.
        take_highest: score of a fused box: the highest of its boxes instead of their mean.
        backend: which implementation runs.

    Returns:
        (n_items + 1,) where each item's fused boxes begin; sides, scores, classes and number of boxes joined, by
        falling score within an item.
    """
    begins = np.cumsum([0, *(len(part) for part in boxes[:-1])]).astype(np.int64)
    sides, label = np.concatenate(list(boxes)), np.concatenate(list(classes))
    score, use = np.concatenate(list(scores)), np.concatenate(list(used)).astype(np.uint8)
    table = np.array(list(offsets), np.int64)
    if backend == "numpy":
        return _fuse_items(table, begins, sides, score, label, use, weights, threshold, take_highest=take_highest)
    n = len(sides)
    starts, out, found = np.zeros(table.shape[1], np.int64), np.empty((n, 4)), np.empty(n)
    named, sizes = np.empty(n, np.int32), np.empty(n, np.int32)
    native.compiled.fuse_items(
        table, begins, sides, score, label, use, threshold, float(weights.max()), float(weights.sum()),
        take_highest, starts, out, found, named, sizes,
    )  # fmt: skip
    last = int(starts[-1])
    return starts, out[:last], found[:last], named[:last], sizes[:last]


def _fuse_items(
    offsets: Longs, begins: Longs, boxes: Floats, scores: Floats, classes: Ints, used: NDArray[np.uint8],
    weights: Floats, threshold: float, *, take_highest: bool,
) -> tuple[Longs, Floats, Floats, Ints, Ints]:  # fmt: skip
    rows: list[tuple[float, ...]] = []
    counts = []
    for item in range(offsets.shape[1] - 1):
        parts = [np.arange(b + o[item], b + o[item + 1]) for b, o in zip(begins, offsets, strict=True)]
        here = np.concatenate(parts)
        here = here[used[here] == 1]
        here = here[np.lexsort((-here, -scores[here], classes[here]))]
        found = []
        for label in np.unique(classes[here]):
            mine = here[classes[here] == label]
            for members in _join(boxes[mine], scores[mine], threshold):
                b, s = boxes[mine[members]], scores[mine[members]]
                side = (b * s[:, None]).sum(axis=0) / s.sum() if len(members) > 1 else b[0]
                scaled = s.mean() * min(len(members), len(offsets)) / weights.sum()
                found.append((s.max() / weights.max() if take_highest else scaled, *side, label, len(members)))
        rows += sorted(found, key=lambda row: -row[0])
        counts.append(len(found))
    table = np.array(rows, np.float64).reshape(-1, 7)
    starts = np.cumsum([0, *counts]).astype(np.int64)
    return starts, table[:, 1:5], table[:, 0], table[:, 5].astype(np.int32), table[:, 6].astype(np.int32)


def _join(boxes: Floats, scores: Floats, threshold: float) -> list[list[int]]:
    groups: list[list[int]] = []
    centres = np.empty((0, 4))
    for row, box in enumerate(boxes):
        iou = box_iou(centres, box[None])[:, 0]
        best = int(np.argmax(iou)) if len(iou) else -1
        if best >= 0 and iou[best] > threshold:
            groups[best].append(row)
            weight = scores[groups[best]][:, None]
            centres[best] = (boxes[groups[best]] * weight).sum(axis=0) / weight.sum()
        else:
            groups.append([row])
            centres = np.vstack([centres, box])
    return groups
