"""Join the boxes that several authors drew around the same thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.kernel.twin import box_iou
from assay.quality.boxes import Boxes


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
    """

    names: tuple[str, ...]
    n_items: int
    items: NDArray[np.int64]
    starts: NDArray[np.int64]
    authors: NDArray[np.int64]
    rows: NDArray[np.int64]
    xyxy: NDArray[np.float64]
    classes: NDArray[np.int32]

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
    cluster = _label(items[order], xyxy[order], author[order], threshold)
    in_order = order[np.lexsort((author[order], cluster))]
    sizes = np.bincount(cluster)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    return Clusters(
        names=names,
        n_items=authors[names[0]].n_items,
        items=items[in_order][starts[:-1]],
        starts=starts,
        authors=author[in_order],
        rows=row[in_order],
        xyxy=xyxy[in_order],
        classes=classes[in_order],
    )


def _label(
    items: NDArray[np.int64], xyxy: NDArray[np.float64], author: NDArray[np.int64], threshold: float
) -> NDArray[np.int64]:
    """(n,) cluster number of each box, counted in the order of each cluster's first box."""
    labels = np.empty(len(items), np.int64)
    starts = np.flatnonzero(np.diff(items, prepend=-1))
    n_clusters = 0
    for first, last in zip(starts, [*starts[1:], len(items)], strict=True):
        here = slice(first, last)
        groups = _average_linkage(box_iou(xyxy[here], xyxy[here]), author[here], threshold)
        for group in groups:
            labels[first + np.array(group)] = n_clusters
            n_clusters += 1
    return labels


def _average_linkage(iou: NDArray[np.float64], author: NDArray[np.int64], threshold: float) -> list[list[int]]:
    n = len(author)
    sums, size = iou.copy(), np.ones(n)
    apart = author[:, None] == author[None, :]
    groups: list[list[int]] = [[i] for i in range(n)]
    while True:
        mean = np.where(apart, -1.0, sums / np.outer(size, size))
        i, j = divmod(int(np.argmax(mean)), n)
        if mean[i, j] < threshold:
            return sorted(sorted(group) for group in groups if group)
        i, j = min(i, j), max(i, j)
        groups[i] += groups[j]
        groups[j] = []
        sums[i] += sums[j]
        sums[:, i] += sums[:, j]
        size[i] += size[j]
        apart[i] |= apart[j]
        apart[:, i] |= apart[:, j]
        apart[j] = apart[:, j] = True
