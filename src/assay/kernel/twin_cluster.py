"""Average linkage in plain numpy: the whole table of means is looked at for every step; checks the compiled one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from assay.kernel.twin import box_iou

LARGEST_TANGLE = 4096  # marks of one item that hang together by overlaps; as in cluster.c


def cluster_boxes(
    starts: NDArray[np.int64],
    authors: NDArray[np.int32],
    boxes: NDArray[np.float64],
    threshold: float,
    group: NDArray[np.int64],
    tightness: NDArray[np.float64],
) -> int:
    """Write each box's group (its first box) and that group's mean IoU; the item that was too much, or -1."""
    rows, cols, values = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0)]
    for first, last in pairwise(starts):
        table = np.triu(box_iou(boxes[first:last], boxes[first:last]), 1)
        row, col = np.nonzero(table)
        rows.append(row + first)
        cols.append(col + first)
        values.append(table[row, col])
    pair_starts = np.cumsum([len(part) for part in rows], dtype=np.int64)
    return cluster_pairs(
        starts, authors, pair_starts, np.concatenate(rows), np.concatenate(cols), np.concatenate(values),
        threshold, group, tightness,
    )  # fmt: skip


def cluster_pairs(
    starts: NDArray[np.int64],
    authors: NDArray[np.int32],
    pair_starts: NDArray[np.int64],
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    values: NDArray[np.float64],
    threshold: float,
    group: NDArray[np.int64],
    tightness: NDArray[np.float64],
) -> int:
    """Write each mark's group (its first mark) and that group's mean similarity; the item that was too much, or -1."""
    for item in range(len(starts) - 1):
        first, n = int(starts[item]), int(starts[item + 1] - starts[item])
        here = slice(pair_starts[item], pair_starts[item + 1])
        alike = coo_array((values[here], (rows[here] - first, cols[here] - first)), shape=(n, n)).tocsr()
        _, tangle = connected_components(alike, directed=False)
        for number in np.unique(tangle) if n else []:
            marks = np.flatnonzero(tangle == number)
            if len(marks) > LARGEST_TANGLE:
                return item
            table = _block(alike, marks)
            table = table + table.T
            for members in _average_linkage(table, authors[first + marks], threshold):
                size, joined = len(members), first + marks[members]
                group[joined] = joined[0]
                inner = table[np.ix_(members, members)].sum() / 2
                tightness[joined] = inner / (size * (size - 1) / 2) if size > 1 else 1.0
    return -1


def _block(alike: csr_array[np.float64], marks: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.asarray(alike[marks].toarray()[:, marks], np.float64)


def _average_linkage(iou: NDArray[np.float64], authors: NDArray[np.int32], threshold: float) -> list[list[int]]:
    """Groups of positions; the two groups with the highest mean IoU are joined first, ties by the lowest positions."""
    n = len(authors)
    sums, size = iou.copy(), np.ones(n)
    apart = authors[:, None] == authors[None, :]
    groups: list[list[int]] = [[i] for i in range(n)]
    while True:
        mean = np.where(apart, -1.0, sums / np.outer(size, size))
        i, j = divmod(int(np.argmax(mean)), n)
        if mean[i, j] < threshold:
            return sorted(sorted(members) for members in groups if members)
        i, j = min(i, j), max(i, j)
        groups[i] += groups[j]
        groups[j] = []
        sums[i] += sums[j]
        sums[:, i] += sums[:, j]
        size[i] += size[j]
        apart[i] |= apart[j]
        apart[:, i] |= apart[:, j]
        apart[j] = apart[:, j] = True
