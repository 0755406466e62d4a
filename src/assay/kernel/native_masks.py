"""Masks by the compiled kernel, or by its numpy twin where no compiler was at hand.

A pixel's number is x * height + y (columns first, as COCO). A mask is its runs of set pixels: starts and ends (int32,
the end not included), ascending, neither empty nor touching. Many masks are one array of each, cut by `run_starts`.
"""

from __future__ import annotations

from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from assay.kernel import native, twin_masks
from assay.kernel.twin_masks import Ints, Longs, Runs

OR, AND, MINUS = 0b1110, 0b1000, 0b0100  # bit 2 * (in a) + (in b)

Masks = tuple[Longs, Ints, Ints]  # run_starts, starts, ends


def _module(backend: native.Backend) -> ModuleType:
    return twin_masks if backend == "numpy" else native.compiled


def rasterise(
    points: NDArray[np.float64],
    ring_points: Longs,
    is_hole: NDArray[np.uint8],
    mask_rings: Longs,
    sizes: Ints,
    *,
    backend: native.Backend = native.BACKEND,
) -> Masks:
    """Fill polygons, to the bit as COCO's reference code does.

    Args:
        points: (n_points, 2) x, y in pixels, within a hundred million.
        ring_points: (n_rings + 1,) where each ring's points begin; a ring closes by itself.
        is_hole: (n_rings,) 1 where a ring is cut out of the outer ring before it.
        mask_rings: (n_masks + 1,) where each mask's rings begin; its outer rings are joined.
        sizes: (n_masks, 2) height and width of each mask's image; height x width below 2**31.
        backend: which implementation runs.
    """
    found: Masks = _module(backend).rasterise(points, ring_points, is_hole, mask_rings, sizes)
    return found


def combine_runs(a: Runs, b: Runs, keep: int, *, backend: native.Backend = native.BACKEND) -> Runs:
    """Put two masks of the same size together: `OR`, `AND` or `MINUS` (what is in a but not in b)."""
    found: Runs = _module(backend).combine_runs(*a, *b, keep)
    return found


def read_rle(
    text: NDArray[np.uint8], text_starts: Longs, sizes: Ints, *, backend: native.Backend = native.BACKEND
) -> tuple[Longs, Ints, Ints, int]:
    """Read COCO's run-length strings, one after another in `text`; the last number is the first wrong mask, or -1.

    Wrong is a character outside the alphabet, a negative length, or lengths that do not add up to height x width.
    """
    found: tuple[Longs, Ints, Ints, int] = _module(backend).read_rle(text, text_starts, sizes)
    return found


def write_rle(runs: Runs, area: int, *, backend: native.Backend = native.BACKEND) -> bytes:
    """Write one mask as COCO's run-length string; `area` is height x width."""
    text: bytes = _module(backend).write_rle(*runs, area)
    return text


def measure_masks(
    masks: Masks, heights: Ints, *, backend: native.Backend = native.BACKEND
) -> tuple[Longs, NDArray[np.float64]]:
    """Set pixels of every mask, and its enclosing box (n, 4) x_min y_min x_max y_max; an empty mask's box is all 0."""
    area, boxes = np.zeros(len(heights), np.int64), np.zeros((len(heights), 4))
    _module(backend).measure_masks(*masks, heights, area, boxes)
    return area, boxes


def overlap_masks(a: Masks, b: Masks, rows: Longs, cols: Longs, *, backend: native.Backend = native.BACKEND) -> Longs:
    """(n_pairs,) pixels that mask `rows[i]` of a and mask `cols[i]` of b share."""
    out = np.zeros(len(rows), np.int64)
    _module(backend).overlap_masks(*a, *b, rows, cols, out)
    return out
