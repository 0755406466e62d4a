"""How much of a picture is shown around a mark."""

from __future__ import annotations

from assay.annotations import Box


def surroundings(box: Box, width_px: int, height_px: int, *, least_px: float = 48.0) -> Box:
    """The mark with at least half its size of surroundings on each side; may leave the picture, as the page shows."""
    del width_px, height_px
    pad_x = max((box[2] - box[0]) * 0.5, least_px / 2)
    pad_y = max((box[3] - box[1]) * 0.5, least_px / 2)
    return box[0] - pad_x, box[1] - pad_y, box[2] + pad_x, box[3] + pad_y
