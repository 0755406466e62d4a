"""What is measured about people and sides carries its interval."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.practices_too import a_shift

from assay.quality import Boxes
from assay.quality.convention import Convention, ConventionReport, find_conventions


@pytest.fixture(scope="module")
def report() -> ConventionReport:
    made = a_shift(np.random.default_rng(1), {"edge": 0.8, "class": 0.9, "loose": 0.08}, n_pictures=220)
    return find_conventions(
        made.people, rng=np.random.default_rng(1), sizes_px=made.sizes, assigned=made.asked, n_draws=199
    )


def found(report: ConventionReport, part: str) -> Convention:
    return next(c for c in report.splits if c.part == part)


@pytest.mark.parametrize("part", ["existence", "label_class", "geometry"])
def test_people_and_the_difference_between_sides_are_measured_with_intervals(
    report: ConventionReport, part: str
) -> None:
    convention = found(report, part)
    assert {n: e.value for n, e in convention.people_measured.items()} == convention.people_values
    for estimate in (*convention.people_measured.values(), convention.difference_measured):
        assert estimate.low < estimate.value < estimate.high
        assert 0 < estimate.n_items <= 220
        assert estimate.n >= estimate.n_items
    assert convention.difference_measured.value == pytest.approx(convention.difference)
    assert convention.difference_measured.low > 0


def test_the_interval_of_a_difference_in_looseness_holds_what_was_planted(report: ConventionReport) -> None:
    measured = found(report, "geometry").difference_measured
    assert measured.low < 0.08 < measured.high


def test_unsteadiness_is_the_noise_with_an_interval_that_holds_the_true_deviation() -> None:
    rng = np.random.default_rng(4)
    held = []
    for _ in range(24):
        corners = rng.uniform(0, 800, (40, 5, 2))
        truth = np.concatenate([corners, corners + 100], axis=2)
        people = {
            name: Boxes.of((truth + rng.normal(0, 3.0, truth.shape)).tolist(), np.zeros((40, 5), int).tolist())
            for name in "abcde"
        }
        one = find_conventions(people, rng=rng, sizes_px=np.full((40, 2), 1000.0), n_draws=19)
        for care in one.care:
            assert care.noise == care.unsteadiness.value
            assert (care.unsteadiness.n, care.unsteadiness.n_items) == (200, 40)
            held.append((care.unsteadiness.low, care.unsteadiness.value, care.unsteadiness.high))
    low, value, high = np.array(held).T
    middle = value.mean()  # of five people's sides about their median, which is less than each one's own
    assert 0.015 < middle < 0.03
    assert ((low <= middle) & (middle <= high)).mean() >= 0.93
