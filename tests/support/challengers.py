"""Challengers whose truth is known: right or wrong on gold, beside a model in use, harmless or worse on one slice."""

from __future__ import annotations

import numpy as np

from assay.quality import PairedScores, judge_challenger


def challenger(
    rng: np.random.Generator,
    *,
    n_slices: int = 8,
    per_slice: int = 1000,
    discordance: float = 0.06,
    worse_by: float = 0.0,
    accuracy: float = 0.9,
) -> PairedScores:
    """Draw one challenger; `worse_by` is how much it loses on the first slice, its share of discordant items kept."""
    n = n_slices * per_slice
    where = np.repeat(np.arange(n_slices), per_slice)
    loses = np.where(where == 0, (discordance + worse_by) / 2, discordance / 2)
    draw = rng.random(n)
    lost, won = draw < loses, (draw >= loses) & (draw < discordance)
    both = rng.random(n) < accuracy
    mine = np.where(lost, 0.0, np.where(won, 1.0, both))
    theirs = np.where(lost, 1.0, np.where(won, 0.0, both))
    order = rng.permutation(n)
    slices = {f"slice {k}": (where == k)[order] for k in range(n_slices)}
    return PairedScores(mine[order].astype(float), theirs[order].astype(float), None, slices)


def share_promoted(seed: int, trials: int, **shape: float) -> float:
    """How many of `trials` challengers the gate lets through."""
    rng = np.random.default_rng(seed)
    return sum(judge_challenger(challenger(rng, **shape)).passed for _ in range(trials)) / trials  # type: ignore[arg-type]
