"""Masks in plain numpy: the compiled kernel's answers, found the long way round so that each checks the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Runs = tuple[Ints, Ints]

FINE = 5  # steps to a pixel when an outline is walked
WORD = 5  # bits of a count in one character of a run-length string
LAST_CHARACTER = 63
LONGEST_COUNT = 8  # characters


def rasterise(
    points: NDArray[np.float64], ring_points: Longs, is_hole: NDArray[np.uint8], mask_rings: Longs, sizes: Ints
) -> tuple[Longs, Ints, Ints]:
    """Run starts of each mask, starts and ends of runs; as COCO's polygons, with holes."""
    masks = []
    for mask, (height, width) in enumerate(sizes):
        whole = np.zeros(int(height) * int(width), np.bool_)
        part = whole.copy()
        for ring in range(mask_rings[mask], mask_rings[mask + 1]):
            filled = _fill(points[ring_points[ring] : ring_points[ring + 1]], int(height), int(width))
            if is_hole[ring]:
                part &= ~filled
            else:
                whole |= part
                part = filled
        masks.append(_runs_of(whole | part))
    return _pack(masks)


def _fill(ring: NDArray[np.float64], height: int, width: int) -> NDArray[np.bool_]:
    """The pixels inside one ring: walk its outline in fifths of a pixel and toggle below every crossed centre line."""
    corners = np.trunc(FINE * ring + 0.5).astype(np.int64)
    walked = [_walk(a, b) for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)]
    path = np.concatenate(walked) if walked else np.zeros((0, 2), np.int64)
    crossed = np.flatnonzero(np.diff(path[:, 0]))
    here, after = path[crossed], path[crossed + 1]
    column = (np.minimum(here[:, 0], after[:, 0]) + 0.5) / FINE - 0.5
    row = (np.minimum(here[:, 1], after[:, 1]) + 0.5) / FINE - 0.5
    on_centre = (np.floor(column) == column) & (column >= 0) & (column <= width - 1)
    toggle = column[on_centre].astype(np.int64) * height + np.ceil(np.clip(row[on_centre], 0, height)).astype(np.int64)
    flips = np.bincount(toggle, minlength=height * width + 1)[: height * width]
    return np.asarray(np.cumsum(flips) % 2 == 1)


def _walk(a: Longs, b: Longs) -> Longs:
    """Every step from a to b along the longer direction, the other coordinate rounded."""
    delta = np.abs(b - a)
    flat = bool(delta[0] >= delta[1])
    along = 0 if flat else 1
    start, end = (a, b) if a[along] <= b[along] else (b, a)
    length = int(delta[along])
    t = np.arange(length + 1)
    slope = (end[1 - along] - start[1 - along]) / length if length else 0.0
    steps = np.empty((length + 1, 2), np.int64)
    steps[:, along] = start[along] + t
    steps[:, 1 - along] = np.trunc(start[1 - along] + slope * t + 0.5).astype(np.int64)
    return steps if start is a else steps[::-1]


def _runs_of(pixels: NDArray[np.bool_]) -> Runs:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], pixels, [False]]).astype(np.int8)))
    return edges[0::2].astype(np.int32), edges[1::2].astype(np.int32)


def _pack(masks: list[Runs]) -> tuple[Longs, Ints, Ints]:
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum([len(mask[0]) for mask in masks], dtype=np.int64)])
    none = np.empty(0, np.int32)
    return starts, np.concatenate([none, *(m[0] for m in masks)]), np.concatenate([none, *(m[1] for m in masks)])


def combine_runs(a_start: Ints, a_end: Ints, b_start: Ints, b_end: Ints, keep: int) -> Runs:
    """Starts and ends of the runs of two masks put together; bit 2 * (in a) + (in b) of `keep` says what stays."""
    at = np.unique(np.concatenate([a_start, a_end, b_start, b_end]))
    in_a = np.searchsorted(a_start, at, side="right") > np.searchsorted(a_end, at, side="right")
    in_b = np.searchsorted(b_start, at, side="right") > np.searchsorted(b_end, at, side="right")
    stays = (keep >> (2 * in_a.astype(np.int64) + in_b)) & 1
    change = np.flatnonzero(np.diff(np.concatenate([[0], stays])))
    return at[change[0::2]].astype(np.int32), at[change[1::2]].astype(np.int32)


def read_rle(text: NDArray[np.uint8], text_starts: Longs, sizes: Ints) -> tuple[Longs, Ints, Ints, int]:
    """Run starts of each mask, starts and ends of runs, and the number of the first wrong mask, or -1."""
    masks: list[Runs] = []
    for mask, (height, width) in enumerate(sizes):
        counts = _counts(text[text_starts[mask] : text_starts[mask + 1]])
        if counts is None or min(counts, default=0) < 0 or sum(counts) != int(height) * int(width):
            return *_pack(masks), mask
        masks.append(_runs_of(np.repeat(np.arange(len(counts)) % 2 == 1, counts)))
    return *_pack(masks), -1


def _counts(text: NDArray[np.uint8]) -> list[int] | None:
    """The run lengths of one string; None when it is not one."""
    counts: list[int] = []
    count = n_characters = 0
    for byte in text:
        c = int(byte) - 48
        if not 0 <= c <= LAST_CHARACTER or n_characters == LONGEST_COUNT:
            return None
        count |= (c & 0x1F) << (WORD * n_characters)
        n_characters += 1
        if c & 0x20:
            continue
        if c & 0x10:
            count -= 1 << (WORD * n_characters)
        counts.append(count + (counts[-2] if len(counts) > 2 else 0))  # noqa: PLR2004 - the first three stand alone
        count = n_characters = 0
    return counts if n_characters == 0 else None


def write_rle(start: Ints, end: Ints, area: int) -> bytes:
    """COCO's run-length string of one mask."""
    edges = np.concatenate([[0], np.column_stack([start, end]).ravel(), [area]])
    counts = [int(count) for count in np.diff(edges)]
    if len(counts) > 1 and counts[-1] == 0:
        counts.pop()
    text = bytearray()
    for number, count in enumerate(counts):
        rest, more = count - (counts[number - 2] if number > 2 else 0), True  # noqa: PLR2004 - as in _counts
        while more:
            c, rest = rest & 0x1F, rest >> WORD
            more = rest != -1 if c & 0x10 else rest != 0
            text.append((c | 0x20 if more else c) + 48)
    return bytes(text)


def measure_masks(
    run_starts: Longs, start: Ints, end: Ints, heights: Ints, area: Longs, boxes: NDArray[np.float64]
) -> None:
    """Write the number of set pixels and the enclosing box of every mask; an empty mask has an empty box at 0."""
    for mask, height in enumerate(heights):
        pixels = [np.arange(a, b) for a, b in zip(*_slice(run_starts, start, end, mask), strict=True)]
        here = np.concatenate(pixels) if pixels else np.empty(0, np.int64)
        x, y = np.divmod(here, int(height))
        area[mask] = len(here)
        boxes[mask] = (x.min(), y.min(), x.max() + 1, y.max() + 1) if len(here) else 0


def _slice(run_starts: Longs, start: Ints, end: Ints, mask: int) -> Runs:
    here = slice(run_starts[mask], run_starts[mask + 1])
    return start[here], end[here]


def overlap_masks(
    a_starts: Longs, a_start: Ints, a_end: Ints, b_starts: Longs, b_start: Ints, b_end: Ints,
    rows: Longs, cols: Longs, out: Longs,
) -> None:  # fmt: skip
    """Write the number of pixels that masks `rows` and `cols` share."""
    for pair, (row, col) in enumerate(zip(rows, cols, strict=True)):
        a, b = _slice(a_starts, a_start, a_end, int(row)), _slice(b_starts, b_start, b_end, int(col))
        out[pair] = (_set_below(b, a[1]) - _set_below(b, a[0])).sum()


def _set_below(runs: Runs, pixel: Ints) -> Longs:
    """How many pixels of a mask have a number below each of the given ones."""
    start, end = (edge.astype(np.int64) for edge in runs)
    total = np.concatenate([np.zeros(1, np.int64), np.cumsum(end - start)])
    n_begun = np.searchsorted(start, pixel)
    last = np.maximum(n_begun - 1, 0)
    beyond = np.maximum(end[last] - pixel, 0) if len(start) else np.zeros(len(pixel), np.int64)
    return np.asarray(total[n_begun] - np.where(n_begun > 0, beyond, 0), np.int64)
