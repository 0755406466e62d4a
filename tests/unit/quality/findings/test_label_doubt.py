"""Confident learning and the ranking of doubts."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality.errors import VotesInvalidError
from assay.quality.findings import doubt_labels


def test_issues_are_those_of_a_hand_worked_example() -> None:
    chances = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8], [0.3, 0.7], [0.9, 0.1], [0.1, 0.9]])
    labels = [0, 0, 0, 1, 1, 1]
    found = doubt_labels(labels, chances)
    np.testing.assert_allclose(found.thresholds, [1.9 / 3, 1.7 / 3])
    assert found.is_issue.tolist() == [False, False, True, False, True, False]
    assert found.suggested[[2, 4]].tolist() == [1, 0]
    assert found.confident_joint.tolist() == [[2, 1], [1, 2]]
    assert [s.item for s in found.suspects(labels)] == [2, 4]


def test_doubt_is_a_rank_among_items_with_the_same_label() -> None:
    rng = np.random.default_rng(0)
    chances = rng.dirichlet(np.ones(4), 200)
    labels = rng.integers(0, 4, 200)
    found = doubt_labels(labels, chances)
    for label in range(4):
        mine = np.sort(found.doubt[labels == label])
        np.testing.assert_allclose(mine, (np.arange(len(mine)) + 0.5) / len(mine))


def test_equal_items_are_doubted_equally() -> None:
    found = doubt_labels([0, 0, 0, 1], np.array([[0.7, 0.3], [0.7, 0.3], [0.2, 0.8], [0.1, 0.9]]))
    assert found.doubt[0] == found.doubt[1] == pytest.approx(1 / 3)


def test_a_class_nobody_was_given_has_no_threshold() -> None:
    found = doubt_labels([0, 0], np.array([[0.6, 0.4], [0.1, 0.9]]))
    assert np.isnan(found.thresholds[1])
    assert found.is_issue.tolist() == [False, False]


@pytest.mark.parametrize(
    ("labels", "chances"),
    [
        ([0], np.ones((2, 2))),
        ([2, 0], np.ones((2, 2))),
        ([-1, 0], np.ones((2, 2))),
        ([0.5, 0], np.ones((2, 2))),
        ([0, 1], np.array([[np.nan, 1], [0, 1]])),
        ([0, 1], np.array([[-0.1, 1], [0, 1]])),
        ([0, 1], np.ones(2)),
    ],
)
def test_wrong_tables_are_refused(labels: list, chances: np.ndarray) -> None:
    with pytest.raises(VotesInvalidError):
        doubt_labels(labels, chances)
