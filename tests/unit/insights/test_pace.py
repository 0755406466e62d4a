"""Slow and fast items: against others on the same image, after how long the person mostly takes beside them."""

from __future__ import annotations

import pytest

from assay.annotations import Origin, Submission
from assay.insights import pace_of


def answer(item: str, seconds: float) -> Submission:
    return Submission(item, item, "ann", Origin.PERSON, None, None, None, "k", 3, seconds, 1, 1, "d", 7)


def test_somebody_who_always_takes_twice_as_long_has_no_slow_item() -> None:
    pace = pace_of([answer(i, 20.0) for i in "abc"], {i: [10.0, 9.0, 11.0] for i in "abc"})
    assert (pace.slow, pace.fast, pace.n_shared, pace.usual) == ((), (), 3, 2.0)


def test_items_far_from_what_is_usual_come_first_and_close_ones_not_at_all() -> None:
    own = [answer("a", 10), answer("b", 10), answer("c", 90), answer("d", 40), answer("e", 2), answer("f", 15)]
    pace = pace_of(own, {i: [10.0] for i in "abcdef"})
    assert pace.usual == 1.25
    assert [(r.item_id, round(r.ratio, 2)) for r in pace.slow] == [("c", 7.2), ("d", 3.2)]
    assert [(r.item_id, round(r.ratio, 2)) for r in pace.fast] == [("e", 0.16)]
    assert (pace.slow[0].seconds, pace.slow[0].others_seconds, pace.slow[0].n_others) == (90, 10.0, 1)


def test_items_nobody_else_answered_and_times_that_were_not_measured_say_nothing() -> None:
    pace = pace_of([answer("a", 10), answer("b", 0), answer("c", 10)], {"b": [10.0], "c": [0.0]})
    assert (pace.n_shared, pace.usual) == (0, None)


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_the_unit_of_time_does_not_matter(factor: float) -> None:
    times = {"a": 10.0, "b": 12.0, "c": 50.0}
    plain = pace_of([answer(i, s) for i, s in times.items()], {i: [10.0] for i in times})
    scaled = pace_of([answer(i, s * factor) for i, s in times.items()], {i: [10.0 * factor] for i in times})
    assert [r.item_id for r in plain.slow] == [r.item_id for r in scaled.slow] == ["c"]
