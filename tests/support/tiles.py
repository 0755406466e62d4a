"""magnetic_tile as a task: classes by tile, split by tile, described without any model."""

from __future__ import annotations

import csv
import functools

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from assay.quality.drift import image_statistics
from tests.support.selection_trials import Task, balanced_accuracy
from tests.support.shared import shared_path

SIDE = 64


@functools.cache
def read_tiles() -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.str_]]:
    """Features, class and tile of every picture."""
    from assay.quality.selection import plain_embedding

    folder = shared_path("data/magnetic_tile")
    with (folder / "manifest.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    pictures = np.stack(
        [np.asarray(Image.open(folder / r["file"]).convert("RGB").resize((SIDE, SIDE)), np.uint8) for r in rows]
    )
    features = np.concatenate([plain_embedding(pictures), image_statistics(pictures)], axis=1)
    names = sorted({r["class"] for r in rows})
    return features, np.array([names.index(r["class"]) for r in rows]), np.array([r["tile"] for r in rows])


def tile_task(seed: int) -> Task:
    """Two thirds of the tiles to choose from, the others to test on; no tile on both sides."""
    features, labels, tiles = read_tiles()
    order = np.random.default_rng(seed).permutation(np.unique(tiles))
    in_pool = np.isin(tiles, order[: 2 * len(order) // 3])
    return Task(features[in_pool], labels[in_pool], features[~in_pool], labels[~in_pool], 6, 10.0, balanced_accuracy)
