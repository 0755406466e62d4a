"""A watch on made-up features: notices, alarms, what moved, and what it refuses."""

from dataclasses import replace

import numpy as np
import pytest

from assay.quality.drift import (
    Features,
    FeaturesMisshapenError,
    FeaturesNotFiniteError,
    ReferenceTooSmallError,
    Watch,
    WindowTooSmallError,
    calibrate,
    check,
    harm_by_labels,
    since_when,
)
from assay.quality.drift.moved import moved_statistics

WINDOW = 60


def features(n: int, seed: int, *, shift: float = 0.0, doubt: float = 0.0) -> Features:
    """Made-up items; `shift` moves the third statistic and the second axis, `doubt` lowers confidence."""
    rng = np.random.default_rng(seed)
    statistics, embeddings = rng.normal(size=(n, 11)), rng.normal(size=(n, 16))
    statistics[:, 2] += shift
    embeddings[:, 1] += shift
    return Features(statistics, embeddings, np.clip(rng.normal(0.8 - doubt, 0.1, n), 0, 1))


@pytest.fixture(scope="module")
def watch() -> Watch:
    return calibrate(features(600, 1), WINDOW, np.random.default_rng(2))


def test_a_window_like_the_reference_is_quiet(watch: Watch) -> None:
    found = check(watch, features(WINDOW, 5))
    assert found.level == "quiet"
    assert found.since is None
    assert found.words == ("The newest 60 pictures look like those of the reference.",)


def test_a_shift_without_harm_is_a_notice_that_names_what_moved(watch: Watch) -> None:
    found = check(watch, features(WINDOW, 4, shift=1.0))
    assert found.level == "notice"
    assert [v.fired for v in found.views] == [True, True]
    assert found.moved[0].name == "mean_blue"
    assert found.moved[0].significant
    assert found.moved[0].shift.value == pytest.approx(1.0, abs=0.35)
    assert any("blue up by" in line for line in found.words)


def test_a_shift_that_harms_is_an_alarm(watch: Watch) -> None:
    assert check(watch, features(WINDOW, 4, shift=1.0, doubt=0.1)).level == "alarm"


def test_lost_confidence_alone_is_no_alarm(watch: Watch) -> None:
    """An alarm needs a change that is seen; confidence by itself is too easily off."""
    assert check(watch, features(WINDOW, 5, doubt=0.1)).level == "quiet"


def test_a_blind_sample_that_shows_a_loss_makes_the_alarm_where_confidence_sees_nothing(watch: Watch) -> None:
    proof = harm_by_labels(5, 100, 30, 100)
    found = check(watch, features(WINDOW, 4, shift=1.0), proof=proof)
    assert found.level == "alarm"
    assert found.harm is not None
    assert found.harm.source == "labels"


def test_without_any_word_on_quality_a_notice_says_what_to_do(watch: Watch) -> None:
    found = check(watch, replace(features(WINDOW, 4, shift=1.0), confidence=None))
    assert found.level == "notice"
    assert found.harm is None
    assert "label a blind sample" in found.words[-1]


def test_the_change_is_dated_among_the_items_that_came_before_the_window(watch: Watch) -> None:
    before, after = features(100, 7), features(40, 8, shift=1.5)
    earlier = Features(
        np.concatenate([before.statistics, after.statistics]),
        np.concatenate([before.embeddings, after.embeddings]),
        np.concatenate([before.confidence, after.confidence]),
    )
    found = check(watch, features(WINDOW, 9, shift=1.5), earlier=earlier)
    assert found.since is not None
    assert found.since.first <= 100 <= found.since.last
    assert found.since.last - found.since.first < 20


@pytest.mark.slow
def test_clean_windows_are_noticed_about_as_often_as_wanted(watch: Watch) -> None:
    assert 0.03 <= watch.false_notices() <= 0.06
    rng = np.random.default_rng(11)
    n = sum(
        check(calibrate(features(400, seed), WINDOW, rng, replays=100), features(WINDOW, 10_000 + seed)).level
        != "quiet"
        for seed in range(30)
    )
    assert n <= 5  # binomial(30, .05) exceeds 5 with chance .003


def test_a_reference_smaller_than_five_windows_is_refused_with_the_number_that_is_missing() -> None:
    with pytest.raises(ReferenceTooSmallError, match="holds 299 items; windows of 60 need a reference of at least 300"):
        calibrate(features(299, 1), WINDOW, np.random.default_rng(0))


def test_an_embedding_that_is_no_number_is_refused_by_its_item() -> None:
    bad = features(600, 1)
    bad.embeddings[7, 3] = np.nan
    named = replace(bad, items=[f"item-{n}" for n in range(600)])
    with pytest.raises(FeaturesNotFiniteError, match="The embeddings of item item-7 hold values that are no numbers"):
        calibrate(named, WINDOW, np.random.default_rng(0))


def test_a_window_that_is_too_small_or_of_other_features_is_refused(watch: Watch) -> None:
    with pytest.raises(WindowTooSmallError, match="holds 29 items"):
        check(watch, features(29, 1))
    with pytest.raises(FeaturesMisshapenError, match="no embeddings in the window"):
        check(watch, replace(features(WINDOW, 1), embeddings=None))
    with pytest.raises(FeaturesMisshapenError, match="have 8 columns, those of the reference 16"):
        check(watch, replace(features(WINDOW, 1), embeddings=np.zeros((WINDOW, 8))))
    with pytest.raises(FeaturesMisshapenError, match="neither statistics nor embeddings"):
        check(watch, Features())


def test_what_moved_allows_for_the_error_of_both_sides() -> None:
    rng = np.random.default_rng(0)
    inside = sum(
        any(m.significant for m in moved_statistics(rng.normal(size=(300, 11)), rng.normal(size=(60, 11))))
        for _ in range(200)
    )
    assert inside <= 20  # 5 % of families wanted; binomial(200, .05) exceeds 20 with chance .001


def test_the_interval_of_the_beginning_holds_the_truth() -> None:
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(400):
        scores = rng.normal(size=200)
        scores[120:] += 1.0
        found = since_when(scores)
        covered += found is not None and found.first <= 120 <= found.last
    assert covered >= 372  # 93 % of 400; 95 % is aimed at


def test_loss_on_labels_has_newcombes_interval() -> None:
    """Newcombe (1998), table II (a): 56/70 against 48/80 is .0524 to .3339 by method 10."""
    found = harm_by_labels(48, 80, 56, 70)
    assert found.loss.value == pytest.approx(0.2)
    assert (found.loss.low, found.loss.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert harm_by_labels(0, 0, 1, 2).low is None
