"""Sums over comparisons of very many items in plain numpy; gives the same whole numbers as the compiled kernel."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.kernel import twin

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Ints = NDArray[np.int32]

FINE: Final = 1 << 36
COARSE: Final = 1 << 8
_SHIFT: Final = 28
_MOST_MARKS: Final = 1 << 23  # met on one row, as in batch.c

# Columns of a tally: comparisons, both empty, left, right, matched, same class, correct, IoU, IoU of the same class.
N, EMPTY, LEFT, RIGHT, MATCHED, SAME, CORRECT, IOU, IOU_SAME = range(9)


def agree_rows(
    boxes: Floats, classes: Ints, ranges: Longs, rows: Longs, left: Ints, right: Ints, pair: Ints, threshold: float,
    pairs: Longs, people: Longs, total: Longs, by_class: Longs, row_sums: Longs,
) -> int:  # fmt: skip
    """Add comparisons of people up into the last five arrays; the row that was too much, or -1."""
    tallies, class_rows, _, stopped_at = _compare(boxes, classes, ranges, rows, threshold, 0.0)
    if stopped_at >= 0 or len(rows) == 0:
        return stopped_at
    np.add.at(pairs, pair, agreement(tallies))
    names = np.concatenate([left, right])
    whole = _gather(np.concatenate([rows, rows]) * len(people) + names, np.concatenate([tallies, tallies]))
    np.add.at(people, whole[0] % len(people), agreement(whole[1]))
    found, by_row = _gather(rows, tallies)
    total += agreement(by_row).sum(axis=0)
    row_sums[found, 0] += 2 * (by_row[:, SAME] + by_row[:, EMPTY])
    row_sums[found, 1] += by_row[:, LEFT] + by_row[:, RIGHT] + 2 * by_row[:, EMPTY]
    key, sums = _gather(class_rows[0] * max(len(by_class), 1) + class_rows[1], class_rows[2])
    np.add.at(by_class, key % max(len(by_class), 1), class_agreement(sums))
    return -1


def score_rows(
    boxes: Floats, classes: Ints, ranges: Longs, rows: Longs, right: Ints, threshold: float, tight: float,
    people: Longs, total: Longs, by_class: Longs, confusion: Longs,
) -> int:  # fmt: skip
    """Add comparisons of answers with gold up into the last four arrays; the row that was too much, or -1."""
    tallies, class_rows, cells, stopped_at = _compare(boxes, classes, ranges, rows, threshold, tight)
    if stopped_at >= 0 or len(rows) == 0:
        return stopped_at
    key, by_person = _gather(rows * len(people) + right, tallies)
    np.add.at(people, key % len(people), scores(by_person))
    total += scores(_gather(rows, tallies)[1]).sum(axis=0)
    key, sums = _gather(class_rows[0] * max(len(by_class), 1) + class_rows[1], class_rows[2])
    whole = np.zeros((len(sums), 9), np.int64)
    whole[:, N], whole[:, LEFT], whole[:, RIGHT] = 1, sums[:, 0], sums[:, 1]
    whole[:, [MATCHED, SAME, CORRECT]] = sums[:, [2]]
    whole[:, [IOU, IOU_SAME]] = sums[:, [3]]
    np.add.at(by_class, key % max(len(by_class), 1), scores(whole))
    none = len(by_class)
    np.add.at(confusion, (np.where(cells[0] < 0, none, cells[0]), np.where(cells[1] < 0, none, cells[1])), 1)
    return -1


def agreement(t: Longs) -> Longs:
    """(n, 22) the columns of `Agree` of (n, 9) tallies."""
    hits, seen, marks = (
        t[:, SAME] + t[:, EMPTY],
        t[:, MATCHED] + t[:, EMPTY],
        t[:, LEFT] + t[:, RIGHT] + 2 * t[:, EMPTY],
    )
    units = t[:, LEFT] + t[:, RIGHT] - t[:, MATCHED] + t[:, EMPTY]
    close, iou = coarse(t[:, IOU_SAME]) + COARSE * t[:, EMPTY], coarse(t[:, IOU])
    same, matched = t[:, SAME], t[:, MATCHED]
    plain = [np.ones_like(hits), *(t[:, c] for c in (EMPTY, LEFT, RIGHT, MATCHED, SAME, IOU, IOU_SAME)), matched > 0]
    products = [
        hits * hits, hits * marks, marks * marks, seen * seen, seen * marks, close * close, close * units,
        units * units, same * same, same * matched, matched * matched, iou * iou, iou * matched,
    ]  # fmt: skip
    return np.column_stack([*plain, *products]).astype(np.int64)


def class_agreement(t: Longs) -> Longs:
    """(n, 10) the columns of `AgreeClass` of (n, 4) left, right, hits, IoU."""
    marks, hits, iou = t[:, 0] + t[:, 1], t[:, 2], coarse(t[:, 3])
    units = marks - hits
    products = [hits * hits, hits * marks, marks * marks, iou * iou, iou * units, units * units]
    return np.column_stack([np.ones_like(hits), marks, hits, t[:, 3], *products])


def scores(t: Longs) -> Longs:
    """(n, 23) the columns of `Score` of (n, 9) tallies."""
    gold, answer, hits, iou = t[:, LEFT], t[:, RIGHT], t[:, SAME], coarse(t[:, IOU_SAME])
    errors = gold - t[:, CORRECT] + answer - t[:, MATCHED]
    units = gold + answer - t[:, MATCHED] + t[:, EMPTY]
    plain = [
        np.ones_like(gold), t[:, EMPTY], gold, answer, t[:, MATCHED], hits, t[:, CORRECT], t[:, IOU_SAME], gold > 0,
        answer > 0, gold + answer > 0, hits > 0,
    ]  # fmt: skip
    products = [
        hits * hits, hits * gold, hits * answer, gold * gold, gold * answer, answer * answer, iou * iou, iou * hits,
        errors * errors, errors * units, units * units,
    ]  # fmt: skip
    return np.column_stack([*plain, *products]).astype(np.int64)


def coarse(fine: Longs) -> Longs:
    """IoU in the steps of products."""
    return np.asarray((fine + (1 << (_SHIFT - 1))) >> _SHIFT, np.int64)


def _gather(keys: Longs, values: Longs) -> tuple[Longs, Longs]:
    """Different keys and the sum of the values of each."""
    found, place = np.unique(keys, return_inverse=True)
    sums = np.zeros((len(found), values.shape[1]), np.int64)
    np.add.at(sums, place, values)
    return found.astype(np.int64), sums


ClassRows = tuple[Longs, Ints, Longs]


def _compare(
    boxes: Floats, classes: Ints, ranges: Longs, rows: Longs, threshold: float, tight: float
) -> tuple[Longs, ClassRows, tuple[Longs, Longs], int]:
    """Tallies (n, 9); row, class and (left, right, hits, IoU) of every mark; gold and answered class of every pair."""
    left, right = ranges[:, 1] - ranges[:, 0], ranges[:, 3] - ranges[:, 2]
    met = np.bincount(rows, left + right, minlength=1) if len(rows) else np.zeros(1)
    tallies, none = np.zeros((len(rows), 9), np.int64), np.empty(0, np.int64)
    if met.max() > _MOST_MARKS:
        return tallies, (none, none.astype(np.int32), none.reshape(0, 4)), (none, none), int(np.argmax(met))
    a, b = _stretches(ranges[:, 0], left), _stretches(ranges[:, 2], right)
    ends = [np.concatenate([np.zeros(1, np.int64), np.cumsum(n)]) for n in (left, right)]
    partner, back, iou = np.empty(len(a), np.int64), np.empty(len(b), np.int64), np.empty(len(a))
    stopped = twin.match_boxes(
        ends[0], boxes[a], classes[a], ends[1], boxes[b], classes[b], 0, len(rows), threshold, 2, partner, back, iou
    )
    mine, theirs = np.repeat(np.arange(len(rows)), left), np.repeat(np.arange(len(rows)), right)
    kind, other = classes[a], classes[b]
    matched = partner >= 0
    answered = np.where(matched, other[partner] if len(other) else -1, -1)
    same, fine = matched & (answered == kind), np.rint(iou * FINE).astype(np.int64)
    for column, value in (
        (MATCHED, matched), (SAME, same), (CORRECT, same & (iou >= tight)), (IOU, fine), (IOU_SAME, fine * same),
    ):  # fmt: skip
        np.add.at(tallies[:, column], mine, value)
    tallies[:, N], tallies[:, EMPTY], tallies[:, LEFT], tallies[:, RIGHT] = 1, left + right == 0, left, right
    marks = np.zeros((len(a) + len(b), 4), np.int64)
    marks[: len(a), 0], marks[len(a) :, 1] = 1, 1
    marks[: len(a), 2], marks[: len(a), 3] = same, fine * same
    class_rows = (rows[np.concatenate([mine, theirs])], np.concatenate([kind, other]), marks)
    alone = other[back < 0].astype(np.int64)
    cells = (np.concatenate([kind.astype(np.int64), np.full(len(alone), -1)]), np.concatenate([answered, alone]))
    return tallies, class_rows, cells, int(rows[stopped]) if stopped >= 0 else -1


def _stretches(starts: Longs, counts: Longs) -> Longs:
    """All numbers of the stretches, one after another."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total, dtype=np.int64) + np.repeat(starts - (ends - counts), counts), np.int64)
