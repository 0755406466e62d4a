"""The correlation of errors within images, for one person and pooled."""

from __future__ import annotations

import numpy as np
import pytest
from tests.bench.calibration_cast import draw_errors

from assay.quality.calibration import GoldAnswers, PersonClustering, person_clustering, pool_rho, rho_for
from assay.quality.calibration.clustering import moment_rho


def _anova_of_single_marks(units: list[int], errors: list[int]) -> float:
    """One-way analysis of variance on the 0/1 marks themselves, written out mark by mark."""
    groups = [[1.0] * e + [0.0] * (n - e) for n, e in zip(units, errors, strict=True) if n >= 2]
    marks = [mark for group in groups for mark in group]
    mean, k, total = sum(marks) / len(marks), len(groups), len(marks)
    between = sum(len(g) * (sum(g) / len(g) - mean) ** 2 for g in groups) / (k - 1)
    within = sum((mark - sum(g) / len(g)) ** 2 for g in groups for mark in g) / (total - k)
    size = (total - sum(len(g) ** 2 for g in groups) / total) / (k - 1)
    return (between - within) / (between + (size - 1) * within)


def test_the_moment_estimate_equals_the_analysis_of_variance_of_single_marks() -> None:
    units, errors = [13, 1, 9, 14, 20, 2], [3, 1, 0, 6, 1, 1]
    assert float(moment_rho(units, errors)) == pytest.approx(_anova_of_single_marks(units, errors))


def test_the_moment_estimate_finds_the_true_correlation() -> None:
    rng = np.random.default_rng(1)
    units = rng.integers(5, 25, (400, 100))
    for rho in (0.0, 0.1, 0.3):
        found = moment_rho(units, draw_errors(rng, units, 0.1, rho))
        assert np.nanmean(found) == pytest.approx(rho, abs=0.02)


@pytest.mark.parametrize(
    ("units", "errors"),
    [([10, 10, 10], [1, 5, 0]), ([1] * 20, [1, 0] * 10), ([10] * 5, [0] * 5), ([10] * 5, [10] * 5)],
)
def test_answers_that_cannot_tell_give_no_estimate(units: list[int], errors: list[int]) -> None:
    assert person_clustering(GoldAnswers.of(units, errors)).rho is None


def test_negative_and_extreme_estimates_are_clipped() -> None:
    assert person_clustering(GoldAnswers.of([10] * 8, [2] * 8)).rho == 0.0
    assert person_clustering(GoldAnswers.of([10] * 8, [0, 10] * 4)).rho == 0.9


def test_the_pool_weighs_people_by_their_images_beside_a_prior_of_thirty() -> None:
    people = [PersonClustering(0.2, 30), PersonClustering(0.05, 60), PersonClustering(None, 500)]
    assert pool_rho(people) == pytest.approx((30 * 0.2 + 60 * 0.05 + 30 * 0.10) / 120)
    assert pool_rho([]) == pytest.approx(0.10)


def test_a_person_who_errs_by_whole_images_gets_their_own_correlation_and_a_note() -> None:
    used = rho_for(PersonClustering(0.5, 30), pool=0.05)
    assert used.own == pytest.approx((30 * 0.5 + 25 * 0.05) / 55)
    assert used.rho == used.own
    assert used.by_whole_images


def test_a_calm_person_is_measured_with_the_pool() -> None:
    used = rho_for(PersonClustering(0.0, 100), pool=0.1)
    assert (used.rho, used.by_whole_images) == (0.1, False)
    assert used.own < 0.1


def test_a_person_whose_answers_cannot_tell_is_measured_with_the_pool() -> None:
    assert rho_for(PersonClustering(None, 3), pool=0.07).rho == 0.07
