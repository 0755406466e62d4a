"""Run lengths of masks as COCO writes them: down the columns, background first, five bits and a flag a character."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assay.formats.limits import MAX_MASK_PX
from assay.formats.values import RowError

_FIRST, _LAST = 48, 48 + 63  # the alphabet: "0" and the 63 characters after it
_MORE, _SIGN, _BITS = 0x20, 0x10, 5
_MAX_GROUPS = 13  # 65 bits; longer numbers cannot be run lengths
_DELTA_FROM = 3  # counts from the fourth on are stored as the difference to the count two before


def counts_of_string(text: str) -> list[int]:
    """Decode the compressed string; `RowError` for a cut one, a stranger's character or an endless number.

    Source: `rleFrString` of the COCO API (maskApi.c).
    """
    counts: list[int] = []
    value = shift = 0
    for character in text:
        code = ord(character) - _FIRST
        if not 0 <= code <= _LAST - _FIRST:
            raise RowError("the mask's run lengths hold a character that is not one of theirs")
        value |= (code & 0x1F) << shift
        shift += _BITS
        if code & _MORE:
            if shift > _BITS * _MAX_GROUPS:
                raise RowError("the mask's run lengths hold a number that never ends")
            continue
        if code & _SIGN:
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) >= _DELTA_FROM else value)
        value = shift = 0
    if shift:
        raise RowError("the mask's run lengths are cut off")
    return counts


def string_of_counts(counts: Sequence[int]) -> str:
    """Encode run lengths as the compressed string (`rleToString` of the COCO API)."""
    characters: list[str] = []
    for i, count in enumerate(counts):
        rest = count - counts[i - 2] if i >= _DELTA_FROM else count
        more = True
        while more:
            group = rest & 0x1F
            rest >>= _BITS
            more = rest != -1 if group & _SIGN else rest != 0
            characters.append(chr(group + (_MORE if more else 0) + _FIRST))
    return "".join(characters)


def check_counts(counts: Sequence[int], width_px: int, height_px: int) -> None:
    """Refuse run lengths that are negative or do not fill the picture exactly."""
    if width_px * height_px > MAX_MASK_PX:
        raise RowError(f"the mask covers {width_px * height_px} px, over the limit of {MAX_MASK_PX}")
    if any(count < 0 for count in counts):
        raise RowError("the mask's run lengths hold a negative run")
    if sum(counts) != width_px * height_px:
        raise RowError(f"the mask's run lengths add up to {sum(counts)} px, not {width_px * height_px}")


def counts_of_mask(mask: NDArray[np.bool_]) -> list[int]:
    """Run lengths of a (height, width) mask, background first."""
    flat = np.concatenate([[False], mask.ravel(order="F"), [False]])
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    if len(edges) == 0:
        return [mask.size]
    counts = np.diff(np.concatenate([[0], edges, [mask.size]]))
    return [int(count) for count in (counts if edges[-1] != mask.size else counts[:-1])]


def mask_of_counts(counts: Sequence[int], width_px: int, height_px: int) -> NDArray[np.bool_]:
    """The (height, width) mask; the counts must have passed `check_counts`."""
    values = np.arange(len(counts)) % 2 == 1
    return np.repeat(values, counts).reshape((height_px, width_px), order="F")


def area_of_counts(counts: Sequence[int]) -> int:
    """Pixels of the mask."""
    return sum(counts[1::2])


def box_of_counts(counts: Sequence[int], height_px: int) -> tuple[float, float, float, float]:
    """Tight pixel edges x_min y_min x_max y_max of the mask; `RowError` when it is empty."""
    ends = np.cumsum(np.asarray(counts, dtype=np.int64))
    starts, stops = ends[0::2][: len(counts) // 2], ends[1::2]
    starts, stops = starts[stops > starts], stops[stops > starts]
    if len(starts) == 0:
        raise RowError("the mask is empty")
    first_column, last_column = starts // height_px, (stops - 1) // height_px
    spans = first_column != last_column  # a run over a column's end touches both edges
    tops = np.where(spans, 0, starts % height_px)
    bottoms = np.where(spans, height_px - 1, (stops - 1) % height_px)
    return float(first_column.min()), float(tops.min()), float(last_column.max() + 1), float(bottoms.max() + 1)
