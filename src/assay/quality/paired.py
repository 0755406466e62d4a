"""Statistics of paired scores: two models, or one model twice, on the same items."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc, ndtr, ndtri, stdtr, stdtrit

HALVINGS = 60
"""Steps of a bisection over [-1, 1]: more than float64 can tell apart."""


def is_right_or_wrong(scores: NDArray[np.float64]) -> bool:
    """Whether every score is exactly 0 or 1."""
    return bool(np.all((scores == 0) | (scores == 1)))


def mcnemar_worse(wins: int, losses: int) -> float:
    """The exact one-sided p-value that losses outweigh wins: P(X >= losses), X binomial(wins + losses, 1/2).

    Reference: McNemar (1947), exact form; only items on which the two differ count.
    """
    n = wins + losses
    return 1.0 if losses == 0 else float(bdtrc(losses - 1, n, 0.5))


def tango_z(wins: int, losses: int, n: int, against: float) -> float:
    """The score statistic of a paired difference of proportions against the value `against`.

    Args:
        wins: items right only in the first.
        losses: items right only in the second.
        n: all items.
        against: the difference (first minus second) under the null hypothesis, in (-1, 1).

    Returns:
        Standard normal under the null; above 0 when the observed difference is above `against`. 0 when nothing at all
        varies under the null.

    Reference: Tango (1998), Statistics in Medicine 17, 891-908, section 2: the variance is taken at the restricted
    maximum likelihood estimate of the probability that only the second is right.
    """
    delta = -against
    a = 2.0 * n
    b = -wins - losses - (2.0 * n - wins + losses) * delta
    c = losses * delta * (delta + 1.0)
    q = (math.sqrt(max(b * b - 4.0 * a * c, 0.0)) - b) / (2.0 * a)
    variance = n * (2.0 * q - delta * (delta + 1.0))
    shift = wins - losses + n * delta
    if variance <= 0.0:
        return 0.0 if shift == 0 else math.copysign(math.inf, shift)
    return shift / math.sqrt(variance)


def tango_p_value(wins: int, losses: int, n: int, margin: float) -> float:
    """The one-sided p-value of `the first is worse by margin or more`; small means shown not to be."""
    return float(ndtr(-tango_z(wins, losses, n, -margin)))


def tango_interval(wins: int, losses: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """The differences that the two-sided score test at `level` does not refuse; always within [-1, 1]."""
    z = float(ndtri((1 + level) / 2))
    value = (wins - losses) / n
    return _edge(wins, losses, n, value, -1.0, z), _edge(wins, losses, n, value, 1.0, z)


def _edge(wins: int, losses: int, n: int, inside: float, outside: float, z: float) -> float:
    """Where the statistic reaches z, between a value that is not refused and the end of the range."""
    if abs(tango_z(wins, losses, n, math.copysign(1 - 1e-12, outside))) <= z:
        return outside
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        if abs(tango_z(wins, losses, n, middle)) <= z:
            inside = middle
        else:
            outside = middle
    return (inside + outside) / 2


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """A mean difference and what the t-test says of it.

    Attributes:
        low: lower end of the 95 % interval; None with fewer than two objects.
        high: upper end of it.
        p_below: one-sided p-value against `the mean is 0 or more`; small means shown to be worse.
        p_above: one-sided p-value against `the mean is -margin or less`; small means shown not to be worse by it.
    """

    mean: float
    low: float | None
    high: float | None
    p_below: float
    p_above: float


def clustered_difference(
    differences: NDArray[np.float64], groups: NDArray[np.int64] | None, *, margin: float = 0.0
) -> MeanDifference:
    """The mean of (N,) differences, N >= 1, with the variance between objects rather than between items.

    The residuals are summed per object (Liang & Zeger 1986, with the factor G / (G - 1)) and held against Student's t
    with G - 1 degrees of freedom, G objects. Without groups each item is its own object: the plain paired t-test.
    """
    n, mean = len(differences), float(differences.mean())
    places = np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1]
    sums = np.bincount(places, weights=differences - mean)
    n_groups = len(sums)
    if n_groups < 2:  # noqa: PLR2004 - one object says nothing about others
        return MeanDifference(mean, None, None, 1.0, 1.0)
    se = math.sqrt(n_groups / (n_groups - 1) * float((sums**2).sum())) / n
    if se < 1e-12:  # noqa: PLR2004 - nothing varies but rounding
        return MeanDifference(mean, mean, mean, float(mean >= 0), float(mean <= -margin))
    half = float(stdtrit(n_groups - 1, 0.975)) * se
    p_below = float(stdtr(n_groups - 1, mean / se))
    p_above = float(stdtr(n_groups - 1, -(mean + margin) / se))
    return MeanDifference(mean, max(mean - half, -1.0), min(mean + half, 1.0), p_below, p_above)


def holm(p_values: Sequence[float], level: float) -> list[bool]:
    """Which hypotheses fall when the chance of any false fall is held to `level` (Holm 1979); ties fall in order."""
    refused = [False] * len(p_values)
    for step, place in enumerate(sorted(range(len(p_values)), key=lambda n: p_values[n])):
        if p_values[place] > level / (len(p_values) - step):
            break
        refused[place] = True
    return refused
