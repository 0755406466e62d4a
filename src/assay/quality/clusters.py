"""Join the marks that several authors made of the same thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from assay.kernel import native
from assay.quality.boxes import Boxes
from assay.quality.errors import TooManyOverlapsError
from assay.quality.keypoints import Keypoints
from assay.quality.marks import Longs, Marks
from assay.quality.similarity import Pairs, similar_pairs


@dataclass(frozen=True, eq=False)
class Clusters:
    """Groups of marks, at most one of each author, ordered by item and then by the first coordinates in them.

    The members of cluster c are the entries `starts[c]` up to `starts[c + 1]` of `authors`, `rows` and `classes`.

    Attributes:
        names: the authors in order.
        n_items: how many items there are.
        items: (n,) the item each cluster lies on.
        starts: (n + 1,) where each cluster's members begin.
        authors: (n_members,) position of each member's author in `names`; ascending within a cluster.
        rows: (n_members,) row among that author's marks.
        classes: (n_members,) class each member names.
        tightness: (n,) mean similarity over the pairs of each cluster's marks; 1 for a mark alone.
    """

    names: tuple[str, ...]
    n_items: int
    items: Longs
    starts: Longs
    authors: Longs
    rows: Longs
    classes: NDArray[np.int32]
    tightness: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.items)

    @property
    def sizes(self) -> Longs:
        """(n,) members of each cluster."""
        return np.diff(self.starts)

    @property
    def owners(self) -> Longs:
        """(n_members,) the cluster of each member."""
        return np.repeat(np.arange(len(self), dtype=np.int64), self.sizes)

    @property
    def offsets(self) -> Longs:
        """(n_items + 1,) where each item's clusters begin."""
        return np.searchsorted(self.items, np.arange(self.n_items + 1)).astype(np.int64)

    def gather(self, of_author: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """One row per member out of each author's table (n_marks, ...)."""
        first = next(iter(of_author.values()))
        out = np.empty((len(self.rows), *first.shape[1:]))
        for number, name in enumerate(self.names):
            mine = self.authors == number
            out[mine] = of_author[name][self.rows[mine]]
        return out


@dataclass(frozen=True, eq=False)
class BoxClusters(Clusters):
    """Groups of boxes, with the boxes themselves.

    Attributes:
        xyxy: (n_members, 4) each member's box.
    """

    xyxy: NDArray[np.float64]


def cluster_boxes(authors: Mapping[str, Boxes], *, threshold: float) -> BoxClusters:
    """Join boxes; see `cluster_marks`."""
    found = cluster_marks(authors, threshold=threshold)
    xyxy = found.gather({name: boxes.xyxy for name, boxes in authors.items()})
    return BoxClusters(**{part.name: getattr(found, part.name) for part in fields(found)}, xyxy=xyxy)


def cluster_marks(authors: Mapping[str, Marks], *, threshold: float) -> Clusters:
    """Join marks by average linkage: the two groups of the highest mean similarity first, while it reaches `threshold`.

    A group never holds two marks of one author. Classes are not looked at. Ties go by coordinates, then class; the
    order of the authors does not matter.
    """
    names = tuple(sorted(authors))
    parts = [authors[name] for name in names]
    items, classes = np.concatenate([p.items for p in parts]), np.concatenate([p.classes for p in parts])
    author = np.repeat(np.arange(len(names), dtype=np.int64), [len(p) for p in parts])
    row = np.concatenate([np.arange(len(p), dtype=np.int64) for p in parts])
    keys = np.concatenate([p.sort_keys for p in parts])
    order = np.lexsort((author, classes, *keys.T[::-1], items))
    starts = np.searchsorted(items[order], np.arange(parts[0].n_items + 1)).astype(np.int64)
    sorted_author = author[order].astype(np.int32)
    if all(isinstance(part, Boxes) for part in parts):
        found = native.cluster_boxes(starts, sorted_author, np.ascontiguousarray(keys[order]), threshold=threshold)
    else:
        found = native.cluster_pairs(starts, sorted_author, _pairs(parts, order, starts), threshold=threshold)
    first_of_group, tightness, stopped_at = found
    if stopped_at >= 0:
        raise TooManyOverlapsError(stopped_at, n_boxes=int(starts[stopped_at + 1] - starts[stopped_at]))
    firsts, cluster = np.unique(first_of_group, return_inverse=True)
    in_order = order[np.lexsort((author[order], cluster))]
    return Clusters(
        names=names,
        n_items=parts[0].n_items,
        items=items[order][firsts],
        starts=np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(cluster, minlength=len(firsts)))]),
        authors=author[in_order],
        rows=row[in_order],
        classes=classes[in_order],
        tightness=tightness[firsts],
    )


def _pairs(parts: list[Marks], order: Longs, starts: Longs) -> native.Pairs:
    """Every pair of marks by different authors with anything in common, in the places `order` gives them."""
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    begins = np.concatenate([np.zeros(1, np.int64), np.cumsum([len(part) for part in parts])])
    rows, cols, values = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0)]
    for a, b in combinations(range(len(parts)), 2):
        shared = np.flatnonzero((parts[a].counts > 0) & (parts[b].counts > 0))
        pairs = _both_ways(parts[a].take(shared), parts[b].take(shared))
        rows.append(place[begins[a] + _rows_of(parts[a], shared)[pairs.rows]])
        cols.append(place[begins[b] + _rows_of(parts[b], shared)[pairs.cols]])
        values.append(pairs.values)
    one, two, value = np.concatenate(rows), np.concatenate(cols), np.concatenate(values)
    low, high = np.minimum(one, two), np.maximum(one, two)
    by_row = np.lexsort((high, low))
    return np.searchsorted(low[by_row], starts).astype(np.int64), low[by_row], high[by_row], value[by_row]


def _both_ways(left: Marks, right: Marks) -> Pairs:
    """Similarities that do not depend on which side is which: those of keypoints are taken both ways."""
    pairs = similar_pairs(left, right)
    if not isinstance(left, Keypoints):
        return pairs
    back = similar_pairs(right, left)
    keys, theirs = pairs.rows * len(right) + pairs.cols, back.cols * len(right) + back.rows
    order = np.argsort(theirs)
    at = np.searchsorted(theirs[order], keys)
    there = at < len(theirs)
    there[there] = theirs[order][at[there]] == keys[there]  # what is alike one way only counts half
    other = np.zeros(len(keys))
    other[there] = back.values[order][at[there]]
    return Pairs(pairs.starts, pairs.rows, pairs.cols, (pairs.values + other) / 2)


def _rows_of(marks: Marks, items: Longs) -> Longs:
    """Rows of the marks on the given items, in their order."""
    counts = marks.counts[items]
    ends = np.cumsum(counts)
    return np.asarray(np.arange(counts.sum()) + np.repeat(marks.offsets[items] - (ends - counts), counts), np.int64)
