"""The kernel in plain numpy: the same answers as the compiled one, by other means, for machines without a compiler.

The compiled assignment walks augmenting paths and swaps along cycles to settle ties; here the tie rule is part of the
weights themselves (Python integers of any size), so that each checks the other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PAIRS_AT_ONCE = 2_000_000
MAX_EDGES = 10_000_000  # pairs above the threshold that one item may have; as in match.c


def box_iou(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """IoU of every box of `a` (n, 4) with every box of `b` (m, 4): an (n, m) table in [0, 1]."""
    return _iou(a[:, None, :], b[None, :, :])


def _iou(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    width = np.minimum(a[..., 2], b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
    height = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
    inter = np.where((width > 0) & (height > 0), width * height, 0.0)
    return np.asarray(inter / (_area(a) + _area(b) - inter), np.float64)


def _area(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1]), np.float64)


def match_boxes(
    left_offsets: NDArray[np.int64],
    left: NDArray[np.float64],
    left_classes: NDArray[np.int32],
    right_offsets: NDArray[np.int64],
    right: NDArray[np.float64],
    right_classes: NDArray[np.int32],
    first: int,
    last: int,
    threshold: float,
    mode: int,
    right_of_left: NDArray[np.int64],
    left_of_right: NDArray[np.int64],
    iou_of_left: NDArray[np.float64],
) -> int:
    """Match items [first, last) into the three output arrays; the item that was too much, or -1."""
    mine = slice(left_offsets[first], left_offsets[last])
    theirs = slice(right_offsets[first], right_offsets[last])
    right_of_left[mine], left_of_right[theirs], iou_of_left[mine] = -1, -1, 0.0
    for item in range(first, last):
        a, b = int(left_offsets[item]), int(right_offsets[item])
        n, m = int(left_offsets[item + 1]) - a, int(right_offsets[item + 1]) - b
        rows, cols, iou = _pairs(left[a : a + n], right[b : b + m], threshold)
        if len(rows) > MAX_EDGES:
            return item
        same = left_classes[a + rows] == right_classes[b + cols]
        passes = {0: [slice(None)], 1: [same], 2: [same, ~same]}[mode]
        for chosen in passes:
            r, c, q = rows[chosen], cols[chosen], iou[chosen]
            free = (right_of_left[a + r] < 0) & (left_of_right[b + c] < 0)
            r, c, q = r[free], c[free], q[free]
            kept = assign(r, c, q)
            right_of_left[a + r[kept]] = b + c[kept]
            left_of_right[b + c[kept]] = a + r[kept]
            iou_of_left[a + r[kept]] = q[kept]
    return -1


def match_pairs(
    left_offsets: NDArray[np.int64],
    left_classes: NDArray[np.int32],
    right_offsets: NDArray[np.int64],
    right_classes: NDArray[np.int32],
    pair_starts: NDArray[np.int64],
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    values: NDArray[np.float64],
    threshold: float,
    mode: int,
    right_of_left: NDArray[np.int64],
    left_of_right: NDArray[np.int64],
    iou_of_left: NDArray[np.float64],
) -> int:
    """Match given pairs item by item into the three output arrays; the item that was too much, or -1."""
    right_of_left[:], left_of_right[:], iou_of_left[:] = -1, -1, 0.0
    same = left_classes[rows] == right_classes[cols]
    for item in range(len(left_offsets) - 1):
        here = np.arange(pair_starts[item], pair_starts[item + 1])
        here = here[values[here] >= threshold]
        parts = {0: [here], 1: [here[same[here]]], 2: [here[same[here]], here[~same[here]]]}[mode]
        for part in parts:
            pairs = part[(right_of_left[rows[part]] < 0) & (left_of_right[cols[part]] < 0)]
            local = rows[pairs] - left_offsets[item], cols[pairs] - right_offsets[item]
            kept = pairs[assign(*local, values[pairs])]
            right_of_left[rows[kept]], left_of_right[cols[kept]] = cols[kept], rows[kept]
            iou_of_left[rows[kept]] = values[kept]
    return -1


def box_pairs(
    left_offsets: NDArray[np.int64],
    left: NDArray[np.float64],
    right_offsets: NDArray[np.int64],
    right: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], int]:
    """Where each item's pairs start, rows and columns of overlapping pairs, and the item that was too much, or -1."""
    n_items = len(left_offsets) - 1
    starts, rows, cols = np.zeros(n_items + 1, np.int64), [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for item in range(n_items):
        a = left[left_offsets[item] : left_offsets[item + 1], None]
        b = right[None, right_offsets[item] : right_offsets[item + 1]]
        width = np.minimum(a[..., 2], b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
        height = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
        r, c = np.nonzero((width > 0) & (height > 0))
        rows.append(r + left_offsets[item])
        cols.append(c + right_offsets[item])
        starts[item + 1] = starts[item] + len(r)
        if len(r) > MAX_EDGES:
            return starts, np.concatenate(rows), np.concatenate(cols), item
    return starts, np.concatenate(rows), np.concatenate(cols), -1


def _pairs(
    left: NDArray[np.float64], right: NDArray[np.float64], threshold: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Row, column and IoU of every pair at or above the threshold, by row, then column."""
    rows, cols, values = [], [], []
    step = max(1, PAIRS_AT_ONCE // max(1, len(right)))
    for start in range(0, len(left), step):
        table = box_iou(left[start : start + step], right)
        r, c = np.nonzero(table >= threshold)
        rows.append(r + start)
        cols.append(c)
        values.append(table[r, c])
        if sum(map(len, rows)) > MAX_EDGES:
            break
    if not rows:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    return np.concatenate(rows), np.concatenate(cols), np.concatenate(values)


def assign(rows: NDArray[np.int64], cols: NDArray[np.int64], iou: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which of the given pairs make up the best one-to-one assignment; positions, ascending.

    Best means: largest sum of IoU in steps of 2**-48, then most pairs, then rows in ascending order take their lowest
    possible column.
    """
    row_count, col_count = np.bincount(rows), np.bincount(cols)
    alone = (row_count[rows] == 1) & (col_count[cols] == 1)
    kept = np.flatnonzero(alone).tolist()
    for component in _components(rows, cols, np.flatnonzero(~alone)):
        kept.extend(_solve(component, rows, cols, iou))
    return np.array(sorted(kept), np.int64)


def _components(rows: NDArray[np.int64], cols: NDArray[np.int64], pairs: NDArray[np.int64]) -> list[list[int]]:
    """Group pairs that share a row or a column, directly or through others."""
    parent: dict[tuple[str, int], tuple[str, int]] = {}

    def root(node: tuple[str, int]) -> tuple[str, int]:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for pair in pairs:
        parent[root(("row", int(rows[pair])))] = root(("col", int(cols[pair])))
    groups: dict[tuple[str, int], list[int]] = {}
    for pair in pairs:
        groups.setdefault(root(("row", int(rows[pair]))), []).append(int(pair))
    return list(groups.values())


def _solve(pairs: list[int], rows: NDArray[np.int64], cols: NDArray[np.int64], iou: NDArray[np.float64]) -> list[int]:
    """Solve one component exactly, the tie rule written into the low digits of the weights."""
    my_rows = sorted({int(rows[p]) for p in pairs})
    my_cols = sorted({int(cols[p]) for p in pairs})
    n, m = len(my_rows), len(my_cols)
    low_bits = min(n, m).bit_length()
    scale = 2.0 ** min(48, 60 - low_bits)
    base = m + 1
    weights = [[0] * m for _ in range(n)]
    found: dict[tuple[int, int], int] = {}
    for p in pairs:
        i, j = my_rows.index(int(rows[p])), my_cols.index(int(cols[p]))
        total = (int(np.rint(iou[p] * scale)) << low_bits) + 1
        weights[i][j] = total * base**n + (m - j) * base ** (n - 1 - i)
        found[i, j] = p
    return [found[i, j] for i, j in enumerate(_hungarian(weights, n, m)) if (i, j) in found]


def _hungarian(weights: list[list[int]], n: int, m: int) -> list[int]:
    """Column of each row in the assignment of the largest total weight; -1 when unmatched.

    The dense form with potentials (Jonker and Volgenant 1987), every row having a dummy column of weight 0.
    """
    table = _Dense([[-w for w in row] + [0] * n for row in weights], n, m + n)
    for row in range(1, n + 1):
        table.insert(row)
    answer = [-1] * n
    for j in range(1, m + 1):
        if table.owner[j]:
            answer[table.owner[j] - 1] = j - 1
    return answer


class _Dense:
    """A square-ish cost table being assigned row by row; rows and columns count from 1, 0 is the new row's place."""

    def __init__(self, costs: list[list[int]], n_rows: int, n_cols: int) -> None:
        self.costs, self.columns = costs, range(1, n_cols + 1)
        self.u, self.v, self.owner = [0] * (n_rows + 1), [0] * (n_cols + 1), [0] * (n_cols + 1)

    def insert(self, row: int) -> None:
        """Add one row along the cheapest path that ends in a free column."""
        far = 1 + sum(abs(cost) for line in self.costs for cost in line) * 4
        best, way = [far] * len(self.owner), [0] * len(self.owner)
        used: list[int] = []
        self.owner[0], column = row, 0
        while self.owner[column] != 0:
            used.append(column)
            open_columns = [j for j in self.columns if j not in used]
            self._look(column, open_columns, best, way)
            column = min(open_columns, key=best.__getitem__)
            self._shift(used, open_columns, best, best[column])
        while column:
            self.owner[column] = self.owner[way[column]]
            column = way[column]

    def _look(self, column: int, open_columns: list[int], best: list[int], way: list[int]) -> None:
        row = self.owner[column]
        for j in open_columns:
            reach = self.costs[row - 1][j - 1] - self.u[row] - self.v[j]
            if reach < best[j]:
                best[j], way[j] = reach, column

    def _shift(self, used: list[int], open_columns: list[int], best: list[int], delta: int) -> None:
        for j in used:
            self.u[self.owner[j]] += delta
            self.v[j] -= delta
        for j in open_columns:
            best[j] -= delta
