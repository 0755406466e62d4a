"""Since when: where in the order of arrival a mean has changed, with an interval."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.quality.drift.model import Since

Floats = NDArray[np.float64]

LEAST_AFTER: Final = 10
DROP: Final = float(-np.log(1 - np.sqrt(0.95)))
"""Fall of the log likelihood that bounds 95 %: on either side of the change it falls like a walk whose maximum is
exponential with mean 1, and both sides must stay below. Reference: Siegmund (1988), "Confidence Sets in Change-Point
Problems", section 2, in its continuous approximation."""


def since_when(scores: Floats) -> Since | None:
    """Find the first item of a change that lasts until now.

    Args:
        scores: (n,) one number an item in the order they came, with mean 0 and variance 1 before the change; its
            mean is then another one. The variance is taken to stay.

    Returns:
        Positions; None with fewer than 10 items.
    """
    n = len(scores)
    if n < LEAST_AFTER:
        return None
    tails = np.cumsum(scores[::-1])[::-1][: n - LEAST_AFTER + 1]
    gain = np.square(tails) / (2 * (n - np.arange(len(tails))))
    best = int(np.argmax(gain))
    near = np.flatnonzero(gain >= gain[best] - DROP)
    return Since(int(near[0]), best, int(near[-1]))


def scores_along(reference: Floats, history: Floats, n_window: int) -> Floats:
    """Project rows on the direction in which the newest items differ from the reference, in its standard deviations.

    Args:
        reference: (N, D) clean rows as a view sees them.
        history: (n, D) later rows in order.
        n_window: how many of the last rows tell the direction.
    """
    direction = history[-n_window:].mean(axis=0) - reference.mean(axis=0)
    clean = reference @ direction
    spread = max(float(clean.std()), 1e-12)
    return np.asarray((history @ direction - clean.mean()) / spread, np.float64)
