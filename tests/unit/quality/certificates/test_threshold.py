"""Certificates: the floor, the bound, and a promise that is kept when the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from assay.quality.certificates import certificate_floor, certify_threshold, error_upper_bound, oracle_share
from assay.quality.errors import CertificateSettingError


@pytest.mark.parametrize(("target", "floor"), [(0.05, 45), (0.02, 114), (0.01, 230)])
def test_even_a_faultless_model_needs_so_many_accepted_items(target: float, floor: int) -> None:
    assert certificate_floor(target) == floor
    assert (1 - target) ** floor <= 0.1 < (1 - target) ** (floor - 1)


@pytest.mark.parametrize(("x", "n"), [(0, 45), (3, 120), (17, 200), (200, 200)])
def test_the_bound_is_the_one_of_clopper_and_pearson(x: int, n: int) -> None:
    expected = 1.0 if x == n else stats.beta.ppf(0.9, x + 1, n - x)
    assert error_upper_bound(x, n) == pytest.approx(expected)


@pytest.mark.parametrize(("target", "floor"), [(0.05, 45), (0.02, 114), (0.01, 230)])
def test_below_the_floor_it_refuses_and_says_how_many_labels_are_missing(target: float, floor: int) -> None:
    confidences, wrong = np.full(floor - 1, 0.99), np.zeros(floor - 1, bool)
    found = certify_threshold(confidences, wrong, target=target, rng=np.random.default_rng(1))
    assert found.threshold is None
    assert found.needs is not None
    assert found.needs > 0
    assert found.words.startswith("Cannot certify yet:")
    again = certify_threshold(
        np.full(floor - 1 + found.needs, 0.99),
        np.zeros(floor - 1 + found.needs, bool),
        target=target,
        rng=np.random.default_rng(1),
    )
    assert again.threshold is not None


def test_a_model_that_errs_too_often_is_never_certified() -> None:
    rng = np.random.default_rng(2)
    found = certify_threshold(rng.random(4000), rng.random(4000) < 0.5, target=0.05, rng=rng)
    assert (found.threshold, found.needs) == (None, None)
    assert "errs too often" in found.words


def test_no_calibration_items_is_a_refusal_and_no_fault() -> None:
    found = certify_threshold(np.empty(0), np.empty(0, bool), target=0.05, rng=np.random.default_rng(0))
    assert (found.threshold, found.n_accepted, found.upper) == (None, 0, None)


@pytest.mark.parametrize(("confidences", "target"), [(np.array([0.5, np.nan]), 0.05), (np.array([0.5, 0.5]), 1.0)])
def test_numbers_that_cannot_be_are_refused(confidences: np.ndarray, target: float) -> None:
    with pytest.raises(CertificateSettingError):
        certify_threshold(confidences, np.zeros(2, bool), target=target, rng=np.random.default_rng(0))


def _world(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Confidences, and errors whose chance falls from .5 to 0 with them, more slowly than the model believes."""
    confidences = rng.random(n)
    return confidences, rng.random(n) < 0.5 * (1 - confidences)


def test_the_promise_holds_in_at_least_nine_of_ten_calibrations_when_the_truth_is_known() -> None:
    rng, target, broken, made = np.random.default_rng(3), 0.1, 0, 0
    for _ in range(120):
        found = certify_threshold(*_world(rng, 1500), target=target, rng=rng)
        if found.threshold is not None:
            made += 1
            # Above t the mean chance of an error is .5 * (1 - t) / 2.
            broken += 0.25 * (1 - found.threshold) > target
    assert made > 90
    assert broken <= 0.1 * 120 + 2 * np.sqrt(120 * 0.09)
    assert broken > 0  # a promise that is never broken gives away labels for nothing


def test_the_oracle_takes_what_truth_allows() -> None:
    confidences = np.array([0.9, 0.8, 0.7, 0.6])
    wrong = np.array([False, False, True, True])
    assert oracle_share(confidences, wrong, 0.34) == 0.75
    assert oracle_share(confidences, wrong, 0.1) == 0.5
