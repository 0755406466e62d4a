"""Where a fused box's sides belong: robust means of its members, authors weighted by how exactly they draw."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.kernel import native_fusion
from assay.quality.clusters import Clusters

Floats = NDArray[np.float64]

HUBER: Final = 1.0  # spreads beyond which a side loses weight
SMALLEST_SPREAD: Final = 0.02  # of width or height; below it everybody is right
FEWEST_DRAWN: Final = 3  # boxes in a cluster before it says who is inexact


def place_boxes(
    clusters: Clusters, xyxy: Floats, there: Floats, *, prior_noise: float, prior_marks: float, known: Floats
) -> tuple[Floats, Floats]:
    """Fuse each cluster's boxes and find each author's noise.

    The noise is measured around a first fusion with equal weights; the second uses weights 1 / noise.

    Args:
        clusters: which boxes to fuse.
        xyxy: (n_members, 4) the boxes themselves.
        there: (n,) chance that each cluster is real; how much it says about its authors.
        prior_noise: noise expected before seeing anything.
        prior_marks: how many marks that expectation is worth.
        known: (n_authors,) known noise, NaN where it is to be estimated.

    Returns:
        (n, 4) fused boxes, and (n_authors,) noise: mean distance of a side from the fused one, as a share of width or
        height, each at most 1.
    """
    given = np.where(np.isnan(known), prior_noise, known)
    first = robust_mean(clusters, xyxy, 1 / given[clusters.authors])
    off = np.minimum(np.abs(xyxy - first[clusters.owners]) / _size(first)[clusters.owners], 1).mean(axis=1)
    noise = learn_noise(clusters, off, there, prior_noise=prior_noise, prior_marks=prior_marks, known=known)
    return robust_mean(clusters, xyxy, 1 / noise[clusters.authors]), noise


def learn_noise(
    clusters: Clusters, off: Floats, there: Floats, *, prior_noise: float, prior_marks: float, known: Floats
) -> Floats:
    """(n_authors,) mean of `off` (n_members,) over clusters of three people or more, drawn towards the prior."""
    says = np.where(clusters.sizes >= FEWEST_DRAWN, there, 0.0)[clusters.owners]
    total = np.bincount(clusters.authors, off * says, len(known)) + prior_noise * prior_marks
    noise = np.where(np.isnan(known), total / (np.bincount(clusters.authors, says, len(known)) + prior_marks), known)
    return np.asarray(np.maximum(noise, SMALLEST_SPREAD / 4), np.float64)


def robust_mean(clusters: Clusters, xyxy: Floats, weights: Floats) -> Floats:
    """(n, 4) weighted Huber means of each side, from the weighted median in three steps.

    Reference: Huber (1964), "Robust Estimation of a Location Parameter".
    """
    return native_fusion.robust_means(clusters.starts, xyxy, weights, reach=HUBER, least_spread=SMALLEST_SPREAD)


def _size(boxes: Floats) -> Floats:
    """(n, 4) width, height, width, height, never quite 0."""
    return np.maximum(np.tile(boxes[:, 2:] - boxes[:, :2], 2), 1e-9)
