"""Rounds of the Dawid-Skene model by the compiled kernel, or by numpy where no compiler was at hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.kernel import native

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


def skene_round(
    starts: Longs,
    workers: Ints,
    labels: Ints,
    prior: Floats,
    error: Floats,
    *,
    backend: native.Backend = native.BACKEND,
) -> tuple[Floats, Floats, float]:
    """Run one EM round.

    Args:
        starts: (n_tasks + 1,) where each task's votes begin.
        workers: (n_votes,) who voted.
        labels: (n_votes,) for which class.
        prior: (n_classes,) share of each class, at least 1e-10.
        error: (n_workers, n_classes, n_classes) chance of a vote (second axis) given the truth (third), at least 1e-10.
        backend: which implementation runs.

    Returns:
        (n_tasks, n_classes) posterior, counts of votes shaped like `error`, weighted by the posterior, and the log
        likelihood of the votes under the tables given.
    """
    posterior, counts = np.empty((len(starts) - 1, len(prior))), np.zeros(error.shape)
    if backend == "compiled":
        likelihood = native.compiled.skene_round(starts, workers, labels, prior, error, posterior, counts)
        return posterior, counts, float(likelihood)
    task = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    score = np.tile(np.log(prior), (len(starts) - 1, 1))
    np.add.at(score, task, np.log(error)[workers, labels])
    top = score.max(axis=1, keepdims=True, initial=-np.inf)
    np.exp(score - top, out=posterior)
    total = posterior.sum(axis=1, keepdims=True)
    posterior /= total
    np.add.at(counts, (workers, labels), posterior[task])
    return posterior, counts, float((top + np.log(total)).sum())
