"""What a mark of each class costs: the time answers took, told apart by how many marks of each class they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from assay.kernel.estimate import Estimate
from assay.kernel.money import share_out

FloatArray = NDArray[np.float64]
N_REPLICATES = 400
LEVEL = 0.8
MIN_ANSWERS = 20
"""Fewer timed answers than this cannot tell classes apart; every mark then weighs the same."""
WEIGHT_STEPS = 10**6


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Timed answers.

    Attributes:
        counts: (S, C) marks of each class in each answer.
        seconds: (S,) it took.
        item: (S,) index of the item it is of, 0 to I - 1.
    """

    counts: FloatArray
    seconds: FloatArray
    item: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ClassCost:
    """One class: its exact share of the money, and what an accepted mark comes to.

    Attributes:
        amount: micro-units; the shares of all classes add up to the whole.
        per_mark: micro-units an accepted mark, with an 80 % interval; None without an accepted mark.
        seconds: an annotator takes for one mark of it.
    """

    label_class: str
    amount: int
    n_accepted: int
    per_mark: Estimate
    seconds: float


def seconds_by_class(answers: Answers) -> FloatArray:
    """Seconds a mark of each class takes, (C,): non-negative least squares with a start-up time for each answer.

    The start-up time (looking at the picture at all) is spread over an answer's marks, so that the seconds of all
    marks add up to about the time that was spent. Answers count inversely to their time, for long ones vary more.
    """
    n_marks = answers.counts.sum(axis=1)
    used = n_marks > 0
    n_classes = answers.counts.shape[1]
    if int(used.sum()) < MIN_ANSWERS:
        return np.ones(n_classes)
    counts, seconds = answers.counts[used], np.maximum(answers.seconds[used], 0.1)
    weight = 1 / np.maximum(seconds, np.median(seconds) / 4)
    design = np.column_stack([counts, np.ones(len(counts))]) * weight[:, None]
    found, _ = nnls(design, seconds * weight)
    start = found[-1] * len(counts) / counts.sum()
    each: FloatArray = np.maximum(found[:-1] + start, 1e-3)
    return each


def cost_by_class(
    classes: Sequence[str],
    answers: Answers,
    item_money: FloatArray,
    accepted: FloatArray,
    shared: int,
    *,
    rng: np.random.Generator,
) -> list[ClassCost]:
    """Split money among classes and put it over their accepted marks.

    An item's money goes to the classes of its accepted marks (of its answers' marks where none is accepted) by the
    seconds such marks take; what belongs to no item goes by the whole. Intervals by resampling items.

    Args:
        classes: (C,) ids.
        answers: timed answers of people to ordinary work.
        item_money: (I,) micro-units spent on each item.
        accepted: (I, C) accepted marks of each item.
        shared: micro-units that belong to no item: storage, platform, training.
        rng: for the intervals.
    """
    each = seconds_by_class(answers)
    drawn = np.zeros_like(accepted)
    np.add.at(drawn, answers.item, answers.counts)
    basis = np.where(accepted.sum(axis=1, keepdims=True) > 0, accepted, drawn)
    money = _allot(basis, each, item_money)
    exact = share_out(int(item_money.sum()) + shared, _weights(money.sum(axis=0)))
    totals = accepted.sum(axis=0)
    n_items = (accepted > 0).sum(axis=0)
    replicas = _replicas(answers, item_money, accepted, basis, shared, rng)
    out = []
    for c, label_class in enumerate(classes):
        n = int(totals[c])
        if n:
            low, high = np.nanquantile(replicas[:, c], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
            estimate = Estimate(exact[c] / n, float(low), float(high), n, int(n_items[c]), "bootstrap-items-80")
        else:
            estimate = Estimate(None, None, None, 0, 0, "bootstrap-items-80")
        out.append(ClassCost(label_class, exact[c], n, estimate, float(each[c])))
    return out


def _weights(money: FloatArray) -> list[int]:
    top = money.max(initial=0.0)
    return [round(v / top * WEIGHT_STEPS) for v in money] if top > 0 else [1] * len(money)


def _allot(basis: FloatArray, each: FloatArray, item_money: FloatArray) -> FloatArray:
    """Money of each item to its classes, (I, C); an item without any mark goes to all alike."""
    weights = basis * each
    empty = weights.sum(axis=1) <= 0
    weights[empty] = 1.0
    allotted: FloatArray = weights / weights.sum(axis=1, keepdims=True) * item_money[:, None]
    return allotted


def _replicas(
    answers: Answers,
    item_money: FloatArray,
    accepted: FloatArray,
    basis: FloatArray,
    shared: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Cost of an accepted mark in resampled sets of items, (B, C); the seconds are fitted anew in each tenth."""
    n_items, n_classes = accepted.shape
    out = np.full((N_REPLICATES, n_classes), np.nan)
    if not n_items:  # nothing was spent on a picture yet: there is nothing to resample
        return out
    allotted = _allot(basis, seconds_by_class(answers), item_money)
    for b in range(N_REPLICATES):
        times = rng.multinomial(n_items, np.full(n_items, 1 / n_items))
        if b % 10 == 0:
            again = np.repeat(np.arange(len(answers.item)), times[answers.item])
            fitted = Answers(answers.counts[again], answers.seconds[again], answers.item[again])
            allotted = _allot(basis, seconds_by_class(fitted), item_money)
        money, marks = times @ allotted, times @ accepted
        whole = money.sum()
        scale = 1 + shared / whole if whole > 0 else 1.0
        out[b] = np.divide(money * scale, marks, out=np.full(n_classes, np.nan), where=marks > 0)
    return out
