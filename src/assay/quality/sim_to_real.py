"""How far synthetic pictures stand in for real ones: the gap on real gold, and how many real labels they are worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.kernel.estimate import Estimate, nothing_measured
from assay.quality.intervals import LEVEL

FloatArray = NDArray[np.float64]
N_REPLICATES = 2000
METHOD = "paired-bootstrap-items"


@dataclass(frozen=True, slots=True)
class SimToReal:
    """What synthetic pictures are worth, measured on the same real gold.

    Attributes:
        gap: score of the model trained on real pictures less that of the one trained on synthetic ones.
        worth: real labels that give the same score as the synthetic ones do; None beyond the curve.
        bound: `within` the curve; `below` it: worth fewer labels than the smallest number tried; `above`: more than the
            largest.
        labels: numbers of real labels tried.
        scores: mean score of each.
    """

    gap: Estimate
    worth: Estimate
    bound: str
    labels: tuple[int, ...]
    scores: tuple[float, ...]


def sim_to_real(
    synthetic: ArrayLike, real: Mapping[int, ArrayLike], *, rng: np.random.Generator, n_replicates: int = N_REPLICATES
) -> SimToReal:
    """Compare a model trained with synthetic pictures with models trained on growing numbers of real labels.

    All of them are scored on the same real gold items, item by item, so that the differences are paired. The curve of
    scores over the logarithm of labels is made to rise (pool adjacent violators), and read backwards at the synthetic
    score. Classifying domains cannot rank the gap (a classifier tells all of them apart); only gold can.

    Args:
        synthetic: (N,) score of each gold item, such as 1 for right and 0 for wrong.
        real: number of real labels to (N,) scores of the same items.
        rng: the only source of randomness.
        n_replicates: bootstrap draws of items.

    Raises:
        ValueError: no curve, or scores of different items.
    """
    labels = sorted(real)
    said = np.asarray(synthetic, np.float64)
    table = np.array([np.asarray(real[n], np.float64) for n in labels])
    if not labels or labels[0] < 1 or table.shape != (len(labels), said.size):
        raise ValueError("every model must be scored on the same items, and need at least one real label")
    n_items = said.size
    if n_items == 0:
        nothing = nothing_measured(METHOD)
        return SimToReal(nothing, nothing, "within", tuple(labels), tuple(0.0 for _ in labels))
    draws = rng.multinomial(n_items, np.full(n_items, 1 / n_items), n_replicates) / n_items
    ends = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    gaps = draws @ (table[-1] - said)
    low, high = np.quantile(gaps, ends)
    gap = Estimate(float((table[-1] - said).mean()), float(low), float(high), n_items, n_items, METHOD)
    value, bound = read_back(labels, rising(table.mean(axis=1)), float(said.mean()))
    found = [
        read_back(labels, rising(curve), score)[0] for curve, score in zip(draws @ table.T, draws @ said, strict=True)
    ]
    worth_low, worth_high = np.quantile(found, ends)
    worth = Estimate(value, float(worth_low), float(worth_high), n_items, n_items, METHOD)
    return SimToReal(gap, worth, bound, tuple(labels), tuple(float(s) for s in table.mean(axis=1)))


def rising(scores: ArrayLike) -> FloatArray:
    """The nearest curve that never falls (least squares): neighbours that fall are given their mean."""
    blocks: list[list[float]] = []  # mean, weight
    for score in np.asarray(scores, np.float64).tolist():
        blocks.append([score, 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (mean, weight), (last, more) = blocks[-2], blocks.pop()
            blocks[-1] = [(mean * weight + last * more) / (weight + more), weight + more]
    return np.repeat([b[0] for b in blocks], [int(b[1]) for b in blocks])


def read_back(labels: list[int], curve: FloatArray, score: float) -> tuple[float, str]:
    """Real labels at which a rising curve reaches a score: linear in the logarithm between the numbers tried.

    Outside the curve its end is returned, and on which side; on a flat stretch its beginning.
    """
    if score < curve[0]:
        return float(labels[0]), "below"
    if score > curve[-1]:
        return float(labels[-1]), "above"
    k = int(np.searchsorted(curve, score, side="left"))
    if curve[k] == score or k == 0:
        return float(labels[k]), "within"
    share = (score - curve[k - 1]) / (curve[k] - curve[k - 1])
    logs = np.log(labels)
    return float(np.exp(logs[k - 1] + share * (logs[k] - logs[k - 1]))), "within"
