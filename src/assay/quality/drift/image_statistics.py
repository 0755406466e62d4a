"""Eleven plain statistics of pictures: cheap, always there, and what a camera, a lamp or a lens moves first."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.quality.drift.errors import PicturesMisshapenError

STATISTICS: Final = (
    "mean_red",
    "mean_green",
    "mean_blue",
    "contrast",
    "dark_end",
    "light_end",
    "saturation",
    "sharpness",
    "detail_across",
    "detail_down",
    "grain",
)
"""Names of the columns of `image_statistics`, in order."""
WORDS: Final = {
    "mean_red": "red",
    "mean_green": "green",
    "mean_blue": "blue",
    "contrast": "contrast",
    "dark_end": "the darkest parts",
    "light_end": "the lightest parts",
    "saturation": "colour strength",
    "sharpness": "sharpness",
    "detail_across": "detail across",
    "detail_down": "detail down",
    "grain": "fine grain",
}
"""What each statistic is called on pages."""

_BLOCK_CELLS: Final = 24_000_000
_COLOURS: Final = 3
_LEAST_PX: Final = 3


def image_statistics(pictures: NDArray[np.uint8], tiles: int = 1) -> NDArray[np.float64]:
    """Describe a stack of pictures of one size, all at once.

    Args:
        pictures: (N, H, W, 3) uint8, red green blue, H and W at least 3; with `tiles` > 1, (N * tiles, H, W, 3).
        tiles: samples cut from each picture, one after the other; a picture is then described by all of its tiles
            together, and no neighbours across a tile's edge are compared.

    Returns:
        (N, 11) float64 in the order of `STATISTICS`: means of red, green, blue (0 to 255); standard deviation, 5th and
        95th percentile of grey, the mean of the three colours; mean of (max - min) / (max + 1) over the colours;
        log(1 + variance of the Laplacian); log(1 + mean squared difference of neighbours) across and down;
        log(1 + mean absolute Laplacian). The Laplacian has four neighbours and stays inside the picture.

    Raises:
        PicturesMisshapenError: another shape or type.
    """
    shape = pictures.shape
    wrong = pictures.dtype != np.uint8 or len(shape) != 4 or shape[3] != _COLOURS  # noqa: PLR2004 - four axes
    if wrong or tiles < 1 or shape[0] % tiles or min(shape[1:3]) < _LEAST_PX:
        raise PicturesMisshapenError(shape, str(pictures.dtype))
    n = shape[0] // tiles
    stacked = pictures.reshape(n, tiles, *shape[1:])
    step = max(1, _BLOCK_CELLS // max(1, int(np.prod(stacked.shape[1:]))))
    blocks = [_block(stacked[start : start + step].astype(np.float32)) for start in range(0, n, step)]
    return np.concatenate(blocks) if blocks else np.empty((0, len(STATISTICS)))


def _block(x: NDArray[np.float32]) -> NDArray[np.float64]:
    """Statistics of (N, tiles, H, W, 3)."""
    grey = x.mean(axis=-1)
    rest = (1, 2, 3)
    laplacian = (
        grey[:, :, 1:-1, :-2] + grey[:, :, 1:-1, 2:] + grey[:, :, :-2, 1:-1] + grey[:, :, 2:, 1:-1]
    ) - 4 * grey[:, :, 1:-1, 1:-1]
    top, bottom = x.max(axis=-1), x.min(axis=-1)
    columns = [
        *np.moveaxis(x.mean(axis=rest, dtype=np.float64), -1, 0),
        grey.std(axis=rest, dtype=np.float64),
        *np.percentile(grey.reshape(len(grey), -1), [5, 95], axis=1),
        ((top - bottom) / (top + 1)).mean(axis=rest, dtype=np.float64),
        np.log1p(laplacian.var(axis=rest, dtype=np.float64)),
        np.log1p(np.square(np.diff(grey, axis=3)).mean(axis=rest, dtype=np.float64)),
        np.log1p(np.square(np.diff(grey, axis=2)).mean(axis=rest, dtype=np.float64)),
        np.log1p(np.abs(laplacian).mean(axis=rest, dtype=np.float64)),
    ]
    return np.stack(columns, axis=1).astype(np.float64)
