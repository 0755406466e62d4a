"""Rows by class, kind and clause."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality.calibration import GoldAnswers, RowCounts, calibration_rows, clustered_rate
from assay.quality.errors import GoldAnswersError


def test_an_image_without_marks_of_the_row_says_nothing_about_it() -> None:
    row = RowCounts.of("clause 3", [2, 0, 3, 0], [1, 0, 0, 0])
    assert row.answers.n_units.tolist() == [2, 3]


def test_a_row_is_measured_alone_with_the_persons_correlation() -> None:
    counts = RowCounts.of("plate", [2] * 20, [1, 0] * 10)
    row = calibration_rows([counts], 0.1)[0]
    assert row.estimate == clustered_rate(GoldAnswers.of([2] * 20, [1, 0] * 10), 0.1)
    assert row.n_eff == pytest.approx(40 / 1.1)
    assert row.evidence.enough


def test_a_row_under_thirty_marks_is_grey_and_never_amber() -> None:
    row = calibration_rows([RowCounts.of("rare", [1] * 29, [1] * 29)], 0.1)[0]
    assert (row.evidence.enough, row.evidence.why, row.amber) == (False, "29 marks, needs 30", False)


def test_a_row_nobody_met_is_there_and_says_so() -> None:
    row = calibration_rows([RowCounts.of("unseen", [0, 0], [0, 0])], 0.1)[0]
    assert row.estimate.value is None
    assert row.evidence.why == "0 marks, needs 30"


def test_a_row_turns_amber_only_surely_above_the_limit_and_its_peers() -> None:
    bad = RowCounts.of("edge", [3] * 40, [2] * 40)
    amber = calibration_rows([bad], 0.1, peers={"edge": [0.03, 0.05, 0.02]})[0]
    shared = calibration_rows([bad], 0.1, peers={"edge": [0.30, 0.35, 0.40]})[0]
    alone = calibration_rows([bad], 0.1)[0]
    assert (amber.amber, shared.amber, alone.amber) == (True, False, True)


def test_more_rows_shown_make_each_harder_to_turn_amber() -> None:
    row = RowCounts.of("edge", [3] * 20, [1, 1, 1, 0] * 5)
    others = [RowCounts.of(str(k), [1], [0]) for k in range(300)]
    assert calibration_rows([row], 0.05)[0].amber
    assert not calibration_rows([row, *others], 0.05)[0].amber


def test_impossible_row_counts_are_refused() -> None:
    with pytest.raises(GoldAnswersError):
        RowCounts.of("x", [0, 1], [1, 0])
    with pytest.raises(GoldAnswersError):
        RowCounts.of("x", np.ones(3), np.zeros(2))
