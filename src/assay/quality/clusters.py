"""Join the boxes that several authors drew around the same thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.kernel import native
from assay.quality.boxes import Boxes
from assay.quality.errors import TooManyOverlapsError


@dataclass(frozen=True, eq=False)
class Clusters:
    """Groups of boxes, at most one of each author, ordered by item and then by the smallest coordinates in them.

    The members of cluster c are the rows `starts[c]` up to `starts[c + 1]` of `authors`, `rows`, `xyxy` and `classes`.

    Attributes:
        names: the authors in order.
        n_items: how many items there are.
        items: (n,) the item each cluster lies on.
        starts: (n + 1,) where each cluster's members begin.
        authors: (n_members,) position of each member's author in `names`; ascending within a cluster.
        rows: (n_members,) row among that author's boxes.
        xyxy: (n_members, 4) the boxes themselves.
        classes: (n_members,) their classes.
        tightness: (n,) mean IoU over the pairs of each cluster's boxes; 1 for a box alone.
    """

    names: tuple[str, ...]
    n_items: int
    items: NDArray[np.int64]
    starts: NDArray[np.int64]
    authors: NDArray[np.int64]
    rows: NDArray[np.int64]
    xyxy: NDArray[np.float64]
    classes: NDArray[np.int32]
    tightness: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.items)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """(n,) members of each cluster."""
        return np.diff(self.starts)

    @property
    def owners(self) -> NDArray[np.int64]:
        """(n_members,) the cluster of each member."""
        return np.repeat(np.arange(len(self), dtype=np.int64), self.sizes)


def cluster_boxes(authors: Mapping[str, Boxes], *, threshold: float) -> Clusters:
    """Join boxes by average linkage: the two groups of the highest mean IoU first, while it is at or above `threshold`.

    A group never holds two boxes of one author. Classes are not looked at. Ties go by coordinates, then class; the
    order of the authors does not matter.
    """
    names = tuple(sorted(authors))
    items = np.concatenate([authors[name].items for name in names])
    xyxy = np.concatenate([authors[name].xyxy for name in names])
    classes = np.concatenate([authors[name].classes for name in names])
    author = np.repeat(np.arange(len(names), dtype=np.int64), [len(authors[name]) for name in names])
    row = np.concatenate([np.arange(len(authors[name]), dtype=np.int64) for name in names])
    order = np.lexsort((author, classes, *xyxy.T[::-1], items))
    starts = np.searchsorted(items[order], np.arange(authors[names[0]].n_items + 1))
    first_of_group, tightness, stopped_at = native.cluster_boxes(
        starts, xyxy[order], author[order].astype(np.int32), threshold=threshold
    )
    if stopped_at >= 0:
        raise TooManyOverlapsError(stopped_at, n_boxes=int(starts[stopped_at + 1] - starts[stopped_at]))
    firsts, cluster = np.unique(first_of_group, return_inverse=True)
    in_order = order[np.lexsort((author[order], cluster))]
    return Clusters(
        names=names,
        n_items=authors[names[0]].n_items,
        items=items[order][firsts],
        starts=np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(cluster, minlength=len(firsts)))]),
        authors=author[in_order],
        rows=row[in_order],
        xyxy=xyxy[in_order],
        classes=classes[in_order],
        tightness=tightness[firsts],
    )
