"""COCO's evaluation in plain numpy, step by step as its reference code takes them; checks the compiled one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Flags = NDArray[np.uint8]
Bits = NDArray[np.uint32]

NEARLY_ONE = 1 - 1e-10


def coco_box_iou(
    answers: Floats, gold: Floats, crowd: Flags, answer_starts: Longs, gold_starts: Longs, out: Floats
) -> None:
    """Write the IoU blocks of all groups."""
    at = 0
    for group in range(len(answer_starts) - 1):
        a = answers[answer_starts[group] : answer_starts[group + 1], None]
        here = slice(gold_starts[group], gold_starts[group + 1])
        b = gold[None, here]
        low, high = np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., :2] + a[..., 2:], b[..., :2] + b[..., 2:])
        inter = np.where((high > low).all(axis=-1), (high - low).prod(axis=-1), 0.0)
        area = a[..., 2:].prod(axis=-1)
        whole = np.where(crowd[here] == 1, area, area + b[..., 2:].prod(axis=-1) - inter)
        block = np.divide(inter, whole, out=np.zeros(inter.shape), where=inter > 0)
        out[at : at + block.size] = block.ravel()
        at += block.size


def coco_match(
    answer_starts: Longs, gold_starts: Longs, answer_area: Floats, gold_area: Floats, gold_ignored: Flags,
    gold_crowd: Flags, thresholds: Floats, iou: Floats, ranges: Floats, matched: Bits, ignored: Bits,
) -> None:  # fmt: skip
    """Write, for each area range and answer, a bit per threshold: matched, and not to be counted."""
    matched[:], ignored[:] = 0, 0
    at = 0
    for group in range(len(answer_starts) - 1):
        mine, theirs = (slice(starts[group], starts[group + 1]) for starts in (answer_starts, gold_starts))
        n, m = mine.stop - mine.start, theirs.stop - theirs.start
        table = iou[at : at + n * m].reshape(n, m)
        at += n * m
        for place, (low, high) in enumerate(ranges):
            out = (gold_area[theirs] < low) | (gold_area[theirs] > high) | (gold_ignored[theirs] == 1)
            for bit, threshold in enumerate(thresholds):
                found = _greedy(table, out, gold_crowd[theirs] == 1, min(threshold, NEARLY_ONE))
                has = found >= 0
                outside = (answer_area[mine] < low) | (answer_area[mine] > high)
                skipped = np.where(has, out[found] if m else False, outside)
                matched[place, mine] |= has.astype(np.uint32) << np.uint32(bit)
                ignored[place, mine] |= skipped.astype(np.uint32) << np.uint32(bit)


def _greedy(table: Floats, ignored: NDArray[np.bool_], crowd: NDArray[np.bool_], threshold: float) -> Longs:
    """The gold each answer gets, -1 for none; answers stand by falling score."""
    order = np.argsort(ignored, kind="stable")
    taken = np.zeros(table.shape[1], np.bool_)
    found = np.full(len(table), -1, np.int64)
    for answer, row in enumerate(table):
        least, best = threshold, -1
        for gold in order:
            if taken[gold] and not crowd[gold]:
                continue
            if best > -1 and not ignored[best] and ignored[gold]:
                break
            if row[gold] >= least:
                least, best = row[gold], int(gold)
        found[answer] = best
        if best > -1:
            taken[best] = True
    return found


def coco_accumulate(
    starts: Longs, order: Longs, images: Longs, ranks: NDArray[np.int32], max_answers: int, n_thresholds: int,
    matched: Bits, ignored: Bits, n_gold: Floats, weights: Floats | None, levels: Floats, precision: Floats | None,
    recall: Floats,
) -> None:  # fmt: skip
    """Write precision (n_thresholds, n_levels, n_classes), unless it is None, and recall (n_thresholds, n_classes)."""
    recall[:] = -1
    if precision is not None:
        precision[:] = -1
    for label_class in range(len(starts) - 1):
        answers = order[starts[label_class] : starts[label_class + 1]]
        answers = answers[ranks[answers] < max_answers]
        if weights is not None:
            answers = np.repeat(answers, weights[images[answers]].astype(np.int64))
        if n_gold[label_class] <= 0:
            continue
        for bit in range(n_thresholds):
            counted = ((ignored[answers] >> np.uint32(bit)) & 1) == 0
            hit = ((matched[answers] >> np.uint32(bit)) & 1) == 1
            true, false = np.cumsum(hit & counted).astype(float), np.cumsum(~hit & counted).astype(float)
            rates = true / n_gold[label_class]
            recall[bit, label_class] = rates[-1] if len(rates) else 0.0
            if precision is not None:
                best = np.maximum.accumulate((true / (false + true + np.spacing(1)))[::-1])[::-1]
                at = np.searchsorted(rates, levels, side="left")
                reached = at < len(rates)
                precision[bit, :, label_class] = 0.0
                precision[bit, reached, label_class] = best[at[reached]]
