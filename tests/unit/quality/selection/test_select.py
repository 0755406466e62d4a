"""What is chosen next, and why."""

import numpy as np
import pytest

from assay.quality.drift import FeaturesMisshapenError, FeaturesNotFiniteError
from assay.quality.selection import (
    Pool,
    SelectionRules,
    SelectionSettingError,
    by_clustered_margin,
    by_margin,
    by_typicality,
    method_for,
    select,
    unsureness,
)
from assay.quality.selection.clusters import k_means

NONE = np.empty((0, 2))


def three_heaps(n: int = 30) -> np.ndarray:
    """Heaps of n, n / 2 and n / 3 items around three far-apart places."""
    rng = np.random.default_rng(0)
    places = [(0, 0, n), (50, 0, n // 2), (0, 50, n // 3)]
    return np.concatenate([rng.normal((x, y), size=(count, 2)) for x, y, count in places])


def pool_of(n: int = 40, **more: object) -> Pool:
    rng = np.random.default_rng(1)
    chances = rng.dirichlet(np.ones(3), n)
    return Pool(rng.normal(size=(n, 4)), np.empty((0, 4)), chances, **more)  # type: ignore[arg-type]


def test_heaps_are_found_and_numbered_without_gaps() -> None:
    rows = three_heaps()
    groups = k_means(rows, 3, np.random.default_rng(0))
    assert sorted(np.bincount(groups).tolist()) == [10, 15, 30]
    assert k_means(np.zeros((4, 2)), 3, np.random.default_rng(0)).tolist() == [0, 0, 0, 0]


def test_typical_items_come_one_from_each_heap_the_largest_first_and_never_an_odd_one() -> None:
    rows = np.concatenate([three_heaps(), [[25.0, 25.0]]])
    ranked = by_typicality(rows, NONE, 3, np.random.default_rng(0))
    heaps = [0 if item < 30 else 1 if item < 45 else 2 for item in ranked.order[:3]]
    assert heaps == [0, 1, 2]
    assert 55 not in ranked.order[:3]
    centre = rows[:30].mean(axis=0)
    assert np.linalg.norm(rows[ranked.order[0]] - centre) < np.median(np.linalg.norm(rows[:30] - centre, axis=1))


def test_a_heap_that_has_labels_comes_after_those_without() -> None:
    rows = three_heaps()
    ranked = by_typicality(rows[3:], rows[:1], 2, np.random.default_rng(0))
    assert ranked.order[0] >= 27  # not from the first heap, which holds the labelled item


def test_least_sure_comes_first_and_position_breaks_ties() -> None:
    chances = np.array([[0.9, 0.05, 0.05], [0.4, 0.35, 0.25], [0.5, 0.25, 0.25], [0.4, 0.35, 0.25]])
    assert unsureness(chances) == pytest.approx([0.15, 0.95, 0.75, 0.95])
    assert by_margin(unsureness(chances)).order.tolist() == [1, 3, 2, 0]
    assert unsureness(np.array([[0.5], [0.9]])) == pytest.approx([1.0, 0.2])


def test_clustered_margin_takes_from_every_group_before_a_second_from_one() -> None:
    rows = three_heaps()
    unsure = np.where(np.arange(len(rows)) < 30, 0.9, 0.5)
    ranked = by_clustered_margin(rows, unsure, 3, np.random.default_rng(0))
    assert len(set(ranked.cluster[:3].tolist())) == 3


def test_auto_begins_typical_then_spreads_then_takes_plain_margin() -> None:
    rules = SelectionRules()
    assert method_for(rules, 0, 10, has_model=False) == "typical"
    assert method_for(rules, 19, 10, has_model=True) == "typical"
    assert method_for(rules, 20, 10, has_model=True) == "clustered-margin"
    assert method_for(rules, 200, 10, has_model=True) == "margin"
    assert method_for(SelectionRules(typical_start=False), 0, 10, has_model=True) == "random"
    assert method_for(SelectionRules(method="margin"), 0, 10, has_model=False) == "typical"


def test_each_pick_is_new_and_says_why() -> None:
    picks = select(pool_of(), 20, SelectionRules(method="margin", random_share=0.25), np.random.default_rng(0))
    assert len({p.item for p in picks}) == 20
    assert [p.reason for p in picks].count("random") == 5
    assert all(p.score is None for p in picks if p.reason == "random")
    unsure = unsureness(pool_of().probabilities)
    chosen = [p.item for p in picks if p.reason == "margin"]
    assert [p.score for p in picks if p.reason == "margin"] == pytest.approx(unsure[chosen].tolist())
    assert all(p.likeliest == pool_of().probabilities[p.item].argmax() for p in picks)


def test_the_same_seed_chooses_the_same_items() -> None:
    first, second = (select(pool_of(), 12, SelectionRules(), np.random.default_rng(7)) for _ in range(2))
    assert first == second


def test_quotas_are_filled_with_items_the_model_takes_for_the_class() -> None:
    rules = SelectionRules(method="margin", random_share=0.0, quotas={2: 6})
    picks = select(pool_of(), 10, rules, np.random.default_rng(0))
    quota = [p for p in picks if p.reason == "quota"]
    assert len(quota) == 6
    assert all(p.likeliest == 2 for p in quota)


def test_a_quota_beyond_what_the_model_finds_takes_the_nearest() -> None:
    chances = np.tile([0.98, 0.01, 0.01], (5, 1))
    chances[3] = [0.6, 0.1, 0.3]
    pool = Pool(np.eye(5), np.empty((0, 5)), chances)
    picks = select(pool, 1, SelectionRules(random_share=0, quotas={2: 1}), np.random.default_rng(0))
    assert [p.item for p in picks] == [3]


def test_of_nearly_equal_items_one_is_taken_and_says_how_many_it_stands_for() -> None:
    rows = np.concatenate([np.tile([1.0, 0, 0], (5, 1)), np.eye(3)[1:]])
    pool = Pool(rows, np.empty((0, 3)), np.tile([0.5, 0.5], (7, 1)))
    rules = SelectionRules(method="margin", random_share=0.0)
    picks = select(pool, 3, rules, np.random.default_rng(0))
    assert sorted(p.item for p in picks) == [0, 5, 6]
    assert picks[0].passed_over == 4
    assert len(select(pool, 6, rules, np.random.default_rng(0))) == 6  # too few others: taken after all


def test_one_item_of_a_group_is_taken() -> None:
    pool = pool_of(n=8, groups=np.array([1, 1, 1, 1, 2, 2, 3, 4]))
    picks = select(pool, 4, SelectionRules(method="random"), np.random.default_rng(0))
    assert len({[1, 1, 1, 1, 2, 2, 3, 4][p.item] for p in picks}) == 4


def test_unsureness_from_elsewhere_takes_the_place_of_the_margin() -> None:
    unsure = np.linspace(0, 1, 40)
    pool = Pool(pool_of().embeddings, np.ones((50, 4)), unsure=unsure)
    picks = select(pool, 5, SelectionRules(method="margin", random_share=0.0, alike=2.0), np.random.default_rng(0))
    assert [p.item for p in picks] == [39, 38, 37, 36, 35]


def test_more_than_there_are_is_everything() -> None:
    assert len(select(pool_of(), 99, SelectionRules(), np.random.default_rng(0))) == 40


def test_bad_input_is_named() -> None:
    pool = pool_of(items=[f"picture-{n}" for n in range(40)])
    pool.embeddings[9, 1] = np.nan
    with pytest.raises(FeaturesNotFiniteError, match="item picture-9"):
        select(pool, 3, SelectionRules(), np.random.default_rng(0))
    with pytest.raises(FeaturesMisshapenError, match="3 unsure for 40 items"):
        select(pool_of(unsure=np.zeros(3)), 3, SelectionRules(), np.random.default_rng(0))
    with pytest.raises(SelectionSettingError, match="n is 0"):
        select(pool_of(), 0, SelectionRules(), np.random.default_rng(0))
    with pytest.raises(SelectionSettingError, match="random_share is 2"):
        SelectionRules(random_share=2)
    with pytest.raises(SelectionSettingError, match="method is 'best'"):
        SelectionRules(method="best")  # type: ignore[arg-type]
    with pytest.raises(SelectionSettingError, match="quotas"):
        SelectionRules(quotas={0: -1})
    with pytest.raises(SelectionSettingError, match="quotas is 9"):
        select(pool_of(), 3, SelectionRules(quotas={9: 1}), np.random.default_rng(0))
