"""How good the work of a period was: an interval that allows for errors clustering by image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assay.kernel.estimate import Estimate, nothing_measured
from assay.quality.calibration.answers import GoldAnswers
from assay.quality.calibration.betabinomial import design_effect
from assay.quality.calibration.clustering import RhoUsed, person_clustering, rho_for
from assay.quality.calibration.evidence import STANDING_RULES, Evidence, EvidenceRules, judge_evidence
from assay.quality.intervals import wilson

METHOD = "wilson-pooled-rho"


@dataclass(frozen=True, slots=True)
class PeriodRate:
    """An error rate over a period.

    Attributes:
        estimate: error rate with 95 % interval, marks and gold images.
        n_eff: independent marks the marks are worth.
        rho: the correlation used and where it came from.
        evidence: whether the figure may be shown as a number.
    """

    estimate: Estimate
    n_eff: float
    rho: RhoUsed
    evidence: Evidence


def effective_marks(n_units: ArrayLike, rho: float, weights: ArrayLike = 1.0) -> float:
    """Give (sum w n)^2 / sum w^2 n (1 + (n - 1) rho), the marks' worth in independent ones; 0 for no marks."""
    n, w = np.broadcast_arrays(np.asarray(n_units, np.float64), np.asarray(weights, np.float64))
    spread = float((w**2 * n * design_effect(n, rho)).sum())
    return 0.0 if spread == 0.0 else float((w * n).sum()) ** 2 / spread


def clustered_rate(answers: GoldAnswers, rho: float, *, weights: ArrayLike = 1.0, level: float = 0.95) -> Estimate:
    """Measure an error rate by Wilson's interval on the effective number of marks at a given correlation.

    Args:
        answers: gold answers of the period.
        rho: intra-image correlation in [0, 1).
        weights: (T,) weight of each image, or one for all.
        level: two-sided confidence.
    """
    n_eff = effective_marks(answers.n_units, rho, weights)
    if n_eff == 0.0:
        return nothing_measured(METHOD, n=answers.total_units, n_items=len(answers))
    w = np.broadcast_to(np.asarray(weights, np.float64), answers.n_units.shape)
    rate = float((w * answers.n_errors).sum() / (w * answers.n_units).sum())
    low, high = wilson(rate * n_eff, n_eff, level=level)
    return Estimate(rate, float(low), float(high), answers.total_units, len(answers), METHOD)


def period_rate(
    answers: GoldAnswers,
    pool: float,
    *,
    limit: float | None = None,
    since_change: int | None = None,
    rules: EvidenceRules = STANDING_RULES,
) -> PeriodRate:
    """Measure a person's error rate over a period, with clustering pooled over the project.

    The figure for gates, releases and pay. Accuracy is `complement` of its estimate.

    Args:
        answers: the period's gold answers.
        pool: the project's correlation, from `pool_rho`.
        limit: an error limit the figure must lie clearly on one side of to be enough.
        since_change: gold images since the last known change.
        rules: when the figure is too thin.
    """
    used = rho_for(person_clustering(answers), pool)
    estimate = clustered_rate(answers, used.rho)
    n_eff = effective_marks(answers.n_units, used.rho)
    evidence = judge_evidence(estimate, n_eff=n_eff, limit=limit, since_change=since_change, rules=rules)
    return PeriodRate(estimate, n_eff, used, evidence)


def complement(estimate: Estimate) -> Estimate:
    """Turn an error rate into an accuracy, or back: 1 minus value, ends swapped."""
    value = None if estimate.value is None else 1.0 - estimate.value
    low = None if estimate.high is None else 1.0 - estimate.high
    high = None if estimate.low is None else 1.0 - estimate.low
    return Estimate(value, low, high, estimate.n, estimate.n_items, estimate.method)
