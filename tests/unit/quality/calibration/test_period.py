"""The period interval: effective marks, weights, and what stands beside the figure."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality.calibration import (
    GoldAnswers,
    clustered_rate,
    complement,
    effective_marks,
    period_rate,
    person_clustering,
)
from assay.quality.calibration.clustering import rho_for
from assay.quality.intervals import wilson

from .test_run_length import DENSE


def test_without_clustering_it_is_wilsons_interval() -> None:
    answers = GoldAnswers.of([13, 9, 14], [1, 0, 3])
    low, high = wilson(4, 36)
    found = clustered_rate(answers, 0.0)
    assert (found.value, found.low, found.high) == pytest.approx((4 / 36, float(low), float(high)))
    assert (found.n, found.n_items, found.method) == (36, 3, "wilson-pooled-rho")


def test_three_hundred_dense_marks_are_worth_seventy_nine_at_strong_clustering() -> None:
    units = np.repeat(*np.array(DENSE.counts).T)
    assert effective_marks(units, 0.2) / units.sum() * 300 == pytest.approx(79, abs=0.6)


def test_weights_of_the_same_size_change_nothing_and_a_zero_weight_drops_an_image() -> None:
    answers = GoldAnswers.of([13, 9, 14], [1, 0, 3])
    assert clustered_rate(answers, 0.1, weights=2.5) == clustered_rate(answers, 0.1)
    dropped, without = clustered_rate(answers, 0.1, weights=[1, 1, 0]), clustered_rate(answers[:2], 0.1)
    assert (dropped.value, dropped.low, dropped.high) == pytest.approx((without.value, without.low, without.high))


def test_the_period_rate_names_its_correlation_and_effective_marks() -> None:
    rng = np.random.default_rng(2)
    answers = GoldAnswers.of(np.full(30, 12), rng.binomial(12, rng.beta(1, 9, 30)))
    found = period_rate(answers, 0.08)
    used = rho_for(person_clustering(answers), 0.08)
    assert found.rho == used
    assert found.n_eff == pytest.approx(effective_marks(answers.n_units, used.rho))
    assert found.estimate == clustered_rate(answers, used.rho)
    assert found.evidence.enough


def test_nobody_answered_anything_yet() -> None:
    found = period_rate(GoldAnswers.of([], []), 0.1)
    assert found.estimate.value is None
    assert (found.evidence.enough, found.evidence.why) == (False, "0 gold images, needs 10")


def test_accuracy_is_the_mirrored_error_rate() -> None:
    error = clustered_rate(GoldAnswers.of([13, 9, 14], [1, 0, 3]), 0.1)
    accuracy = complement(error)
    assert error.high is not None
    assert accuracy.low == pytest.approx(1 - error.high)
    assert complement(accuracy).value == pytest.approx(error.value)
    assert complement(clustered_rate(GoldAnswers.of([], []), 0.1)).value is None
