"""Runs Assay's own tag models: a linear head on image statistics and a small grid of colours, numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from assay.jobs.suggesting.answer import Answer, Picture, tag_answer
from assay.jobs.suggesting.artifact import pack_arrays, unpack_arrays
from assay.jobs.suggesting.errors import ArtifactBrokenError
from assay.quality.drift.image_statistics import image_statistics
from assay.quality.linear_head import LinearHead

KIND: Final = "linear-tags"
GRID: Final = 8
SAMPLE_PX: Final = 224
"""Pictures are made this wide and high before their statistics are taken, so that resolution does not count."""
FEATURES: Final = "statistics-grid-1"


def picture_features(picture: Picture) -> NDArray[np.float64]:
    """(11 + 3 * 8 * 8 + 16,) what a picture looks like: statistics, mean colours of a grid, a histogram of edges."""
    image = Image.fromarray(picture.rgb).resize((SAMPLE_PX, SAMPLE_PX), Image.Resampling.BILINEAR)
    pixels = np.asarray(image, np.uint8)
    side = SAMPLE_PX // GRID
    grid = pixels.reshape(GRID, side, GRID, side, 3).mean(axis=(1, 3)).ravel()
    grey = pixels.mean(axis=2)
    dy, dx = np.diff(grey, axis=0)[:, :-1], np.diff(grey, axis=1)[:-1]
    strength, angle = np.hypot(dx, dy), np.mod(np.arctan2(dy, dx), np.pi)
    turns = np.minimum((angle / np.pi * 8).astype(np.int64), 7)
    edges = np.bincount(turns.ravel(), weights=strength.ravel(), minlength=8) / strength.size
    loud = np.quantile(strength, [0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0])
    return np.concatenate([image_statistics(pixels[None])[0], grid, np.log1p(edges), np.log1p(loud)])


def pack_linear(head: LinearHead, classes: Sequence[str], meta: dict[str, Any] | None = None) -> bytes:
    """A tag model as a file."""
    said = {
        **(meta or {}),
        "kind": KIND,
        "classes": list(classes),
        "features": FEATURES,
        "temperature": head.temperature,
    }
    arrays = {"centre": head.centre, "scale": head.scale, "weights": head.weights, "bias": head.bias}
    return pack_arrays(said, arrays)


class LinearTags:
    """A tag model of the trainer `tags`."""

    def __init__(self, data: bytes, *, title: str) -> None:
        meta, arrays = unpack_arrays(data, KIND)
        try:
            parts = {name: arrays[name].astype(np.float64) for name in ("centre", "scale", "weights", "bias")}
            head = LinearHead(**parts, temperature=float(meta["temperature"]))
            self.classes = [str(c) for c in meta["classes"]]
        except (KeyError, TypeError, ValueError) as error:
            raise ArtifactBrokenError(f"it lacks {error}") from error
        d, k = len(head.centre), len(self.classes)
        if head.weights.shape != (d, k) or head.bias.shape != (k,) or head.scale.shape != (d,):
            raise ArtifactBrokenError(f"its weights are {head.weights.shape} for {d} features and {k} classes")
        self.title, self.head, self.meta = title, head, meta

    def answer(self, pictures: Sequence[Picture]) -> list[Answer]:
        """One answer a picture."""
        if not pictures:
            return []
        table = self.head.probabilities(np.array([picture_features(p) for p in pictures]))
        return [tag_answer(self.title, p, row.tolist(), self.classes) for p, row in zip(pictures, table, strict=True)]
