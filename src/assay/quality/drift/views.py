"""Two ways to ask whether the mean of a window has moved: Hotelling's T2, and MMD by random Fourier features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

N_AXES: Final = 32
N_WAVES: Final = 512
_RIDGE: Final = 1e-6
_PAIRS: Final = 4000


@dataclass(frozen=True, slots=True)
class View:
    """A reference seen through one test.

    Attributes:
        rows: (N, D) the reference as the test sees it.
        total: (D,) their sum.
        squares: (D, D) sum of their outer products when the test divides by the covariance (T2); None for MMD.
        centre, axes, waves: how raw rows become those of `rows`; None where they stay as they are.
    """

    name: str
    method: str
    rows: Floats
    total: Floats
    squares: Floats | None
    centre: Floats
    axes: Floats
    waves: Floats | None = None

    def see(self, raw: Floats) -> Floats:
        """Raw rows as this view sees them."""
        x: Floats = (raw - self.centre) @ self.axes
        return x if self.waves is None else _fourier(x @ self.waves)

    def replay(self, picked: NDArray[np.int64]) -> float:
        """The test's value for a window taken out of the reference, held against what is left of it."""
        inside = self.rows[picked]
        n, n_rest = len(inside), len(self.rows) - len(inside)
        window = inside.sum(axis=0)
        rest = (self.total - window) / n_rest
        covariance = None
        if self.squares is not None:
            covariance = (self.squares - inside.T @ inside) / n_rest - np.outer(rest, rest)
        return _distance(window / n - rest, covariance, n, n_rest)

    def value(self, raw: Floats) -> float:
        """The test's value for a window of raw rows."""
        seen, n_all = self.see(raw), len(self.rows)
        mean = self.total / n_all
        covariance = None if self.squares is None else self.squares / n_all - np.outer(mean, mean)
        return _distance(seen.mean(axis=0) - mean, covariance, len(seen), n_all)


def _distance(gap: Floats, covariance: Floats | None, n: int, n_rest: int) -> float:
    """Squared length of a difference of means, in units of its own error."""
    factor = n * n_rest / (n + n_rest)
    if covariance is None:
        return float(factor * (gap @ gap))
    ridge = _RIDGE * max(float(np.trace(covariance)) / len(gap), 1e-12)
    return float(factor * (gap @ np.linalg.solve(covariance + ridge * np.eye(len(gap)), gap)))


def statistics_view(reference: Floats) -> View:
    """Hotelling's T2 on image statistics; columns are brought to one scale first, so that no unit dominates.

    Reference: Hotelling (1931); the covariance is that of the reference, since a window may be small.
    """
    spread = np.maximum(reference.std(axis=0), 1e-9)
    centre = reference.mean(axis=0)
    axes = np.diag(1 / spread)
    rows = (reference - centre) @ axes
    return View("statistics", "hotelling-t2", rows, rows.sum(axis=0), rows.T @ rows, centre, axes)


def embeddings_view(reference: Floats, rng: np.random.Generator) -> View:
    """MMD with a Gaussian kernel on the main axes of embeddings, its width the median distance.

    The kernel is written as random Fourier features, so that a window costs time in proportion to its items and the
    thousand replays of a calibration are sums.

    References: Gretton et al. (2012), "A Kernel Two-Sample Test"; Rahimi and Recht (2007), "Random Features".
    """
    centre = reference.mean(axis=0)
    gram = (reference - centre).T @ (reference - centre)
    _, vectors = np.linalg.eigh(gram)
    axes = vectors[:, ::-1][:, : min(N_AXES, gram.shape[0])]
    seen = (reference - centre) @ axes
    left, right = rng.integers(0, len(seen), (2, _PAIRS))
    squared = np.square(seen[left] - seen[right]).sum(axis=1)[left != right]
    width = np.sqrt(max(float(np.median(squared)), 1e-12) / 2)
    waves = rng.normal(size=(axes.shape[1], N_WAVES)) / width
    rows = _fourier(seen @ waves)
    return View("embeddings", "mmd-fourier", rows, rows.sum(axis=0), None, centre, axes, waves)


def _fourier(phases: Floats) -> Floats:
    return np.asarray(np.concatenate([np.cos(phases), np.sin(phases)], axis=1) / np.sqrt(phases.shape[1]), np.float64)
