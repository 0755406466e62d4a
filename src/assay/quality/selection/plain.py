"""A description of pictures that needs no model: where which colours lie, and which way edges run there."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.quality.drift.errors import PicturesMisshapenError

CELLS: Final = 4
"""The picture is looked at in CELLS x CELLS parts."""
DIRECTIONS: Final = 8
PLAIN_WIDTH: Final = CELLS * CELLS * (3 + DIRECTIONS)
_BLOCK_CELLS: Final = 12_000_000


def plain_embedding(pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Describe a stack of small pictures.

    Args:
        pictures: (N, H, W, 3) uint8, H and W multiples of 4 and at least 8; whole pictures shrunk to one size.

    Returns:
        (N, 176): mean red, green, blue in [0, 1] of 4 x 4 parts, then for each part the strength of edges in 8
        directions over half a turn, square root of the share of the picture's whole strength.

    Raises:
        PicturesMisshapenError: another shape or type.

    Reference: Dalal and Triggs (2005), "Histograms of Oriented Gradients", without block normalisation.
    """
    shape = pictures.shape
    if pictures.dtype != np.uint8 or len(shape) != 4 or shape[3] != 3 or any(s % CELLS or s < 8 for s in shape[1:3]):  # noqa: PLR2004 - as said above
        raise PicturesMisshapenError(shape, str(pictures.dtype))
    step = max(1, _BLOCK_CELLS // max(1, int(np.prod(shape[1:]))))
    blocks = [_block(pictures[start : start + step]) for start in range(0, len(pictures), step)]
    return np.concatenate(blocks) if blocks else np.empty((0, PLAIN_WIDTH))


def _block(pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    x = pictures.astype(np.float32) / 255
    n, height, width, _ = x.shape
    cut = (n, CELLS, height // CELLS, CELLS, width // CELLS)
    colours = x.reshape(*cut, 3).mean(axis=(2, 4)).reshape(n, -1)
    grey = x.mean(axis=-1)
    down, across = np.gradient(grey, axis=(1, 2))
    strength = np.hypot(down, across)
    turn = np.floor(np.mod(np.arctan2(down, across), np.pi) / np.pi * DIRECTIONS).astype(np.int64) % DIRECTIONS
    edges = np.stack([(strength * (turn == d)).reshape(cut).mean(axis=(2, 4)) for d in range(DIRECTIONS)], axis=-1)
    flat = edges.reshape(n, -1)
    shares = np.sqrt(flat / np.maximum(flat.sum(axis=1, keepdims=True), 1e-12))
    return np.concatenate([colours, shares], axis=1).astype(np.float64)
