"""Where fused keypoints belong: weighted medians, point by point, authors weighted by how exactly they draw."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.quality.clusters import Clusters
from assay.quality.placing import learn_noise

Floats = NDArray[np.float64]

NOT_LABELLED, HIDDEN, VISIBLE = 0, 1, 2
_LEAST_AREA: Final = 1e-9


def place_keypoints(
    clusters: Clusters, points: Floats, areas: Floats, there: Floats, *, prior_noise: float, prior_marks: float,
    known: Floats,
) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    """Fuse each cluster's keypoints and find each author's noise.

    A point is labelled when authors with more than half of the weight labelled it, visible when more than half of
    those did. Its place is the weighted median of each coordinate over the authors who labelled it; of two middle ones
    their mean. The noise is measured around a first fusion with equal weights; the second uses weights 1 / noise.

    Args:
        clusters: which sets of points to fuse.
        points: (n_members, k, 3) x, y and visibility.
        areas: (n_members,) area of each object.
        there: (n,) chance that each cluster is real; how much it says about its authors.
        prior_noise: noise expected before seeing anything.
        prior_marks: how many marks that expectation is worth.
        known: (n_authors,) known noise, NaN where it is to be estimated.

    Returns:
        (n, k, 3) fused points, (n,) median areas, and (n_authors,) noise: mean distance of a point from the fused one,
        as a share of the root of the area.
    """
    given = np.where(np.isnan(known), prior_noise, known)
    area = np.array([weighted_median(areas[here], np.ones(len(areas[here]))) for here in _members(clusters)])
    first = _fuse(clusters, points, 1 / given[clusters.authors])
    off = distances(clusters, points, first, area)
    noise = learn_noise(clusters, off, there, prior_noise=prior_noise, prior_marks=prior_marks, known=known)
    return _fuse(clusters, points, 1 / noise[clusters.authors]), area, noise


def distances(clusters: Clusters, points: Floats, fused: Floats, area: Floats) -> Floats:
    """(n_members,) mean distance to the fused points over those both labelled, as a share of the root of the area."""
    own = fused[clusters.owners]
    both = (points[..., 2] > NOT_LABELLED) & (own[..., 2] > NOT_LABELLED)
    apart = np.hypot(points[..., 0] - own[..., 0], points[..., 1] - own[..., 1])
    scale = np.sqrt(np.maximum(area[clusters.owners], _LEAST_AREA))
    mean = np.where(both, apart, 0.0).sum(axis=1) / np.maximum(both.sum(axis=1), 1)
    return np.asarray(np.minimum(mean / scale, 1.0), np.float64)


def weighted_median(values: Floats, weights: Floats) -> float:
    """The value below and above which at most half of the weight lies; the mean of two where both qualify."""
    order = np.argsort(values, kind="stable")
    running = np.cumsum(weights[order])
    half = running[-1] / 2
    at = int(np.searchsorted(running, half * (1 - 1e-12)))
    value = float(values[order[at]])
    if abs(running[at] - half) <= 1e-12 * running[-1] and at + 1 < len(order):
        return (value + float(values[order[at + 1]])) / 2
    return value


def _fuse(clusters: Clusters, points: Floats, weights: Floats) -> Floats:
    fused = np.zeros((len(clusters), *points.shape[1:]))
    for cluster, here in enumerate(_members(clusters)):
        mine, weight = points[here], weights[here]
        for k in range(points.shape[1]):
            seen = mine[:, k, 2]
            labelled = seen > NOT_LABELLED
            mass = weight[labelled].sum()
            if 2 * mass <= weight.sum():
                continue
            visible = weight[seen == VISIBLE].sum()
            fused[cluster, k, :2] = [weighted_median(mine[labelled, k, axis], weight[labelled]) for axis in (0, 1)]
            fused[cluster, k, 2] = VISIBLE if 2 * visible > mass else HIDDEN
    return fused


def _members(clusters: Clusters) -> list[slice]:
    return [slice(int(a), int(b)) for a, b in zip(clusters.starts[:-1], clusters.starts[1:], strict=True)]
