"""Exact chances of who drew a unit, against going through all possibilities."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from assay.quality.convention.chances import lineup
from assay.quality.convention.evidence import Cells


def cells_of(drew: list[list[bool]]) -> Cells:
    unit = np.concatenate([np.full(len(row), n) for n, row in enumerate(drew)])
    person = np.concatenate([np.arange(len(row)) for row in drew])
    flat = np.concatenate([np.array(row, bool) for row in drew])
    return Cells(unit, person, flat, np.full((len(flat), 4), np.nan), np.full(len(flat), -1, np.int32))


def all_possibilities(eta: np.ndarray, n_drew: int) -> np.ndarray:
    """Chance of each person, over all sets of that size."""
    chance, total = np.zeros(len(eta)), 0.0
    for chosen in combinations(range(len(eta)), n_drew):
        weight = np.exp(eta[list(chosen)].sum())
        total += weight
        chance[list(chosen)] += weight
    return chance / total


@pytest.mark.parametrize("shape", [[2, 3, 3], [5, 1, 4], [7]])
def test_chances_are_those_of_all_sets_of_people_of_that_size(shape: list[int]) -> None:
    rng = np.random.default_rng(len(shape))
    drew = [rng.permutation(np.arange(m) < max(1, m // 2)).tolist() for m in shape]
    cells = cells_of(drew)
    eta = rng.normal(0, 2, len(cells))
    line = lineup(cells, eta)
    for unit, row in enumerate(drew):
        mine = cells.unit == unit
        np.testing.assert_allclose(line.chance[mine], all_possibilities(eta[mine], sum(row)), atol=1e-12)


def test_draws_keep_the_number_who_drew_and_follow_the_chances() -> None:
    rng = np.random.default_rng(1)
    cells = cells_of([[True, True, False], [True, False, False, True], [False, True]])
    line = lineup(cells, rng.normal(0, 1, len(cells)))
    drawn = np.concatenate(list(line.draws(20_000, rng)), axis=1)
    assert drawn.shape == (len(cells), 20_000)
    for unit, n in enumerate((2, 2, 1)):
        assert (drawn[cells.unit == unit].sum(axis=0) == n).all()
    np.testing.assert_allclose(drawn.mean(axis=1), line.chance, atol=0.015)


def test_a_very_unlikely_person_stays_possible() -> None:
    line = lineup(cells_of([[True, False]]), np.array([-400.0, 400.0]))
    assert 0 < line.chance[0] < 1e-12
    assert line.chance.sum() == pytest.approx(1)
