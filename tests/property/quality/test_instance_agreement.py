"""Laws of instance-level agreement."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.quality_boxes import on_a_grid, scattered

from assay.quality import Boxes
from assay.quality.instance_agreement import instance_agreement, unit_alpha


def shuffled(boxes: Boxes, rng: np.random.Generator) -> Boxes:
    order = np.lexsort((rng.random(len(boxes)), boxes.items))
    return Boxes(boxes.offsets, boxes.xyxy[order], boxes.classes[order])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), n_people=st.integers(2, 4), n_items=st.integers(1, 14), grid=st.booleans())
def test_names_and_order_of_marks_change_nothing_to_the_last_bit(
    seed: int, n_people: int, n_items: int, *, grid: bool
) -> None:
    rng = np.random.default_rng(seed)
    draw = on_a_grid if grid else scattered
    people = {f"p{i}": draw(rng, n_items) for i in range(n_people)}
    renamed = {f"q{i}": shuffled(people[f"p{j}"], rng) for i, j in enumerate(rng.permutation(n_people))}
    one, two = (
        instance_agreement(who, rng=np.random.default_rng(5), sizes_px=np.full((n_items, 2), 130.0), n_replicates=30)
        for who in (people, renamed)
    )
    for part in ("existence", "existence_and_class", "total", "label_class", "geometry"):
        assert getattr(one, part) == getattr(two, part)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), n_people=st.integers(2, 4), n_items=st.integers(2, 12))
def test_parts_are_bounded_and_ordered(seed: int, n_people: int, n_items: int) -> None:
    rng = np.random.default_rng(seed)
    people = {f"p{i}": scattered(rng, n_items) for i in range(n_people)}
    found = instance_agreement(people, rng=rng, n_replicates=30)
    for lost in (found.lost_existence, found.lost_class, found.lost_geometry):
        assert lost.value is None or -1e-12 <= lost.value <= 1
    for part in (found.existence, found.total, found.label_class, found.geometry):
        if part.value is not None:
            assert part.value <= 1 + 1e-12
        if part.low is not None:
            assert part.low <= part.value <= part.high


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_unit_based_alpha_forgets_names(seed: int) -> None:
    rng = np.random.default_rng(seed)
    people = {f"p{i}": scattered(rng, 6) for i in range(3)}
    renamed = {f"q{2 - i}": people[f"p{i}"] for i in range(3)}
    np.testing.assert_array_equal(unit_alpha(people).by_item, unit_alpha(renamed).by_item)
