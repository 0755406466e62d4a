"""Which image statistics moved, by how much, and which of the moves are more than chance."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from assay.kernel.estimate import Estimate
from assay.quality.drift.image_statistics import STATISTICS
from assay.quality.drift.model import Moved
from assay.quality.intervals import z_value
from assay.quality.paired import holm

Floats = NDArray[np.float64]
LEVEL: Final = 0.05


def moved_statistics(reference: Floats, window: Floats) -> tuple[Moved, ...]:
    """Measure every statistic's shift, in standard deviations of the reference, largest first.

    Args:
        reference: (N, K) clean items; a table of another width than 11 gets numbered names.
        window: (n, K) items that arrived.

    Returns:
        K moves; significance by normal tests of the means, Holm over the K at 5 %.
    """
    before, now = reference.mean(axis=0), window.mean(axis=0)
    spread = np.maximum(reference.std(axis=0), 1e-9)
    shift = (now - before) / spread
    error = np.sqrt(window.var(axis=0, ddof=1) / len(window) + reference.var(axis=0) / len(reference)) / spread
    error = np.maximum(error, 1e-12)
    significant = holm((2 * ndtr(-np.abs(shift) / error)).tolist(), LEVEL)
    reach = z_value() * error
    names = STATISTICS if len(shift) == len(STATISTICS) else tuple(f"column_{k}" for k in range(len(shift)))
    found = [
        Moved(
            names[k],
            Estimate(
                float(shift[k]), float(shift[k] - reach[k]), float(shift[k] + reach[k]),
                len(window), len(window), "mean-shift-normal",
            ),
            float(before[k]),
            float(now[k]),
            bool(significant[k]),
        )
        for k in np.argsort(-np.abs(shift), kind="stable")
    ]  # fmt: skip
    return tuple(found)
