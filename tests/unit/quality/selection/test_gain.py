"""What a choice was worth beside its random part."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality.selection import LEAST, gain


def test_a_choice_that_finds_twice_the_errors_saves_half_of_the_looks() -> None:
    found = gain(400, 1000, 200, 1000)
    assert found.saving.value == pytest.approx(0.5)
    assert found.saving.low is not None
    assert found.saving.high is not None
    assert 0.38 < found.saving.low < 0.5 < found.saving.high < 0.6
    assert (found.chosen.value, found.random.value) == (0.4, 0.2)


@pytest.mark.parametrize("counts", [(5, LEAST - 1, 5, 50), (5, 50, 1, LEAST - 1), (0, 50, 3, 50), (0, 0, 0, 0)])
def test_too_little_says_nothing_of_a_saving(counts: tuple[int, int, int, int]) -> None:
    found = gain(*counts)
    assert found.saving.value is None
    assert found.saving.n == counts[1] + counts[3]


def test_a_choice_worse_than_random_has_a_negative_saving() -> None:
    found = gain(10, 200, 60, 200)
    assert found.saving.high is not None
    assert found.saving.high < 0


def test_the_interval_covers_the_true_saving_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(400):
        found = gain(int(rng.binomial(180, 0.35)), 180, int(rng.binomial(40, 0.2)), 40).saving
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 1 - 0.2 / 0.35 <= found.high
    assert 0.92 <= held / 400 <= 0.98
