"""Beta-binomial chances: errors on one image when errors cluster by image."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, gammaln, xlog1py, xlogy

FloatArray = NDArray[np.float64]

# Below this the two Beta parameters are so large that their log-gammas cancel; the binomial is then closer.
_INDEPENDENT_BELOW = 1e-6


def log_chance(errors: ArrayLike, units: ArrayLike, rate: ArrayLike, rho: ArrayLike) -> FloatArray:
    """Give ln P(errors | units, rate, rho); all arguments broadcast.

    The image's own rate is Beta with mean `rate` and intra-image correlation `rho`, so that
    Var(errors) = n p (1 - p) (1 + (n - 1) rho). At `rho` 0 this is the binomial.

    Args:
        errors: whole numbers in [0, units].
        units: whole numbers >= 0.
        rate: mean error rate in (0, 1).
        rho: correlation in [0, 1).
    """
    e, n, p, r = (np.asarray(x, np.float64) for x in (errors, units, rate, rho))
    choose = gammaln(n + 1) - gammaln(e + 1) - gammaln(n - e + 1)
    independent = r < _INDEPENDENT_BELOW
    spread = (1 - r) / np.where(independent, 1.0, r)
    a, b = p * spread, (1 - p) * spread
    clustered = betaln(a + e, b + n - e) - betaln(a, b)
    binomial = xlogy(e, p) + xlog1py(n - e, -p)
    return np.asarray(choose + np.where(independent, binomial, clustered), np.float64)


def design_effect(units: ArrayLike, rho: ArrayLike) -> FloatArray:
    """Give 1 + (n - 1) rho: by how much clustering inflates the variance of an image's error count."""
    return np.asarray(1.0 + (np.asarray(units, np.float64) - 1.0) * np.asarray(rho, np.float64), np.float64)


def shifted_odds(rate: ArrayLike, ratio: ArrayLike) -> FloatArray:
    """Give the rate whose odds are `ratio` times those of `rate`: r p / (1 - p + r p)."""
    p, r = np.asarray(rate, np.float64), np.asarray(ratio, np.float64)
    return np.asarray(r * p / (1 - p + r * p), np.float64)
