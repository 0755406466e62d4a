"""Shares of events whose interval allows for events coming by images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.kernel.estimate import Estimate
from assay.quality.calibration.answers import GoldAnswers
from assay.quality.calibration.clustering import PRIOR_RHO, moment_rho
from assay.quality.calibration.period import clustered_rate


def share_by_image(events: NDArray[np.bool_], image: NDArray[np.int64]) -> Estimate:
    """Measure the share of events among rows, with an interval that allows for events coming by images.

    Args:
        events: (n,) whether it happened.
        image: (n,) the image of each row, in any order.
    """
    _, stratum = np.unique(image, return_inverse=True)
    answers = GoldAnswers.of(np.bincount(stratum), np.bincount(stratum, weights=events).astype(np.int64))
    rho = float(moment_rho(answers.n_units, answers.n_errors))
    return clustered_rate(answers, PRIOR_RHO if np.isnan(rho) else rho)
