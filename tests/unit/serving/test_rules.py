"""The random share is blind and tells production's quality; the unsure ones never count in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assay.governance import Rulebook, Serving
from assay.models import NewPrediction, Prediction, PredictionOrigin
from assay.serving import Check, ClassCount, Judged, Reason, drawn, quality_of
from assay.serving.rules import check_for


def a_check(
    k: int, *, errors: int, units: int = 4, reason: Reason = Reason.RANDOM, at_us: int = 0, **context: str
) -> Check:
    result = Judged(units, errors, {"cell": ClassCount(units, errors)})
    return Check(f"{k:032x}", "v1", f"i{k}", reason, 0.9, 0.5, 1, context, at_us, 0, judged=result)


def a_prediction(k: int, confidence: float | None) -> Prediction:
    return Prediction(f"{k:032x}", NewPrediction("v", "i", PredictionOrigin.SERVED, "k", (), confidence, 0), "", 0)


def test_the_share_that_is_drawn_is_the_share_that_is_asked_for() -> None:
    ids = [f"{k:032x}" for k in range(20_000)]
    for share in (0.0, 0.02, 0.5, 1.0):
        found = np.mean([drawn(i, share) for i in ids])
        assert abs(found - share) <= 4 * np.sqrt(share * (1 - share) / len(ids)) + 1e-12


def test_a_larger_share_takes_all_that_a_smaller_one_takes() -> None:
    ids = [f"{k:032x}" for k in range(5000)]
    assert {i for i in ids if drawn(i, 0.05)} <= {i for i in ids if drawn(i, 0.2)}


def test_what_is_drawn_does_not_depend_on_how_sure_the_model_was() -> None:
    rules = Rulebook(1, "", {}, serving=Serving(ask_below=0.6, random_share=0.3))
    for k in range(500):
        found = [check_for(a_prediction(k, confidence), rules, 0) for confidence in (0.1, 0.99, None)]
        reasons = [None if check is None else check.reason for check in found]
        assert (reasons[0] is Reason.RANDOM) == (reasons[1] is Reason.RANDOM) == (reasons[2] is Reason.RANDOM)
        assert reasons[0] in {Reason.RANDOM, Reason.LOW}
        assert reasons[1] in {Reason.RANDOM, None}


def test_only_the_random_share_counts_for_quality() -> None:
    checks = [a_check(k, errors=0) for k in range(40)] + [a_check(99, errors=4, reason=Reason.LOW)] * 40
    found = quality_of(checks, [0, 10])
    assert found.overall.wrong.value == 0.0
    assert found.overall.wrong.n_items == 40
    assert found.overall.wrong.high is not None
    assert found.overall.wrong.high > 0.0


def test_points_follow_the_moment_of_the_prediction_and_what_waits_is_said() -> None:
    checks = [a_check(1, errors=0, at_us=0), a_check(2, errors=4, at_us=10), a_check(3, errors=4, at_us=19)]
    waiting = replace(a_check(4, errors=0, at_us=12), judged=None)
    found = quality_of([*checks, waiting], [0, 10, 20])
    assert [p.wrong.value for p in found.points] == [0.0, 1.0]
    assert [p.n_waiting for p in found.points] == [0, 1]


def test_the_interval_of_production_quality_covers_the_truth() -> None:
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(200):
        rates = rng.beta(2, 18, 150)  # errors cluster by image; on average one in ten
        checks = [a_check(k, errors=int(rng.binomial(6, rates[k])), units=6) for k in range(150)]
        wrong = quality_of(checks, [0, 1]).overall.wrong
        assert wrong.low is not None
        assert wrong.high is not None
        held += wrong.low <= 0.1 <= wrong.high
    assert held / 200 == pytest.approx(0.95, abs=0.04)
