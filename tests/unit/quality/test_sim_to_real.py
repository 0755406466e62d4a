"""What synthetic pictures are worth: the gap and the number of real labels are found again, with their intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression

from assay.quality.sim_to_real import read_back, rising, sim_to_real

TRUTH = {14: 0.78, 35: 0.91, 70: 0.956, 970: 0.978}
"""Accuracy by real labels, as measured on photographs in the study this follows."""


def scored(rng: np.random.Generator, n: int, accuracy: float) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    hardness = rng.random(n)  # the same items are hard for all: what makes the comparison paired
    said = (hardness < accuracy).astype(float)
    return said, {k: (hardness < a).astype(float) for k, a in TRUTH.items()}


@given(scores=st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_the_rising_curve_is_the_isotonic_regression(scores: list[float]) -> None:
    assert rising(scores) == pytest.approx(isotonic_regression(scores).x)


def test_labels_are_read_back_between_the_numbers_tried() -> None:
    labels, curve = [10, 1000], np.array([0.5, 0.9])
    assert read_back(labels, curve, 0.7)[0] == pytest.approx(100.0)
    assert read_back(labels, curve, 0.9) == (1000.0, "within")
    assert read_back(labels, curve, 0.4) == (10.0, "below")
    assert read_back(labels, curve, 0.95) == (1000.0, "above")


def test_gap_and_worth_are_found_again() -> None:
    said, real = scored(np.random.default_rng(1), 4000, 0.90)
    found = sim_to_real(said, real, rng=np.random.default_rng(0))
    assert found.gap.value == pytest.approx(0.078, abs=0.01)
    share = (0.90 - 0.78) / (0.91 - 0.78)
    assert found.worth.value == pytest.approx(14 * (35 / 14) ** share, rel=0.1)
    assert found.bound == "within"


@pytest.mark.slow
@pytest.mark.parametrize("accuracy", [0.81, 0.90])
def test_the_intervals_cover_the_truth_about_as_often_as_they_say(accuracy: float) -> None:
    held = worth_held = 0
    labels, curve = sorted(TRUTH), np.array([TRUTH[k] for k in sorted(TRUTH)])
    worth, _ = read_back(labels, curve, accuracy)
    for seed in range(120):
        said, real = scored(np.random.default_rng(seed), 400, accuracy)
        found = sim_to_real(said, real, rng=np.random.default_rng(0), n_replicates=250)
        assert found.gap.low is not None
        assert found.gap.high is not None
        assert found.worth.low is not None
        assert found.worth.high is not None
        held += found.gap.low <= TRUTH[970] - accuracy <= found.gap.high
        worth_held += found.worth.low <= worth <= found.worth.high
    assert held / 120 == pytest.approx(0.95, abs=0.05)
    assert worth_held / 120 == pytest.approx(0.95, abs=0.05)


def test_models_scored_on_different_items_are_refused() -> None:
    with pytest.raises(ValueError, match="same items"):
        sim_to_real([1.0, 0.0], {10: [1.0]}, rng=np.random.default_rng(0))
