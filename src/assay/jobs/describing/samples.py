"""What is looked at of a picture: samples at its own resolution, and the whole of it shrunk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from assay.quality.drift import image_statistics

Bytes = NDArray[np.uint8]

TILE_PX: Final = 64
GRID: Final = 4
"""GRID x GRID tiles of TILE_PX are cut from a picture, so that noise and sharpness are those of the camera."""
LEAST_PX: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A picture as the describer sees it.

    Attributes:
        tiles: (T, h, w, 3) samples at the picture's own resolution, spread evenly; a side below 64 px is taken whole.
        small: (S, S, 3) the whole picture, squeezed to a square.
    """

    tiles: Bytes
    small: Bytes


def sample(rgb: Bytes, side_px: int) -> Sample:
    """Cut samples out of an upright picture of at least 3 x 3 px, (H, W, 3) uint8."""
    height, width = rgb.shape[:2]
    down, across = _starts(height), _starts(width)
    tall, wide = min(TILE_PX, height), min(TILE_PX, width)
    tiles = np.stack([rgb[y : y + tall, x : x + wide] for y in down for x in across])
    small = Image.fromarray(rgb).resize((side_px, side_px), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return Sample(tiles, np.asarray(small, np.uint8))


def _starts(length: int) -> list[int]:
    if length <= TILE_PX:
        return [0]
    return [round(k * (length - TILE_PX) / (GRID - 1)) for k in range(GRID)]


def statistics_of(samples: Sequence[Sample]) -> NDArray[np.float64]:
    """(N, 11) statistics, one call for all pictures whose samples have one shape."""
    found = np.empty((len(samples), 11))
    shapes: dict[tuple[int, ...], list[int]] = {}
    for row, one in enumerate(samples):
        shapes.setdefault(one.tiles.shape, []).append(row)
    for shape, rows in shapes.items():
        found[rows] = image_statistics(np.concatenate([samples[row].tiles for row in rows]), tiles=shape[0])
    return found
