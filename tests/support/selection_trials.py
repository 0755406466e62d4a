"""Replays active learning with known labels: how many are needed to come near a model trained on everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.quality.linear_head import LinearHead, fit_linear_head
from assay.quality.selection import Pool, SelectionRules, select

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@dataclass(frozen=True)
class Task:
    """A pool with labels that are revealed on demand, and a test set nobody chooses from."""

    pool: Floats
    labels: Longs
    test: Floats
    test_labels: Longs
    n_classes: int
    l2: float
    score: Callable[[Longs, Longs], float]
    _last: dict[str, Any] = field(default_factory=dict)

    def quality(self, rows: Longs) -> float:
        """Score on the test set of a head trained on these rows; 0 with fewer than two classes."""
        if len(np.unique(self.labels[rows])) < 2:
            return 0.0
        return self.score(self._head(rows).probabilities(self.test).argmax(axis=1), self.test_labels)

    def chances(self, rows: Longs, ask: Longs) -> Floats | None:
        """What a head trained on `rows` says of `ask`."""
        if len(np.unique(self.labels[rows])) < 2:
            return None
        return self._head(rows).probabilities(self.pool[ask])

    def _head(self, rows: Longs) -> LinearHead:
        """A head trained on these rows; the last one is kept, since the next batch is chosen by it."""
        key = rows.tobytes()
        if self._last.get("key") != key:
            head = fit_linear_head(self.pool[rows], self.labels[rows], self.n_classes, l2=self.l2)
            self._last.update(key=key, head=head)
        return self._last["head"]


@dataclass
class Curve:
    """Score by number of labels."""

    full: float
    labels: list[int] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)

    def needed(self, share: float) -> int:
        """Labels at which `share` of the full score is first reached; a large number when never."""
        found = [n for n, score in zip(self.labels, self.scores, strict=True) if score >= share * self.full]
        return found[0] if found else 1 << 30


def accuracy(answers: Longs, truth: Longs) -> float:
    """Share right."""
    return float((answers == truth).mean())


def balanced_accuracy(answers: Longs, truth: Longs) -> float:
    """Mean over classes of the share right."""
    return float(np.mean([(answers[truth == c] == c).mean() for c in np.unique(truth)]))


def replay(task: Task, rules: SelectionRules, sizes: list[int], seed: int, *, until: float = 1.0) -> Curve:
    """Label batch after batch as `rules` choose, until `until` of the full score is reached."""
    rng = np.random.default_rng(seed)
    curve = Curve(task.quality(np.arange(len(task.pool))))
    rows = np.empty(0, np.int64)
    for size in sizes:
        rest = np.setdiff1d(np.arange(len(task.pool)), rows)
        chances = task.chances(rows, rest) if len(rows) else None
        pool = Pool(task.pool[rest], task.pool[rows], chances, n_classes=task.n_classes)
        rows = np.concatenate([rows, rest[[p.item for p in select(pool, size, rules, rng)]]])
        curve.labels.append(len(rows))
        curve.scores.append(task.quality(rows))
        if curve.scores[-1] >= until * curve.full:
            break
    return curve


def digits(seed: int, *, n_waves: int = 256) -> Task:
    """scikit-learn's digits, random cosine features, 65 % of them to choose from."""
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    rng = np.random.default_rng(0)
    waves, phases = rng.normal(size=(64, n_waves)) * 0.5, rng.uniform(0, 2 * np.pi, n_waves)
    features = np.cos(pixels / 16 @ waves + phases)
    order = np.random.default_rng(seed).permutation(len(labels))
    pool, test = order[:1168], order[1168:]
    return Task(features[pool], labels[pool], features[test], labels[test], 10, 0.5, accuracy)


def steps(total: int, *, first: int = 20, small: int = 10, small_until: int = 300, large: int = 40) -> list[int]:
    """Sizes of batches: a start, then small ones, then larger ones."""
    sizes, n = [first], first
    while n < total:
        sizes.append(min(small if n < small_until else large, total - n))
        n += sizes[-1]
    return sizes
