"""Laws of the habit finder: order-free, bounded, and never louder than its level."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.habit_evidence import FEATURES, Opportunities
from assay.quality.habits import concentration_p, find_habits


@given(
    st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.booleans()), min_size=1, max_size=40),
    st.randoms(use_true_random=False),
)
def test_the_concentration_chance_is_a_probability_and_ignores_the_order_of_rows(
    rows: list[tuple[int, bool, bool]], shuffler: np.random.Generator
) -> None:
    image, flagged, missed = (np.array(column) for column in zip(*rows, strict=True))
    p = concentration_p(missed, flagged, image)
    shuffler.shuffle(rows)
    image, flagged, missed = (np.array(column) for column in zip(*rows, strict=True))
    assert 0 <= p <= 1
    assert abs(concentration_p(missed, flagged, image) - p) < 1e-12


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_one_more_miss_among_flagged_objects_never_makes_a_habit_less_likely(
    rows: list[tuple[int, bool, bool]],
) -> None:
    image, flagged, missed = (np.array(column) for column in zip(*rows, strict=True))
    swap = [
        (i, j)
        for i in np.flatnonzero(missed & ~flagged)
        for j in np.flatnonzero(~missed & flagged)
        if image[i] == image[j]
    ]
    if swap:
        moved = missed.copy()
        moved[swap[0][0]], moved[swap[0][1]] = False, True
        assert concentration_p(moved, flagged, image) <= concentration_p(missed, flagged, image) + 1e-12


@settings(max_examples=15)
@given(st.permutations(range(5)), st.integers(0, 1000))
def test_findings_do_not_depend_on_the_order_of_people(order: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = np.repeat(np.arange(30), 10)
    flags = rng.random((len(image), len(FEATURES))) < 0.25
    parts = []
    for number in range(5):
        missed = rng.random(len(image)) < np.where(flags[:, 0] & (number < 2), 0.7, 0.03)
        reach = rng.normal(0, 0.02, (len(image), 4))
        parts.append((missed, reach))
    names = ("a", "b", "c", "d", "e")

    def world(people: list[int]) -> Opportunities:
        named = tuple(names[p] for p in people)
        return Opportunities.same_images(
            [
                Opportunities(named, np.full(len(image), i), image, flags, *parts[p], np.zeros((len(image), 4)))
                for i, p in enumerate(people)
            ]
        )

    first, second = find_habits(world(list(range(5)))), find_habits(world(order))
    assert [(h.feature, set(h.people), h.value, h.others) for h in first] == [
        (h.feature, set(h.people), h.value, h.others) for h in second
    ]
