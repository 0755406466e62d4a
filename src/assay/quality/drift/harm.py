"""What a change costs: the loss of quality against the reference, estimated from confidence or measured on labels."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.kernel.estimate import Estimate, nothing_measured
from assay.quality.drift.model import Harm
from assay.quality.intervals import wilson, z_value

Floats = NDArray[np.float64]

ONE_SIDED: Final = 0.90
"""Two-sided level whose lower end is the one-sided 95 % bound."""
LEAST_ANSWERS: Final = 30


def harm_by_confidence(reference: Floats | None, window: Floats | None) -> Harm | None:
    """Estimate the loss as the fall of the mean calibrated confidence.

    Right as long as confidence stays calibrated; blind to a changed meaning of classes, so a blind sample overrules
    it. None without confidences, or with fewer than 30 on a side.

    Args:
        reference: (N,) probability of being right on clean items; NaN is passed over.
        window: (n,) the same for items that arrived.
    """
    if reference is None or window is None:
        return None
    before, now = reference[np.isfinite(reference)], window[np.isfinite(window)]
    if min(len(before), len(now)) < LEAST_ANSWERS:
        return None
    loss = float(before.mean() - now.mean())
    error = float(np.sqrt(before.var(ddof=1) / len(before) + now.var(ddof=1) / len(now)))
    reach = z_value() * error
    estimate = Estimate(loss, loss - reach, loss + reach, len(now), len(now), "mean-confidence-normal")
    return Harm(estimate, loss - z_value(ONE_SIDED) * error, "confidence")


def harm_by_labels(wrong_before: int, n_before: int, wrong_now: int, n_now: int) -> Harm:
    """Measure the loss on blind samples that people labelled: the model's error rate now less that of the reference.

    Interval by Newcombe's combination of Wilson limits (1998, method 10).
    """
    if not n_before or not n_now:
        return Harm(nothing_measured("newcombe-10", n=n_now, n_items=n_now), None, "labels")
    before, now = wrong_before / n_before, wrong_now / n_now
    loss = now - before
    low, high = _newcombe(before, n_before, now, n_now, 0.95)
    one_sided, _ = _newcombe(before, n_before, now, n_now, ONE_SIDED)
    return Harm(Estimate(loss, low, high, n_now, n_now, "newcombe-10"), one_sided, "labels")


def _newcombe(before: float, n_before: int, now: float, n_now: int, level: float) -> tuple[float, float]:
    low_b, high_b = (float(v) for v in wilson(before * n_before, n_before, level=level))
    low_n, high_n = (float(v) for v in wilson(now * n_now, n_now, level=level))
    down = np.hypot(now - low_n, high_b - before)
    up = np.hypot(high_n - now, before - low_b)
    return float(now - before - down), float(now - before + up)


def worst(*harms: Harm | None) -> Harm | None:
    """The harm with the highest lower bound; labels win a tie, None when there is none."""
    known = [h for h in harms if h is not None and h.low is not None]
    if not known:
        return next((h for h in harms if h is not None), None)
    return max(known, key=lambda h: (h.low if h.low is not None else -np.inf, h.source == "labels"))
