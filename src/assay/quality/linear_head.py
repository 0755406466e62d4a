"""A linear softmax head on fixed features: fitted by L-BFGS, calibrated by one temperature; numpy and scipy only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.special import log_softmax

from assay.quality.errors import HeadDataError

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

MAX_STEPS: Final = 500
_LARGEST_LOG_TEMPERATURE: Final = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class LinearHead:
    """A fitted head.

    Attributes:
        centre: (D,) what is taken off each feature.
        scale: (D,) what each feature is then divided by, above 0.
        weights: (D, K).
        bias: (K,).
        temperature: what logits are divided by before the softmax, above 0; 1 before calibration.
    """

    centre: Floats
    scale: Floats
    weights: Floats
    bias: Floats
    temperature: float = 1.0

    @property
    def n_features(self) -> int:
        """Features an item must have."""
        return len(self.centre)

    def logits(self, features: NDArray[Any]) -> Floats:
        """(N, K) scores before temperature and softmax.

        Raises:
            HeadDataError: the features have another length, or are not finite.
        """
        table = _table(features)
        if table.shape[1] != self.n_features:
            raise HeadDataError(f"{table.shape[1]} features an item, the head was fitted on {self.n_features}")
        return np.asarray(((table - self.centre) / self.scale) @ self.weights + self.bias)

    def probabilities(self, features: NDArray[Any]) -> Floats:
        """(N, K) calibrated probability of each class; rows sum to 1."""
        return np.asarray(np.exp(log_softmax(self.logits(features) / self.temperature, axis=1)))


def fit_linear_head(
    features: NDArray[Any], labels: NDArray[Any], n_classes: int, *, l2: float = 1.0, weights: Floats | None = None
) -> LinearHead:
    """Fit by penalised maximum likelihood on standardised features; the same data gives the same head.

    Args:
        features: (N, D), finite.
        labels: (N,) class numbers from 0.
        n_classes: K, classes that never occur included.
        l2: half of this times the squared weights is added to the summed negative log likelihood; biases are free.
        weights: (N,) how much each item counts; 1 each when left out.

    Raises:
        HeadDataError: shapes that do not belong together, values that are not finite, fewer than two classes present.
    """
    x, y = _table(features), np.asarray(labels, np.int64)
    if len(x) != len(y) or y.ndim != 1:
        raise HeadDataError(f"{len(x)} items with features, {y.shape} labels")
    if len(y) and (y.min() < 0 or y.max() >= n_classes):
        raise HeadDataError(f"labels from {y.min()} to {y.max()}, there are {n_classes} classes")
    if len(np.unique(y)) < 2:  # noqa: PLR2004 - one class needs no model
        raise HeadDataError("fewer than two classes have a labelled item")
    counts = np.ones(len(y)) if weights is None else np.asarray(weights, np.float64)
    centre, spread = x.mean(axis=0), x.std(axis=0)
    scale = np.where(spread > 1e-12, spread, 1.0)  # noqa: PLR2004 - a feature that never varies
    z = (x - centre) / scale
    hot = np.zeros((len(y), n_classes))
    hot[np.arange(len(y)), y] = counts
    flat = _solve(z, hot, counts, l2)
    table = flat.reshape(x.shape[1] + 1, n_classes)
    return LinearHead(centre, scale, np.ascontiguousarray(table[:-1]), np.ascontiguousarray(table[-1]))


def _solve(z: Floats, hot: Floats, counts: Floats, l2: float) -> Floats:
    """The minimum of the penalised negative log likelihood, divided by the items so that tolerances mean the same."""
    n, d, k = len(z), z.shape[1], hot.shape[1]

    def value_and_slope(flat: Floats) -> tuple[float, Floats]:
        table = flat.reshape(d + 1, k)
        logs = log_softmax(z @ table[:-1] + table[-1], axis=1)
        rest = np.exp(logs) * counts[:, None] - hot
        slope = np.vstack([z.T @ rest + l2 * table[:-1], rest.sum(axis=0)[None, :]])
        value = -float((hot * logs).sum()) + 0.5 * l2 * float((table[:-1] ** 2).sum())
        return value / n, slope.ravel() / n

    found = minimize(
        value_and_slope,
        np.zeros((d + 1) * k),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": MAX_STEPS, "gtol": 1e-7, "ftol": 1e-13},
    )
    return np.asarray(found.x)


def fit_temperature(logits: NDArray[Any], labels: NDArray[Any]) -> float:
    """The temperature that makes the true classes of held-out items most likely; above 0.

    Reference: Guo et al. (2017), "On Calibration of Modern Neural Networks", section 4.2.
    """
    table, y = _table(logits), np.asarray(labels, np.int64)
    if len(table) == 0:
        return 1.0
    rows = np.arange(len(y))

    def loss(log_t: float) -> float:
        return -float(log_softmax(table / np.exp(log_t), axis=1)[rows, y].mean())

    limit = _LARGEST_LOG_TEMPERATURE
    return float(np.exp(minimize_scalar(loss, bounds=(-limit, limit), method="bounded").x))


def with_temperature(head: LinearHead, temperature: float) -> LinearHead:
    """The same head, calibrated."""
    return LinearHead(head.centre, head.scale, head.weights, head.bias, temperature)


def calibration_error(confidences: NDArray[Any], right: NDArray[np.bool_], *, n_bins: int = 15) -> float:
    """Mean gap between confidence and share right over equal-width bins, weighted by items; 0 is perfect.

    Reference: Naeini, Cooper, Hauskrecht (2015), expected calibration error.
    """
    c = np.asarray(confidences, np.float64)
    if len(c) == 0:
        return 0.0
    bins = np.minimum((c * n_bins).astype(np.int64), n_bins - 1)
    n = np.bincount(bins, minlength=n_bins)
    gap = np.abs(np.bincount(bins, weights=c, minlength=n_bins) - np.bincount(bins, weights=right, minlength=n_bins))
    return float(gap[n > 0].sum() / len(c))


def _table(values: NDArray[Any]) -> Floats:
    table = np.asarray(values, np.float64)
    if table.ndim != 2:  # noqa: PLR2004 - rows and columns
        raise HeadDataError(f"features of shape {table.shape}, not (items, features)")
    if not np.isfinite(table).all():
        row = int(np.argmin(np.isfinite(table).all(axis=1)))
        raise HeadDataError(f"item {row} has a feature that is not finite")
    return table
