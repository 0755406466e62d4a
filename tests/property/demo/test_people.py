"""Laws of the simulated people, whatever the seed, the pictures and the person."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.demo import CLASSES, true_items

from assay.demo.answers import answer, exact_counts
from assay.demo.fates import draw_fates, error_counts, expected_rate, object_table
from assay.demo.people import ANNOTATORS, cast_for
from assay.demo.person import SimulatedPerson
from assay.demo.seeds import rng_for

ITEMS = true_items(40, seed=2)
CAST = cast_for(ITEMS)


@settings(max_examples=60)
@given(seed=st.integers(0, 2**40), who=st.integers(0, 5), which=st.integers(0, 39), slipped=st.booleans())
def test_counted_errors_are_exactly_the_drawn_ones(seed: int, who: int, which: int, *, slipped: bool) -> None:
    person, item = CAST[who], ITEMS[which]
    table = object_table([item], person.confuses)
    rng = rng_for(seed, "answer", person.login, item.name, int(slipped))
    wanted = error_counts(draw_fates(person, table, rng, np.array([slipped])), table)
    given_ = answer(person, item, CLASSES, seed=seed, slipped=slipped)
    counted = exact_counts([item], [given_.marks])
    assert [int(c[0]) for c in counted] == [int(w[0]) for w in wanted]


@given(person=st.sampled_from(ANNOTATORS), seed=st.integers(0, 10_000), slipped=st.booleans())
def test_rates_are_shares_and_a_slip_never_makes_anybody_better(
    person: SimulatedPerson, seed: int, *, slipped: bool
) -> None:
    table = object_table(true_items(5, seed=seed), None)
    if table.counts.sum() == 0:
        return
    rate = expected_rate(person, table, slipped=slipped)
    assert 0 < rate < 1
    assert expected_rate(person, table) <= rate + 1e-12
