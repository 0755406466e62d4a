"""Laws of certificates: what is promised is borne out by what was counted, whatever comes in."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.certificates import AuditChart, certificate_floor, certify_threshold, watch_audits

answers = st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=400)


@settings(max_examples=60, deadline=None)
@given(rows=answers, target=st.sampled_from([0.05, 0.1, 0.3]), seed=st.integers(0, 99))
def test_a_certificate_rests_on_enough_items_and_its_bound_is_below_the_target(
    rows: list[tuple[int, bool]], target: float, seed: int
) -> None:
    confidences = np.array([c / 20 for c, _ in rows])
    wrong = np.array([w for _, w in rows], bool)
    found = certify_threshold(confidences, wrong, target=target, rng=np.random.default_rng(seed))
    assert found.n_wrong <= found.n_accepted <= found.n_items == len(rows)
    if found.threshold is None:
        assert found.words.startswith("Cannot certify")
        return
    assert found.threshold in confidences
    assert found.n_accepted >= certificate_floor(target)
    assert found.upper is not None
    assert found.n_wrong / found.n_accepted <= found.upper <= target + 1e-9
    assert 0 < found.accepted_share <= 1


@given(first=st.lists(st.booleans(), max_size=60), more=st.lists(st.booleans(), max_size=60))
def test_an_alarm_stays_whatever_comes_after_it(first: list[bool], more: list[bool]) -> None:
    chart = AuditChart(0.04, 0.1, 3.67)
    before, after = watch_audits(chart, first), watch_audits(chart, first + more)
    assert after.score >= 0
    if before.alarm_at is not None:
        assert (after.alarm_at, after.began_at) == (before.alarm_at, before.began_at)
    elif after.alarm_at is not None:
        assert after.alarm_at >= len(first)
