"""When a figure stays grey, and what is missing."""

from __future__ import annotations

import pytest
from scipy import stats

from assay.kernel.estimate import Estimate, nothing_measured
from assay.quality.calibration import Evidence, GoldAnswers, judge_evidence, judge_row, period_rate
from assay.quality.calibration.evidence import chance_above, images_for_width


def _rate(value: float, half: float, images: int) -> Estimate:
    return Estimate(value, value - half, value + half, images * 13, images, "wilson-pooled-rho")


def test_two_gold_images_need_ten() -> None:
    evidence = judge_evidence(_rate(0.1, 0.05, 2), n_eff=20.0)
    assert evidence == Evidence(enough=False, needs=10, unit="gold images", why="2 gold images, needs 10")
    assert evidence.missing(2) == 8


def test_one_image_is_spoken_of_in_the_singular() -> None:
    assert judge_evidence(_rate(0.1, 0.05, 1), n_eff=10.0).why == "1 gold image, needs 10"


def test_a_change_makes_the_figure_wait_for_eight_images() -> None:
    evidence = judge_evidence(_rate(0.1, 0.05, 40), n_eff=200.0, since_change=5)
    assert (evidence.enough, evidence.needs) == (False, 8)
    assert evidence.why == "5 gold images since the change, needs 8"
    assert judge_evidence(_rate(0.1, 0.05, 40), n_eff=200.0, since_change=8).enough


def test_a_wide_interval_says_how_many_images_would_narrow_it() -> None:
    evidence = judge_evidence(_rate(0.5, 0.15, 12), n_eff=12 * 3.5)
    assert evidence.needs == images_for_width(0.5, 3.5) == 28  # 1.96^2 .25 / (.01 * 3.5)
    assert evidence.why == "known to ±.15, allowed is ±.10; 12 gold images, needs about 28"


def test_the_images_needed_are_never_fewer_than_there_are() -> None:
    evidence = judge_evidence(_rate(0.02, 0.11, 14), n_eff=14 * 10.0)
    assert evidence.needs == 15


def test_the_count_of_images_may_come_from_outside() -> None:
    assert not judge_evidence(_rate(0.1, 0.05, 9), n_eff=50.0).enough
    assert judge_evidence(_rate(0.1, 0.05, 9), n_eff=50.0, n_images=36).enough


def test_a_limit_must_lie_clearly_on_one_side() -> None:
    clear, open_ = _rate(0.02, 0.02, 30), _rate(0.045, 0.03, 30)
    assert judge_evidence(clear, n_eff=200.0, limit=0.05).enough
    evidence = judge_evidence(open_, n_eff=200.0, limit=0.05)
    assert not evidence.enough
    assert evidence.needs is not None
    assert evidence.needs > 30
    assert "0.05" in evidence.why


def test_a_rate_exactly_at_the_limit_is_never_settled() -> None:
    evidence = judge_evidence(_rate(0.05, 0.03, 30), n_eff=200.0, limit=0.05)
    assert (evidence.enough, evidence.needs, evidence.missing(30)) == (False, None, None)


def test_the_images_said_to_settle_a_limit_do_settle_it() -> None:
    value, per_image = 0.08, 6.0
    evidence = judge_evidence(_rate(value, 0.05, 12), n_eff=12 * per_image, limit=0.10)
    assert evidence.needs is not None
    assert 1 - chance_above(0.10, value, evidence.needs * per_image) == pytest.approx(0.9, abs=0.04)


def test_the_chance_above_a_limit_is_the_beta_posteriors() -> None:
    expected = stats.beta(0.5 + 4, 0.5 + 76).sf(0.08)
    assert chance_above(0.08, 0.05, 80.0) == pytest.approx(expected)


@pytest.mark.parametrize(("marks", "enough"), [(29, False), (30, True)])
def test_a_row_needs_thirty_of_its_own_marks(marks: int, *, enough: bool) -> None:
    evidence = judge_row(Estimate(0.1, 0.0, 0.2, marks, 12, "wilson-pooled-rho"))
    assert evidence.enough is enough
    assert enough or evidence.why == "29 marks, needs 30"
    assert evidence.unit == "marks"


def test_a_row_without_marks_says_so() -> None:
    assert judge_row(nothing_measured("wilson-pooled-rho")).why == "0 marks, needs 30"


def test_a_period_passes_its_limit_on_to_the_evidence() -> None:
    answers = GoldAnswers.of([13] * 30, [1, 0, 0] * 10)
    assert period_rate(answers, 0.05, limit=0.15).evidence.enough
    assert not period_rate(answers, 0.05, limit=0.03).evidence.enough
