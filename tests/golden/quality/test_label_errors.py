"""Label errors that five people confirmed or not, against the ranking by doubt.

Data: Northcutt, Athalye and Mueller (2021), "Pervasive Label Errors in Test Sets Destabilize Machine Learning
Benchmarks". Candidates come from the same predictions, so they are hard to tell apart: chance is an AUC of .5.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import rankdata
from tests.support.shared import shared_path

from assay.quality.findings import doubt_labels

SETS = {"cifar10": (244, 54, 275), "mnist": (15, 15, 100)}


def read(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    folder = shared_path("data/annotators/label-errors")
    chances = np.load(folder / f"pyx/{name}_test_set_pyx.npy").astype(float)
    labels = np.load(folder / f"original/{name}_test_set_original_labels.npy").astype(np.int64)
    checked = json.loads((folder / f"mturk/{name}_mturk.json").read_text())
    return (
        labels,
        chances,
        np.array([row["id"] for row in checked]),
        np.array([row["mturk"]["given"] < 3 for row in checked]),
    )


def auc(score: np.ndarray, wrong: np.ndarray) -> float:
    n = int(wrong.sum())
    return float((rankdata(score)[wrong].sum() - n * (n + 1) / 2) / (n * (len(wrong) - n)))


def auc_interval(score: np.ndarray, wrong: np.ndarray) -> tuple[float, float]:
    rng = np.random.default_rng(0)
    drawn = [auc(score[rows], wrong[rows]) for rows in rng.integers(0, len(wrong), (500, len(wrong)))]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def auc_difference(first: np.ndarray, second: np.ndarray, wrong: np.ndarray) -> tuple[float, float, float]:
    """AUC of the first score less that of the second on the same items, with its 95 % interval.

    Reference: DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837-845.
    """
    parts = []
    for score in (first, second):
        above = score[wrong][:, None] - score[~wrong][None, :]
        parts.append((above > 0) + 0.5 * (above == 0))
    apart = parts[0] - parts[1]
    error = np.sqrt(sum(apart.mean(axis=side).var(ddof=1) / apart.shape[1 - side] for side in (0, 1)))
    return float(apart.mean()), float(apart.mean() - 1.96 * error), float(apart.mean() + 1.96 * error)


@pytest.mark.parametrize(("name", "expected"), [("cifar10", (0.015, -0.032, 0.062)), ("mnist", (0.009, -0.052, 0.071))])
def test_fifty_confirmed_errors_are_too_few_to_show_the_gain_over_plain_confidence_surely(
    name: str, expected: tuple[float, float, float]
) -> None:
    labels, chances, items, wrong = read(name)
    by_doubt, by_confidence = doubt_labels(labels, chances).doubt[items], -chances[items, labels[items]]
    difference = auc_difference(by_doubt, by_confidence, wrong)
    assert difference == pytest.approx(expected, abs=0.001)
    assert difference[0] == pytest.approx(auc(by_doubt, wrong) - auc(by_confidence, wrong))


@pytest.mark.parametrize("name", SETS)
def test_confirmed_errors_are_ranked_better_than_by_plain_confidence(name: str) -> None:
    labels, chances, items, wrong = read(name)
    n_issues, n_wrong, n_candidates = SETS[name]
    assert (int(wrong.sum()), len(items)) == (n_wrong, n_candidates)
    found = doubt_labels(labels, chances)
    assert int(found.is_issue.sum()) == n_issues  # as cleanlab counts by the filter confident_learning
    by_doubt = auc(found.doubt[items], wrong)
    low, high = auc_interval(found.doubt[items], wrong)
    assert by_doubt > auc(-chances[items, labels[items]], wrong)  # of the label
    assert by_doubt > auc(chances[items].max(axis=1), wrong)  # of the guess
    assert low > 0.5
    assert low < by_doubt < high


@pytest.mark.parametrize("name", SETS)
def test_confirmed_errors_stand_far_up_among_all_labels(name: str) -> None:
    labels, chances, items, wrong = read(name)
    known = np.zeros(len(labels), bool)
    known[items[wrong]] = True
    assert auc(doubt_labels(labels, chances).doubt, known) > 0.98
