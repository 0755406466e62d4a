"""Where a board differs from its template: places to look at, and the crops that the network sees."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float64]

CROP: Final = 40
"""Side of a crop, in pixels of the network."""
LEAST_SIDE_PX: Final = 48.0
MOST_SIDE_PX: Final = 160.0
CONTEXT: Final = 1.6
"""Side of a crop for each unit of the proposal's longer side."""
OPEN: Final = np.ones((3, 3), bool)
JOIN: Final = np.ones((7, 7), bool)
MOST_PROPOSALS: Final = 400


def grey(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W) uint8 brightness: the mean of the colours."""
    return np.asarray(rgb.mean(axis=2), np.uint8)


def propose(board: NDArray[np.uint8], template: NDArray[np.uint8], grow: float = 1.0) -> Floats:
    """Find places where a board differs from its template.

    Both are made black and white at their middle grey, single-pixel differences are opened away, what lies within a few
    pixels of each other belongs together.

    Args:
        board: (H, W) uint8.
        template: (H, W) uint8, aligned.
        grow: how much larger people draw a defect than the difference is, as a factor of its sides.

    Returns:
        (n, 4) boxes in px, the largest difference first, at most 400.
    """
    apart = (board > _middle(board)) != (template > _middle(template))
    joined = ndimage.binary_dilation(ndimage.binary_opening(apart, OPEN), JOIN)
    labels, n = ndimage.label(joined)
    if n == 0:
        return np.empty((0, 4))
    boxes = np.array([[s[1].start, s[0].start, s[1].stop, s[0].stop] for s in ndimage.find_objects(labels)], np.float64)
    area = np.bincount(labels.ravel())[1:]
    return _grown(boxes[np.argsort(-area, kind="stable")[:MOST_PROPOSALS]], grow)


def _grown(boxes: Floats, factor: float) -> Floats:
    centre, half = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2 * factor
    return np.concatenate([centre - half, centre + half], axis=1)


def _middle(grey_: NDArray[np.uint8]) -> float:
    low, high = np.quantile(grey_, [0.02, 0.98])
    return float(low + high) / 2 if high > low else 127.0


def windows_of(boxes: Floats) -> Floats:
    """(n, 3) centre x, centre y and side in px of the square that is cut out around each box."""
    size = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    side = np.clip(CONTEXT * size, LEAST_SIDE_PX, MOST_SIDE_PX)
    return np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2, side])


def crops_of(board: NDArray[np.uint8], template: NDArray[np.uint8], windows: Floats) -> NDArray[np.float32]:
    """(n, 40, 40, 2) board and template inside each window, -1 to 1; beyond the picture its edge goes on."""
    height, width = board.shape
    steps = (np.arange(CROP) + 0.5) / CROP - 0.5
    xs = np.clip((windows[:, :1] + steps * windows[:, 2:]).astype(np.int64), 0, width - 1)
    ys = np.clip((windows[:, 1:2] + steps * windows[:, 2:]).astype(np.int64), 0, height - 1)
    both = np.stack([board, template], axis=2)
    cut = both[ys[:, :, None], xs[:, None, :]]
    return (cut.astype(np.float32) - 127.5) / 127.5


def encode(boxes: Floats, windows: Floats) -> NDArray[np.float32]:
    """(n, 4) boxes as the network gives them: centre and size in units of their window's side."""
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2 - windows[:, :2]
    return (np.concatenate([centre, boxes[:, 2:] - boxes[:, :2]], axis=1) / windows[:, 2:]).astype(np.float32)


def place(encoded: NDArray[np.float32], windows: Floats) -> Floats:
    """(n, 4) what `encode` took apart, in px; sizes of at least a pixel."""
    scaled = encoded.astype(np.float64) * windows[:, 2:]
    centre, half = windows[:, :2] + scaled[:, :2], np.maximum(scaled[:, 2:], 1.0) / 2
    return np.concatenate([centre - half, centre + half], axis=1)
