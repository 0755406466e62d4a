"""Two camps along one line."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality.convention.camps import clearness, clearness_point, divide


def test_two_clear_camps_are_divided_between_them_and_everybody_is_sure() -> None:
    values = np.array([0.1, 5.0, -0.1, 5.2, 0.0])
    camps = divide(values, np.full(5, 0.2))
    assert camps.high.tolist() == [False, True, False, True, False]
    assert (np.maximum(camps.chance_high, 1 - camps.chance_high) > 0.99).all()
    assert camps.gap == pytest.approx(5.1, abs=0.01)
    assert camps.smaller == 2
    assert camps.is_clear


def test_someone_in_the_middle_is_undecided_and_one_measured_badly_moves_no_camp() -> None:
    values = np.array([0.0, 0.1, -0.1, 2.5, 5.0, 5.1, -9.0])
    errors = np.array([0.2, 0.2, 0.2, 0.4, 0.2, 0.2, 6.0])
    camps = divide(values, errors)
    assert 0.1 < camps.chance_high[3] < 0.9
    assert camps.low_mean == pytest.approx(0, abs=0.3)


def test_the_division_has_the_least_squares_of_all() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        values = rng.normal(size=7)
        camps = divide(values, np.ones(7))
        inside = sum(((values[side] - values[side].mean()) ** 2).sum() for side in (camps.high, ~camps.high))
        ordered = np.sort(values)
        every = [sum(part.var() * len(part) for part in np.split(ordered, [cut])) for cut in range(1, 7)]
        assert inside == pytest.approx(min(every))


@pytest.mark.parametrize("n_people", [4, 8, 26])
def test_one_normal_distribution_is_called_two_camps_once_in_a_hundred(n_people: int) -> None:
    values = np.random.default_rng(3).normal(size=(4000, n_people))
    share = (clearness(values) > clearness_point(n_people)).mean()
    assert share == pytest.approx(0.01, abs=0.006)


def test_two_people_are_never_two_clear_camps() -> None:
    assert not divide(np.array([0.0, 9.0]), np.array([0.1, 0.1])).is_clear
