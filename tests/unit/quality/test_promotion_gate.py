"""The promotion gate lets the harmless through and stops the harmful, and says why."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.challengers import challenger, share_promoted

from assay.kernel.estimate import Estimate
from assay.quality import GateRules, PairedScores, check_floors, judge_challenger
from assay.quality.errors import PairedScoresError


def test_harmless_challengers_pass_and_those_that_harm_a_slice_do_not() -> None:
    assert share_promoted(1, 100) >= 0.87
    assert share_promoted(2, 100, worse_by=0.04) <= 0.01


def test_a_refusal_names_the_slice_the_difference_and_its_interval() -> None:
    verdict = judge_challenger(challenger(np.random.default_rng(4), worse_by=0.06))
    assert not verdict.passed
    assert [c.name for c in verdict.slices if c.verdict == "fail"] == ["slice 0"]
    assert "Worse on slice 0: -" in verdict.reasons[-1]
    assert "n 1000" in verdict.reasons[-1]


def test_a_challenger_equal_on_every_item_passes() -> None:
    same = np.ones(400)
    assert judge_challenger(PairedScores(same, same)).passed


def test_a_small_gold_set_is_not_enough_evidence() -> None:
    same = np.ones(20)
    verdict = judge_challenger(PairedScores(same, same))
    assert verdict.reasons == ("Not enough evidence: 20 gold items, needs 100.",)


def test_a_slice_of_few_items_is_never_called_harmed() -> None:
    mine, theirs = np.ones(5000), np.ones(5000)
    mine[:20] = 0.0
    small = np.arange(5000) < 20
    verdict = judge_challenger(PairedScores(mine, theirs, None, {"night": small}))
    assert verdict.slices[0].verdict == "too few to judge"


def test_few_items_with_a_wide_interval_do_not_prove_that_nothing_got_worse() -> None:
    rng = np.random.default_rng(9)
    verdict = judge_challenger(challenger(rng, n_slices=1, per_slice=300, discordance=0.2))
    assert not verdict.passed
    assert "Not shown to be within 1 point" in verdict.reasons[0]


def test_pictures_of_one_object_are_not_counted_as_independent() -> None:
    rng = np.random.default_rng(10)
    lucky = np.repeat(rng.normal(0.0, 0.2, 40).clip(-0.4, 0.4), 50)
    theirs = np.full(2000, 0.5)
    alone = judge_challenger(PairedScores(theirs + lucky, theirs), GateRules(margin=0.02))
    grouped = judge_challenger(
        PairedScores(theirs + lucky, theirs, np.repeat(np.arange(40), 50)), GateRules(margin=0.02)
    )
    narrow, wide = alone.overall.difference.half_width, grouped.overall.difference.half_width
    assert narrow is not None
    assert wide is not None
    assert wide > 5 * narrow


@pytest.mark.parametrize("bad", [[0.5, 1.5], [np.nan, 1.0]])
def test_scores_that_are_none_are_refused(bad: list[float]) -> None:
    with pytest.raises(PairedScoresError, match="outside 0 to 1"):
        PairedScores(np.array(bad), np.ones(2))


def test_scores_of_different_items_are_refused() -> None:
    with pytest.raises(PairedScoresError, match="differ"):
        PairedScores(np.ones(3), np.ones(2))


def test_a_first_model_is_held_against_the_lower_end_of_its_interval() -> None:
    measured = {"f1": Estimate(0.9, 0.86, 0.93, 500, 200, "bootstrap"), "recall": Estimate(0.9, 0.7, 1.0, 9, 9, "x")}
    assert check_floors(measured, {"f1": 0.85}, min_items=100)[1] == ()
    assert "its lower end must reach 0.88" in check_floors(measured, {"f1": 0.88}, min_items=100)[1][0]
    assert check_floors(measured, {"recall": 0.6}, min_items=100)[1] == (
        "Not enough evidence for recall: 9 gold items, needs 100.",
    )
    assert check_floors(measured, {"ap": 0.5}, min_items=100)[1] == (
        "ap was not measured; the policy asks for at least 0.5.",
    )


def test_a_first_model_without_floors_is_refused() -> None:
    assert "names no floor" in check_floors({}, {}, min_items=1)[1][0]
