"""The linear head beside scikit-learn's logistic regression, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from assay.quality.errors import HeadDataError
from assay.quality.linear_head import calibration_error, fit_linear_head, fit_temperature, with_temperature


def _data(n: int = 400, d: int = 6, k: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(k, d))
    labels = rng.integers(0, k, n)
    return centres[labels] + rng.normal(size=(n, d)) * 1.2, labels


def test_it_finds_the_same_probabilities_as_scikit_learn() -> None:
    x, y = _data()
    head = fit_linear_head(x, y, 3, l2=2.0)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    oracle = LogisticRegression(C=0.5, tol=1e-8, max_iter=2000).fit(z, y)
    assert head.probabilities(x) == pytest.approx(oracle.predict_proba(z), abs=2e-4)


def test_weights_count_like_copies() -> None:
    x, y = _data(60)
    twice = np.where(np.arange(60) < 20, 2.0, 1.0)
    copied = np.r_[np.arange(60), np.arange(20)]
    a = fit_linear_head(np.r_[x, x], np.r_[y, y], 3, weights=np.r_[twice, np.zeros(60)])
    b = fit_linear_head(x[copied], y[copied], 3)
    assert a.probabilities(x).argmax(axis=1) == pytest.approx(b.probabilities(x).argmax(axis=1))


def test_a_temperature_mends_overconfidence() -> None:
    x, y = _data(2000)
    head = fit_linear_head(x[:300], y[:300], 3, l2=0.01)
    logits = 3 * head.logits(x[300:])
    t = fit_temperature(logits, y[300:])
    assert t > 2
    loud = with_temperature(head, 1 / 3).probabilities(x[300:])
    mended = with_temperature(head, t / 3).probabilities(x[300:])
    right = loud.argmax(axis=1) == y[300:]
    assert calibration_error(mended.max(axis=1), right) < calibration_error(loud.max(axis=1), right)


def test_a_class_without_items_gets_little() -> None:
    x, y = _data()
    assert fit_linear_head(x, y, 4).probabilities(x)[:, 3].max() < 0.05


@pytest.mark.parametrize(
    ("features", "labels"),
    [
        (np.zeros((3, 2)), np.array([0, 1])),
        (np.array([[0.0, np.nan], [1.0, 1.0]]), np.array([0, 1])),
        (np.zeros((2, 2)), np.array([0, 5])),
        (np.zeros((2, 2)), np.array([1, 1])),
        (np.zeros(3), np.array([0, 1, 1])),
    ],
)
def test_data_that_cannot_be_is_refused(features: np.ndarray, labels: np.ndarray) -> None:
    with pytest.raises(HeadDataError):
        fit_linear_head(features, labels, 2)


def test_features_of_another_length_are_refused_by_number() -> None:
    x, y = _data()
    with pytest.raises(HeadDataError, match="5 features an item, the head was fitted on 6"):
        fit_linear_head(x, y, 3).probabilities(x[:, :5])
