"""Counts of units and errors on gold."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality.calibration import GoldAnswers
from assay.quality.errors import GoldAnswersError


def test_an_empty_image_left_empty_counts_as_one_right_unit() -> None:
    answers = GoldAnswers.of([3, 0, 2], [1, 0, 2])
    assert answers.n_units.tolist() == [3, 1, 2]
    assert answers.n_errors.tolist() == [1, 0, 2]
    assert (len(answers), answers.total_units, answers.total_errors) == (3, 6, 3)


def test_a_stretch_of_answers_is_answers() -> None:
    answers = GoldAnswers.of([3, 4, 5], [0, 1, 2])
    assert answers[1:].n_units.tolist() == [4, 5]
    assert len(answers[:0]) == 0


@pytest.mark.parametrize(
    ("units", "errors", "says"),
    [
        ([3], [4], "Gold image 0 has 4 errors among 3 units"),
        ([3, 2], [1, -1], "Gold image 1 has -1 errors"),
        ([3, 2], [1], "2 images have units but 1 have errors"),
        ([3.5], [1], "n_units of gold image 0"),
        ([3.0, float("nan")], [1, 1], "n_units of gold image 1"),
        ([[3]], [[1]], "2 dimensions"),
    ],
)
def test_impossible_counts_are_refused_naming_the_image(units: list[float], errors: list[float], says: str) -> None:
    with pytest.raises(GoldAnswersError, match=says):
        GoldAnswers.of(units, errors)


def test_no_answers_are_answers() -> None:
    assert len(GoldAnswers.of([], [])) == 0
    assert GoldAnswers.of(np.zeros(0), np.zeros(0)).n_units.dtype == np.int64
