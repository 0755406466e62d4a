"""Picks the compiled kernel, or its numpy twin where no compiler was at hand, and says which one runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from assay.kernel import twin, twin_cluster, twin_rotated

compiled: ModuleType
try:
    from assay.kernel import _native as compiled
except ImportError:  # an installation without the extension: the twin has the same functions
    compiled = twin

Backend = Literal["compiled", "numpy"]
BACKEND: Final[Backend] = "numpy" if compiled is twin else "compiled"

Side = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int32]]

Sides = tuple[NDArray[np.int64], NDArray[np.int32]]
Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]

CLASS_AGNOSTIC, CLASS_AWARE, TWO_PASS = 0, 1, 2
MANY_BOXES = 20_000  # below this a second thread costs more than it saves


def match_boxes(
    left: Side, right: Side, *, threshold: float, mode: int, n_threads: int = 1, backend: Backend = BACKEND
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], int]:
    """Match the boxes of two sides item by item.

    Args:
        left: offsets (n_items + 1,) int64, boxes (n, 4) float64, classes (n,) int32; all C-contiguous and valid.
        right: the same for the other side, over the same items.
        threshold: smallest IoU that may match, in (0, 1].
        mode: `CLASS_AGNOSTIC`, `CLASS_AWARE` or `TWO_PASS`.
        n_threads: how many threads share the items; the answer does not depend on it.
        backend: which implementation runs.

    Returns:
        For each left row its right row or -1, for each right row its left row or -1, the IoU of each left row's pair
        (0 when unmatched), and the item that held too many overlapping pairs, -1 when none did.
    """
    n_items = len(left[0]) - 1
    right_of_left = np.empty(len(left[1]), np.int64)
    left_of_right = np.empty(len(right[1]), np.int64)
    iou = np.empty(len(left[1]), np.float64)
    run = twin.match_boxes if backend == "numpy" else compiled.match_boxes
    cuts = _cuts(left[0], right[0], n_items, n_threads)

    def work(first: int, last: int) -> int:
        return int(run(*left, *right, first, last, threshold, mode, right_of_left, left_of_right, iou))

    if len(cuts) == 2:  # noqa: PLR2004 - one piece has two ends
        return right_of_left, left_of_right, iou, work(0, n_items)
    with ThreadPoolExecutor(n_threads) as pool:
        stopped = list(pool.map(work, cuts[:-1], cuts[1:]))
    return right_of_left, left_of_right, iou, next((item for item in stopped if item >= 0), -1)


def cluster_boxes(
    starts: NDArray[np.int64],
    authors: NDArray[np.int32],
    boxes: NDArray[np.float64],
    *,
    threshold: float,
    backend: Backend = BACKEND,
) -> tuple[NDArray[np.int64], NDArray[np.float64], int]:
    """Join boxes by average linkage, at most one of each author in a group.

    Args:
        starts: (n_items + 1,) where each item's boxes begin.
        authors: (n,) who drew each box.
        boxes: (n, 4), sorted by x_min within an item; ties between groups go to the lowest rows.
        threshold: smallest mean IoU between two groups that are joined, in (0, 1].
        backend: which implementation runs.

    Returns:
        (n,) the first row of each box's group, (n,) that group's mean pairwise IoU (1 for a box alone), and the item
        with more than 4,096 boxes hanging together by overlaps, -1 when there is none.
    """
    group, tightness = np.empty(len(authors), np.int64), np.empty(len(authors), np.float64)
    run = twin_cluster.cluster_boxes if backend == "numpy" else compiled.cluster_boxes
    stopped_at = run(starts, authors, boxes, threshold, group, tightness)
    return group, tightness, int(stopped_at)


def cluster_pairs(
    starts: NDArray[np.int64],
    authors: NDArray[np.int32],
    pairs: Pairs,
    *,
    threshold: float,
    backend: Backend = BACKEND,
) -> tuple[NDArray[np.int64], NDArray[np.float64], int]:
    """As `cluster_boxes`, for marks of any shape whose similarities are measured already.

    `pairs` are starts by item, row, column and similarity, each pair once, row < column, by row.
    """
    group, tightness = np.empty(len(authors), np.int64), np.empty(len(authors), np.float64)
    run = twin_cluster.cluster_pairs if backend == "numpy" else compiled.cluster_pairs
    stopped_at = run(starts, authors, *pairs, threshold, group, tightness)
    return group, tightness, int(stopped_at)


def _cuts(left: NDArray[np.int64], right: NDArray[np.int64], n_items: int, n_threads: int) -> list[int]:
    """Where to cut the items so that each piece holds about as many boxes."""
    total = left + right
    if n_threads <= 1 or total[-1] < MANY_BOXES:
        return [0, n_items]
    inner = np.searchsorted(total, np.linspace(0, total[-1], 4 * n_threads + 1)[1:-1])
    return [0, *sorted({int(cut) for cut in inner if 0 < cut < n_items}), n_items]


def box_iou(a: NDArray[np.float64], b: NDArray[np.float64], *, backend: Backend = BACKEND) -> NDArray[np.float64]:
    """IoU of every box of `a` (n, 4) with every box of `b` (m, 4): an (n, m) table in [0, 1]."""
    if backend == "numpy":
        return twin.box_iou(a, b)
    out = np.zeros((len(a), len(b)))
    compiled.box_iou(np.ascontiguousarray(a), np.ascontiguousarray(b), out)
    return out


def match_pairs(
    left: Sides,
    right: Sides,
    pairs: Pairs,
    *,
    threshold: float,
    mode: int,
    backend: Backend = BACKEND,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], int]:
    """As `match_boxes`, for marks of any shape whose similarities are measured already.

    Args:
        left: offsets (n_items + 1,) int64 and classes (n,) int32.
        right: the same for the other side.
        pairs: (n_items + 1,) where each item's pairs begin, then left row, right row and similarity of each pair, by
            left row, then right row.
        threshold: smallest similarity that may match.
        mode: `CLASS_AGNOSTIC`, `CLASS_AWARE` or `TWO_PASS`.
        backend: which implementation runs.
    """
    right_of_left, left_of_right = np.empty(len(left[1]), np.int64), np.empty(len(right[1]), np.int64)
    iou = np.empty(len(left[1]), np.float64)
    starts, rows, cols, values = pairs
    run = twin.match_pairs if backend == "numpy" else compiled.match_pairs
    stopped_at = run(*left, *right, starts, rows, cols, values, threshold, mode, right_of_left, left_of_right, iou)
    return right_of_left, left_of_right, iou, int(stopped_at)


def box_pairs(
    left: tuple[NDArray[np.int64], NDArray[np.float64]],
    right: tuple[NDArray[np.int64], NDArray[np.float64]],
    *,
    backend: Backend = BACKEND,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], int]:
    """Find the pairs of boxes of the same item that share some area.

    Args:
        left: offsets (n_items + 1,) and boxes (n, 4).
        right: the same for the other side.
        backend: which implementation runs.

    Returns:
        (n_items + 1,) where each item's pairs begin, left and right row of each pair by left row, then right row, and
        the item with more than 10 million pairs, -1 when there is none.
    """
    run = twin.box_pairs if backend == "numpy" else compiled.box_pairs
    found: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], int] = run(*left, *right)
    return found


def overlap_rotated(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    *,
    backend: Backend = BACKEND,
) -> NDArray[np.float64]:
    """(n_pairs,) the area that rotated boxes `rows[i]` of a (n, 5) and `cols[i]` of b (m, 5) share."""
    out = np.zeros(len(rows))
    run = twin_rotated.overlap_rotated if backend == "numpy" else compiled.overlap_rotated
    run(a, b, rows, cols, out)
    return out
