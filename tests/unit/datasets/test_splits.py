"""Which split each item belongs to."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assay.datasets import count_leaks, split_items
from assay.items import Item, Medium

NO_GOLD: frozenset[str] = frozenset()


def item(n: int, **fields: Any) -> Item:
    item_id = f"{n:032x}"
    medium = Medium(item_id, 0, "0", None, "0", "0", "image/png", 10, 10, 1)
    values = {"name": f"{n}.png", "origin": "real", "group_id": None, "split": None, "near_duplicate_of": None}
    return Item(id=item_id, medium=medium, **{**values, **fields})


def test_items_fall_by_their_share_and_always_the_same_way() -> None:
    items = [item(n) for n in range(5000)]
    found = split_items(items, NO_GOLD)
    counts = Counter(found.values())
    for name, share in (("train", 0.8), ("val", 0.1), ("test", 0.1)):
        assert abs(counts[name] - 5000 * share) < 4 * np.sqrt(5000 * share * (1 - share))
    assert split_items(items[::-1], NO_GOLD) == found


def test_new_items_move_no_old_one() -> None:
    items = [item(n) for n in range(300)]
    before = split_items(items[:200], NO_GOLD)
    after = split_items(items, NO_GOLD)
    assert {i: after[i] for i in before} == before


def test_what_the_source_said_stays() -> None:
    items = [item(n, split=["train", "val", "test"][n % 3]) for n in range(30)]
    assert [split_items(items, NO_GOLD)[i.id] for i in items] == [i.split for i in items]


def test_gold_tests_and_draws_its_near_duplicates_along() -> None:
    items = [item(0), item(1, near_duplicate_of=item(0).id), item(2), item(3, near_duplicate_of=item(2).id)]
    found = split_items(items, frozenset({item(1).id}))
    assert found[item(0).id] == found[item(1).id] == "test"
    assert count_leaks(items, found) == 0


def test_groups_and_near_duplicates_hold_together_across_each_other() -> None:
    items = [
        item(0, group_id="tile"),
        item(1, near_duplicate_of=item(0).id),
        item(2, group_id="board", near_duplicate_of=item(1).id),
        item(3, group_id="board"),
    ]
    found = split_items(items, NO_GOLD)
    assert len(set(found.values())) == 1
    assert count_leaks(items, found) == 0


def test_synthetic_items_only_train_and_beside_a_test_they_leak() -> None:
    items = [item(0), item(1, origin="synthetic", near_duplicate_of=item(0).id)]
    found = split_items(items, frozenset({item(0).id}))
    assert found == {item(0).id: "test", item(1).id: "train"}
    assert count_leaks(items, found) == 1


def test_a_set_the_source_tore_apart_is_counted_once() -> None:
    items = [item(n, group_id="tile", split=["train", "test", "test"][n]) for n in range(3)]
    assert count_leaks(items, split_items(items, NO_GOLD)) == 1


def test_an_earlier_item_that_is_not_in_the_set_ties_nothing() -> None:
    items = [item(1, near_duplicate_of=item(0).id)]
    assert count_leaks(items, split_items(items, NO_GOLD)) == 0


links = st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39)), max_size=30)


@given(
    near=links,
    groups=st.lists(st.integers(0, 8), min_size=40, max_size=40),
    gold=st.sets(st.integers(0, 39), max_size=6),
)
def test_real_items_without_a_split_of_their_own_never_leak(
    near: list[tuple[int, int]], groups: list[int], gold: set[int]
) -> None:
    earlier = {max(a, b): min(a, b) for a, b in near if a != b}
    items = [
        item(
            n,
            group_id=f"g{groups[n]}" if groups[n] < 5 else None,
            near_duplicate_of=item(earlier[n]).id if n in earlier else None,
        )
        for n in range(40)
    ]
    found = split_items(items, frozenset(item(n).id for n in gold))
    assert count_leaks(items, found) == 0
    assert all(found[item(n).id] == "test" for n in gold)


def test_answers_that_nobody_looked_at_only_train_and_take_their_object_with_them() -> None:
    items = [item(n, group_id=f"g{n // 2}") for n in range(200)]
    unseen = frozenset(i.id for i in items if int(i.id, 16) % 2)
    found = split_items(items, NO_GOLD, unseen)
    assert {found[i] for i in unseen} == {"train"}
    assert count_leaks(items, found) == 0


def test_gold_tests_even_where_a_model_answered_before() -> None:
    items = [item(n) for n in range(20)]
    gold = frozenset({item(1).id})
    assert split_items(items, gold, gold)[item(1).id] == "test"
