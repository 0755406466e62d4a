"""Weighted boxes fusion of several models' scored boxes, as published; for people `fuse_boxes` is better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.kernel import native_fusion
from assay.quality.boxes import Boxes
from assay.quality.errors import ItemsDifferError, MarksMisshapenError, TooFewAuthorsError
from assay.quality.matching import check_threshold


@dataclass(frozen=True, eq=False)
class ScoredBoxes:
    """Boxes with a score each.

    Attributes:
        boxes: the boxes, of each item by falling score.
        scores: (n,) in (0, 1].
        n_joined: (n,) how many boxes each was fused from.
    """

    boxes: Boxes
    scores: NDArray[np.float64]
    n_joined: NDArray[np.int32]


def weighted_boxes_fusion(
    models: Sequence[Boxes],
    scores: Sequence[ArrayLike],
    *,
    weights: ArrayLike | None = None,
    threshold: float = 0.55,
    skip_below: float = 0.0,
    confidence: Literal["mean", "max"] = "mean",
) -> ScoredBoxes:
    """Fuse the boxes of several models.

    Within an item and class, boxes by falling weighted score join the fused box they overlap most, if by more than
    `threshold`, and pull its sides towards theirs by their score. The mean score is scaled by the share of the weight
    that could have joined: min(models, boxes) / total weight. Equal scores: the later model and row first.

    Args:
        models: each model's boxes over the same items.
        scores: (n_boxes,) of each model, in (0, 1].
        weights: (n_models,) above 0; 1 each when left out.
        threshold: IoU above which boxes join.
        skip_below: boxes scoring less are left out.
        confidence: the mean or the highest score of the boxes joined.

    Reference: Solovyev, Wang, Gabruseva (2021), "Weighted boxes fusion", section 3.
    """
    if len(models) == 0:
        raise TooFewAuthorsError(0)
    check_threshold("threshold", threshold)
    weight = np.ones(len(models)) if weights is None else np.asarray(weights, np.float64)
    given = [np.asarray(values, np.float64) for values in scores]
    _check(models, given, weight)
    starts, sides, found, label_class, n_joined = native_fusion.fuse_items(
        [m.offsets for m in models],
        [m.xyxy for m in models],
        [m.classes for m in models],
        [s * w for s, w in zip(given, weight, strict=True)],
        [s >= skip_below for s in given],
        weight,
        threshold=threshold,
        take_highest=confidence == "max",
    )
    return ScoredBoxes(Boxes(starts, sides, label_class), found, n_joined)


def _check(models: Sequence[Boxes], scores: Sequence[NDArray[np.float64]], weights: NDArray[np.float64]) -> None:
    if weights.shape != (len(models),) or not (weights > 0).all() or len(scores) != len(models):
        raise MarksMisshapenError(
            f"There are {len(models)} models, {len(scores)} scores and weights {weights.tolist()}."
        )
    for boxes, values in zip(models, scores, strict=True):
        if boxes.n_items != models[0].n_items:
            raise ItemsDifferError(models[0].n_items, boxes.n_items)
        if values.shape != (len(boxes),) or not ((values > 0) & (values <= 1)).all():
            raise MarksMisshapenError(
                f"There are {len(boxes)} boxes and scores of shape {values.shape}, not all in (0, 1]."
            )
