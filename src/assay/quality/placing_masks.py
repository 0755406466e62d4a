"""Which pixels belong to a fused mask: STAPLE or a vote among its members, weighted by how exactly they draw."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from assay.quality.clusters import Clusters
from assay.quality.marks import Longs
from assay.quality.masks import Masks
from assay.quality.placing import FEWEST_DRAWN, learn_noise
from assay.quality.staple import PixelPatterns, Runs, staple, vote_mask

Floats = NDArray[np.float64]


def place_masks(
    clusters: Clusters,
    authors: Mapping[str, Masks],
    there: Floats,
    *,
    use_staple: bool,
    label_class: NDArray[np.int32],
    prior_noise: float,
    prior_marks: float,
    known: Floats,
) -> tuple[Masks, Floats]:
    """Fuse each cluster's masks and find each author's noise, as `place_boxes` does for boxes.

    Returns:
        One mask per cluster, and (n_authors,) noise: a quarter of 1 - IoU with the vote of all.
    """
    sizes = authors[clusters.names[0]].sizes
    members = [_members(clusters, authors, c) for c in range(len(clusters))]
    pixels = sizes.astype(np.int64).prod(axis=1)[clusters.items].tolist()
    off = np.zeros(len(clusters.rows))
    for c, masks in enumerate(members):
        votes = vote_mask(masks, pixels[c])
        off[clusters.starts[c] : clusters.starts[c + 1]] = _quarter_off(votes.patterns, votes.runs, pixels[c])
    noise = learn_noise(clusters, off, there, prior_noise=prior_noise, prior_marks=prior_marks, known=known)
    weights = 1 / noise[clusters.authors]
    fused = []
    for c, masks in enumerate(members):
        if use_staple and len(masks) >= FEWEST_DRAWN:
            fused.append(_staple_around(masks, int(sizes[clusters.items[c], 0])))
        else:
            mine = weights[clusters.starts[c] : clusters.starts[c + 1]]
            fused.append(vote_mask(masks, pixels[c], weights=mine).runs)
    none = np.empty(0, np.int32)
    return Masks(
        clusters.offsets,
        sizes,
        np.concatenate([np.zeros(1, np.int64), np.cumsum([len(starts) for starts, _ in fused], dtype=np.int64)]),
        np.concatenate([none, *(starts for starts, _ in fused)]),
        np.concatenate([none, *(ends for _, ends in fused)]),
        label_class,
    ), noise


def _members(clusters: Clusters, authors: Mapping[str, Masks], cluster: int) -> list[Runs]:
    here = range(clusters.starts[cluster], clusters.starts[cluster + 1])
    return [authors[clusters.names[clusters.authors[k]]].runs_of(int(clusters.rows[k])) for k in here]


def _quarter_off(patterns: PixelPatterns, runs: Runs, n_pixels: int) -> Floats:
    """(n_members,) a quarter of 1 - IoU of each mask with the vote."""
    vote = PixelPatterns.of([runs], n_pixels)
    voted = vote.drawn[np.searchsorted(vote.edges, patterns.edges[:-1], side="right") - 1, 0]
    length = patterns.lengths.astype(np.float64)
    inter = (length * voted) @ patterns.drawn
    union = length @ (patterns.drawn | voted[:, None])
    return np.asarray((1 - np.divide(inter, union, out=np.ones(len(union)), where=union > 0)) / 4, np.float64)


def _staple_around(masks: list[Runs], height: int) -> Runs:
    """STAPLE on the columns and rows around all masks, moved into a picture of their own."""
    starts = np.concatenate([begin for begin, _ in masks]).astype(np.int64)
    ends = np.concatenate([end for _, end in masks]).astype(np.int64)
    if len(starts) == 0:
        return masks[0]
    left, right = int(starts.min()) // height, (int(ends.max()) - 1) // height + 1
    crossing = (starts // height) != ((ends - 1) // height)
    top = 0 if crossing.any() else int((starts % height).min())
    bottom = height if crossing.any() else int(((ends - 1) % height).max()) + 1
    inner = bottom - top
    cropped = [_crop(begin, end, left, top, height, inner) for begin, end in masks]
    return _uncrop(staple(cropped, (right - left) * inner).runs, left, top, height, inner)


def _crop(begin: NDArray[np.int32], end: NDArray[np.int32], left: int, top: int, height: int, inner: int) -> Runs:
    """Runs of the whole picture as runs of the rows from `top`, `inner` of them, and the columns from `left`."""
    first, last = (
        _moved(edge.astype(np.int64), left, top, height, inner) for edge in (begin, end.astype(np.int64) - 1)
    )
    return _joined(first, last + 1)


def _moved(pixel: Longs, left: int, top: int, height: int, inner: int) -> Longs:
    return (pixel // height - left) * inner + pixel % height - top


def _joined(starts: Longs, ends: Longs) -> Runs:
    """Runs that touch after the crop become one."""
    if len(starts) == 0:
        return starts.astype(np.int32), ends.astype(np.int32)
    apart = np.concatenate([[True], starts[1:] > ends[:-1]])
    last = np.concatenate([apart[1:], [True]])
    return starts[apart].astype(np.int32), ends[last].astype(np.int32)


def _uncrop(runs: Runs, left: int, top: int, height: int, inner: int) -> Runs:
    """Runs of the cropped picture as runs of the whole one; a run over several columns is cut at their ends."""
    starts, ends = [], []
    for begin, end in zip(*(edge.astype(np.int64) for edge in runs), strict=True):
        columns = np.arange(begin // inner, (end - 1) // inner + 1)
        starts.append((columns + left) * height + top + np.maximum(begin - columns * inner, 0))
        ends.append((columns + left) * height + top + np.minimum(end - columns * inner, inner))
    none = np.empty(0, np.int64)
    return _joined(np.concatenate([none, *starts]), np.concatenate([none, *ends]))
