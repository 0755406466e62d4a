"""Which tags a model doubts: confident learning, and a ranking by what is usual for the class given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.quality.errors import VotesInvalidError
from assay.quality.findings.model import Look, Suspect, best_first

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

_ROUNDING: Final = 1e-6  # a probability as large as the threshold counts as above it
PRIOR: Final = 1.0  # weight of evenly spread errors beside the errors seen, as a share of all items


@dataclass(frozen=True, eq=False)
class LabelDoubts:
    """What the model says of each label.

    Attributes:
        doubt: (n,) 0 to 1: share of the items with the same label that are less doubted.
        is_issue: (n,) counted as an error by confident learning.
        suggested: (n,) of an issue, the class the model is confident of; else the likeliest one corrected for how
            classes are usually mixed up.
        thresholds: (n_classes,) mean probability of a class over the items labelled so; NaN where there are none.
        confident_joint: (n_classes, n_classes) items by label given (row) and class the model is confident of (column).
    """

    doubt: Floats
    is_issue: NDArray[np.bool_]
    suggested: Longs
    thresholds: Floats
    confident_joint: Longs = field(repr=False)

    def suspects(self, labels: ArrayLike) -> list[Suspect]:
        """The items counted as errors, as findings."""
        given = np.asarray(labels)
        found = [
            Suspect(
                kind="label_doubt",
                score=float(self.doubt[item]),
                item=item,
                row=None,
                label_class=int(given[item]),
                suggested_class=int(self.suggested[item]),
                evidence={"more_doubted_than": round(float(self.doubt[item]), 6)},
                looks=(Look(item, None, "mark"),),
            )
            for item in np.flatnonzero(self.is_issue).tolist()
        ]
        return best_first(found)


def doubt_labels(labels: ArrayLike, probabilities: ArrayLike) -> LabelDoubts:
    """Rank labels by doubt and say which are probably wrong.

    An item is an issue when the model gives a class other than the label at least the probability it usually gives to
    items of that class, and its most probable such class is not the label (confident learning). The ranking goes
    further than the probability of the label: that is first corrected by how often classes are mixed up,
    q_k ~ p_k P(label | k) with errors seen smoothed by evenly spread ones, and then ranked among the items with the
    same label, so that classes on which the model is never sure do not fill the list.

    Args:
        labels: (n,) class numbers from 0.
        probabilities: (n, n_classes) from a model that did not train on these very items (cross-validation).

    Reference: Northcutt, Jiang and Chuang (2021), "Confident Learning: Estimating Uncertainty in Dataset Labels".
    """
    given, chances = _checked(labels, probabilities)
    n, k = chances.shape
    rows = np.arange(n)
    counts = np.bincount(given, minlength=k)
    thresholds = np.full(k, np.nan)
    for label_class in np.flatnonzero(counts).tolist():
        thresholds[label_class] = chances[given == label_class, label_class].mean()
    confident = chances >= thresholds - _ROUNDING
    best = np.where(confident, chances, -1.0).argmax(axis=1)
    known = confident.any(axis=1)
    joint = np.bincount(given[known] * k + best[known], minlength=k * k).reshape(k, k)
    issue = known & (best != given)
    corrected = chances * _says_given_is(given, chances)[given]
    corrected /= np.maximum(corrected.sum(axis=1, keepdims=True), 1e-300)
    return LabelDoubts(
        doubt=_rank_within(corrected[rows, given], given),
        is_issue=issue,
        suggested=np.where(issue, best, corrected.argmax(axis=1)).astype(np.int64),
        thresholds=thresholds,
        confident_joint=joint.astype(np.int64),
    )


def _checked(labels: ArrayLike, probabilities: ArrayLike) -> tuple[Longs, Floats]:
    given, chances = np.asarray(labels), np.asarray(probabilities, np.float64)
    if chances.ndim != 2 or given.shape != (len(chances),):  # noqa: PLR2004 - items and classes
        raise VotesInvalidError(f"There are {given.shape} labels and {chances.shape} probabilities.")
    if given.size and (given.dtype.kind not in "iu" or given.min() < 0 or given.max() >= chances.shape[1]):
        raise VotesInvalidError(f"Labels run to {given.max()}, but there are {chances.shape[1]} classes.")
    if not np.isfinite(chances).all() or (chances < 0).any():
        row = int(np.argmin(np.isfinite(chances).all(axis=1) & (chances >= 0).all(axis=1)))
        raise VotesInvalidError(f"The probabilities of item {row} are {chances[row].tolist()[:5]}.")
    return given.astype(np.int64), chances


def _says_given_is(given: Longs, chances: Floats) -> Floats:
    """(n_classes, n_classes) chance of the label in the row when the class in the column is true."""
    k = chances.shape[1]
    seen = np.zeros((k, k))
    np.add.at(seen, given, chances)
    diagonal = np.trace(seen)
    even = np.full((k, k), (seen.sum() - diagonal) / max(k * (k - 1), 1))
    np.fill_diagonal(even, diagonal / k)
    mixed = seen + PRIOR * even
    return np.asarray(mixed / np.maximum(mixed.sum(axis=0), 1e-300), np.float64)


def _rank_within(belief: Floats, given: Longs) -> Floats:
    """(n,) share of items of the same label that the model believes more; ties share the middle of their ranks."""
    doubt = np.zeros(len(given))
    for label_class in np.unique(given).tolist():
        mine = np.flatnonzero(given == label_class)
        _, place, n_equal = np.unique(-belief[mine], return_inverse=True, return_counts=True)
        below = np.cumsum(n_equal) - n_equal
        doubt[mine] = (below[place] + n_equal[place] / 2) / len(mine)
    return doubt
