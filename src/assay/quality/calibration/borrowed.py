"""A small class's error rate with strength borrowed from the team: for planning and marked display, never to judge."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaln, softmax

from assay.kernel.estimate import Estimate
from assay.quality.errors import CalibrationSettingError

FloatArray = NDArray[np.float64]

METHOD: Final = "borrowed-from-team"
TEAM_SHARE: Final = 0.7
MAX_STRENGTH: Final = 20.0
_BISECTIONS: Final = 60


def borrowed_rate(person: int, n_eff: ArrayLike, n_errors_eff: ArrayLike, *, n: int, n_items: int) -> Estimate:
    """Estimate one person's rate under 70 % the peers' Beta and 30 % Jeffreys.

    The odd one out is covered less often than by their own interval, so flag, gate and judge with that one.

    Args:
        person: row of the person in the arrays; the peers are all the others (leave one out).
        n_eff: (P,) effective marks of each person in this class.
        n_errors_eff: (P,) errors on the same scale, rate times `n_eff`.
        n: the person's own marks.
        n_items: the person's own gold images.

    Returns:
        Posterior median with 95 % interval; from the prior alone when the person has no mark.
    """
    size, errors = np.asarray(n_eff, np.float64), np.asarray(n_errors_eff, np.float64)
    if not 0 <= person < len(size):
        raise CalibrationSettingError("person", person, allowed=f"from 0 to {len(size) - 1}")
    a, b = team_prior(np.delete(size, person), np.delete(errors, person))
    x, m = float(errors[person]), float(size[person])
    prior_a, prior_b = np.array([a, 0.5]), np.array([b, 0.5])
    log_fit = betaln(prior_a + x, prior_b + m - x) - betaln(prior_a, prior_b)
    weights = softmax(np.log([TEAM_SHARE, 1 - TEAM_SHARE]) + log_fit)
    low, value, high = (_quantile(q, weights, prior_a + x, prior_b + m - x) for q in (0.025, 0.5, 0.975))
    return Estimate(value, low, high, n, n_items, METHOD)


def team_prior(n_eff: FloatArray, n_errors_eff: FloatArray) -> tuple[float, float]:
    """Fit the peers' Beta by moments, its strength at most 20 marks; Jeffreys when there are fewer than two peers."""
    used = n_eff > 0
    n, x = n_eff[used], n_errors_eff[used]
    if len(n) < 2:  # noqa: PLR2004 - one peer shows no spread between people
        return 0.5, 0.5
    mean = float((x.sum() + 0.5) / (n.sum() + 1))
    rates = x / n
    between = float(rates.var(ddof=1)) - mean * (1 - mean) * float((1 / n).mean())
    strength = MAX_STRENGTH if between <= 0 else min(MAX_STRENGTH, max(1.0, mean * (1 - mean) / between - 1))
    return mean * strength, (1 - mean) * strength


def _quantile(level: float, weights: FloatArray, a: FloatArray, b: FloatArray) -> float:
    """Invert the mixture's distribution function by bisection."""
    low, high = 0.0, 1.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if float(weights @ betainc(a, b, middle)) < level:
            low = middle
        else:
            high = middle
    return (low + high) / 2
