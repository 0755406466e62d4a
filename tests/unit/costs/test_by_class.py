"""Costs by class: exact shares, and seconds that are told apart as they were made."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.costs.by_class import Answers, cost_by_class, seconds_by_class


def answers(rng: np.random.Generator, n: int, seconds: tuple[float, ...]) -> Answers:
    counts = rng.poisson(2.0, (n, len(seconds))).astype(np.float64)
    spent = (counts @ np.array(seconds) + 1.0) * np.exp(0.2 * rng.standard_normal(n))
    return Answers(counts, spent, np.arange(n))


def test_a_class_that_takes_three_times_as_long_is_seen_to() -> None:
    each = seconds_by_class(answers(np.random.default_rng(1), 800, (4.0, 12.0)))
    assert each[1] / each[0] == pytest.approx(3.0, rel=0.15)


def test_too_few_answers_make_every_mark_weigh_the_same() -> None:
    assert seconds_by_class(answers(np.random.default_rng(1), 5, (4.0, 12.0))).tolist() == [1.0, 1.0]


@given(
    money=st.lists(st.integers(0, 10**9), min_size=1, max_size=6),
    shared=st.integers(0, 10**9),
    seed=st.integers(0, 99),
)
def test_the_shares_of_classes_add_up_to_everything_spent(money: list[int], shared: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    timed = answers(rng, len(money), (4.0, 12.0, 7.0))
    accepted = rng.poisson(1.0, (len(money), 3)).astype(np.float64)
    found = cost_by_class(["a", "b", "c"], timed, np.array(money, np.float64), accepted, shared, rng=rng)
    assert sum(c.amount for c in found) == sum(money) + shared
    assert [c.n_accepted for c in found] == accepted.sum(axis=0).tolist()
    for cost in found:
        assert (cost.per_mark.value is None) == (cost.n_accepted == 0)


def test_a_project_with_classes_and_nothing_spent_on_any_picture_yet_costs_what_is_shared() -> None:
    nothing = answers(np.random.default_rng(1), 0, (4.0, 12.0))
    found = cost_by_class(["a", "b"], nothing, np.zeros(0), np.zeros((0, 2)), 500, rng=np.random.default_rng(1))
    assert [(c.amount, c.per_mark.value, c.n_accepted) for c in found] == [(250, None, 0), (250, None, 0)]
