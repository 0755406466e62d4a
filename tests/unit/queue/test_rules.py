"""When a person meets gold, in which order tasks come, how long leases last."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest

from assay.kernel.clock import SECOND_US
from assay.queue import BatchPolicy, BatchPolicyInvalidError, Kind, NewTask, is_gold_turn
from assay.queue.model import EVERYBODY, Place
from assay.queue.rules import day_of, given_today, lease_until, make_tasks, may_wrap

RATES = (0.5, 0.2, 0.18, 0.1, 1 / 3, 0.05, 0.07, 0.01)


def turns(rate: float, n: int, salt: str) -> list[int]:
    return [k for k in range(n) if is_gold_turn(k, rate, salt)]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("salt", ["a", "b" * 32, "0f" * 16])
def test_exactly_one_turn_in_each_block_of_one_over_the_rate_is_gold(rate: float, salt: str) -> None:
    exact = Fraction(rate).limit_denominator(1000)
    n_blocks = 60
    bounds = [math.ceil(block / exact) for block in range(n_blocks + 1)]
    found = turns(rate, bounds[-1], salt)
    assert len(found) == n_blocks
    for block, turn in enumerate(found):
        assert bounds[block] <= turn < bounds[block + 1]


@pytest.mark.parametrize("rate", RATES)
def test_the_rate_is_met_after_any_number_of_tasks(rate: float) -> None:
    gold = 0
    for k in range(3000):
        gold += is_gold_turn(k, rate, "salt")
        assert abs(gold - (k + 1) * rate) <= 1.0 + 1e-9


@pytest.mark.parametrize("rate", [0.2, 0.18, 0.1, 0.05])
def test_gold_comes_at_no_fixed_step_and_every_place_of_a_block_is_as_likely(rate: float) -> None:
    found = turns(rate, 4000, "salt")
    steps = Counter(np.diff(found).tolist())
    assert len(steps) > 1 / rate, "the distance between two gold tasks takes many values"
    assert max(steps.values()) < len(found) * 0.35
    size = round(1 / rate)
    if size * rate == 1:
        places = np.bincount([turn % size for salt in range(20) for turn in turns(rate, 100 * size, f"{salt}")])
        expected = 2000 / size
        chi2 = float(((places - expected) ** 2 / expected).sum())
        assert chi2 < size - 1 + 4 * math.sqrt(2 * (size - 1))


def test_two_people_meet_gold_at_different_places() -> None:
    shared = set(turns(0.1, 1000, "one")) & set(turns(0.1, 1000, "other"))
    assert len(shared) < 30


def test_no_gold_is_drawn_at_rate_zero() -> None:
    assert turns(0.0, 100, "a") == []


def test_tasks_get_their_kind_overlap_and_a_random_rank_inside_their_priority() -> None:
    new = [NewTask(f"i{n}", 10, 20, is_gold=n < 3, exposure_cap=4 if n == 0 else None) for n in range(200)]
    policy = BatchPolicy(overlap=3, priority=7)
    ids = [f"t{n}" for n in range(200)]
    tasks = make_tasks("b", new, policy, practice=False, ids=ids, rng=np.random.default_rng(1))
    assert [t.overlap for t in tasks[:4]] == [4, EVERYBODY, EVERYBODY, 3]
    assert [t.kind for t in tasks[2:4]] == [Kind.GOLD, Kind.WORK]
    ranks = [t.rank for t in tasks]
    assert len(set(ranks)) == 200
    assert all(7 * 2**52 <= r < 8 * 2**52 for r in ranks)
    assert abs(float(np.corrcoef(range(200), ranks)[0, 1])) < 0.25
    again = make_tasks("b", new, policy, practice=False, ids=ids, rng=np.random.default_rng(1))
    assert again == tasks
    practice = make_tasks("b", new, policy, practice=True, ids=ids, rng=np.random.default_rng(1))
    assert {(t.kind, t.overlap) for t in practice} == {(Kind.PRACTICE, EVERYBODY)}
    shy = make_tasks("b", new, BatchPolicy(gold_everyone=False), practice=False, ids=ids, rng=np.random.default_rng(1))
    assert [t.overlap for t in shy[:3]] == [4, 3, 3]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("overlap", 0),
        ("overlap", 101),
        ("gold_rate", -0.01),
        ("gold_rate", 0.51),
        ("gold_rate", float("nan")),
        ("review_share", 1.1),
        ("priority", -1),
        ("priority", 100),
        ("agreement_threshold", 2),
        ("match_iou", 0.0),
        ("tight_iou", 1.5),
        ("lease_s", 1),
    ],
)
def test_an_impossible_policy_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(BatchPolicyInvalidError, match=name):
        BatchPolicy(**{name: value})


def test_a_policy_comes_back_from_its_json_and_ignores_fields_it_does_not_know() -> None:
    policy = BatchPolicy(overlap=5, gold_rate=0.2, lease_s=77.5)
    assert BatchPolicy.from_json(policy.to_json()) == policy
    assert BatchPolicy.from_json(policy.to_json()[:-1] + ',"later":1}') == policy


def test_a_lease_lasts_as_long_as_the_policy_says() -> None:
    assert lease_until(1000, BatchPolicy(lease_s=90.5)) == 1000 + 90_500_000


def test_a_search_that_found_nothing_waits_before_it_begins_again() -> None:
    assert may_wrap(None, 0)
    assert not may_wrap(1_000_000, 1_000_000 + 2 * SECOND_US - 1)
    assert may_wrap(1_000_000, 1_000_000 + 2 * SECOND_US)


def test_todays_tasks_are_work_and_gold_of_this_day_only() -> None:
    now = 20_000 * 86_400 * SECOND_US + 5
    assert day_of(now) == 20_000
    places = {
        Kind.WORK: Place(0, 50, "s", None, 20_000, 7),
        Kind.GOLD: Place(0, 9, "s", None, 20_000, 2),
        Kind.PRACTICE: Place(0, 6, "s", None, 20_000, 6),
    }
    assert given_today(places, now) == 9
    assert given_today(places | {Kind.WORK: Place(0, 50, "s", None, 19_999, 7)}, now) == 2
    assert given_today({}, now) == 0
