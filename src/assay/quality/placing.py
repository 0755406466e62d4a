"""Where a fused box's sides belong: robust means of its members, authors weighted by how exactly they draw."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.quality.clusters import Clusters

Floats = NDArray[np.float64]

HUBER: Final = 1.0  # spreads beyond which a side loses weight
SMALLEST_SPREAD: Final = 0.02  # of width or height; below it everybody is right
N_STEPS: Final = 3
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

    Reference: Huber (1964), "Robust Estimation of a Location Parameter"; the spread is 1.4826 x the median distance.
    """
    fused = np.column_stack([weighted_median(clusters, xyxy[:, side], weights) for side in range(4)])
    equal = np.ones(len(weights))
    for _ in range(N_STEPS):
        size = _size(fused)[clusters.owners]
        off = np.abs(xyxy - fused[clusters.owners]) / size
        middle = np.column_stack([weighted_median(clusters, off[:, side], equal) for side in range(4)])
        spread = np.maximum(1.4826 * middle.mean(axis=1), SMALLEST_SPREAD)[clusters.owners, None]
        share = weights[:, None] * np.minimum(1, HUBER * spread / np.maximum(off, 1e-12))
        total = np.add.reduceat(share, clusters.starts[:-1], axis=0)
        fused = np.add.reduceat(share * xyxy, clusters.starts[:-1], axis=0) / total
    return fused


def _size(boxes: Floats) -> Floats:
    """(n, 4) width, height, width, height, never quite 0."""
    return np.maximum(np.tile(boxes[:, 2:] - boxes[:, :2], 2), 1e-9)


def weighted_median(clusters: Clusters, values: Floats, weights: Floats) -> Floats:
    """(n,) weighted median of each cluster; midway between two values when half the weight lies on each side."""
    order = np.lexsort((values, clusters.owners))
    sorted_values, running = values[order], np.cumsum(weights[order])
    ends = running[clusters.starts[1:] - 1]
    begins = np.concatenate([np.zeros(1), ends[:-1]])
    half = (begins + ends) / 2
    slack = 1e-9 * (ends - begins)
    low = np.searchsorted(running, half - slack)
    high = np.minimum(np.searchsorted(running, half + slack), clusters.starts[1:] - 1)
    return np.asarray((sorted_values[low] + sorted_values[high]) / 2, np.float64)
