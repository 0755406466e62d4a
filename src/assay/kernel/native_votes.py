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
    log_prior: Floats,
    log_error: Floats,
    *,
    backend: native.Backend = native.BACKEND,
) -> tuple[Floats, Floats, float]:
    """Run one EM round.

    Args:
        starts: (n_tasks + 1,) where each task's votes begin.
        workers: (n_votes,) who voted.
        labels: (n_votes,) for which class.
        log_prior: (n_classes,) log share of each class.
        log_error: (n_workers, n_classes, n_classes) log chance of a vote (second axis) given the truth (third).
        backend: which implementation runs.

    Returns:
        (n_tasks, n_classes) posterior, counts of votes shaped like `log_error`, weighted by the posterior, and the log
        likelihood of the votes under the tables given.
    """
    posterior, counts = np.empty((len(starts) - 1, len(log_prior))), np.zeros(log_error.shape)
    if backend == "compiled":
        likelihood = native.compiled.skene_round(starts, workers, labels, log_prior, log_error, posterior, counts)
        return posterior, counts, float(likelihood)
    task = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    score = np.tile(log_prior, (len(starts) - 1, 1))
    np.add.at(score, task, log_error[workers, labels])
    top = score.max(axis=1, keepdims=True, initial=-np.inf)
    np.exp(score - top, out=posterior)
    total = posterior.sum(axis=1, keepdims=True)
    posterior /= total
    np.add.at(counts, (workers, labels), posterior[task])
    return posterior, counts, float((top + np.log(total)).sum())
