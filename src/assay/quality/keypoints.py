"""Keypoints of one author on many items, and how alike two sets of them are (object keypoint similarity)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from assay.quality.errors import MarkInvalidError, MarksMisshapenError
from assay.quality.marks import Longs, Marks, whole_numbers

# Deviations of people placing the 17 points of the COCO skeleton, as shares of the object's size (cocodataset.org).
COCO_SIGMAS: Final = np.array([26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89]) / 100 / 10
_SPACING: Final = np.spacing(1.0)


@dataclass(frozen=True, eq=False)
class Keypoints(Marks):
    """Keypoints of one author over an ordered list of items (see `Marks`).

    Attributes:
        offsets: (n_items + 1,) int64.
        points: (n, n_keypoints, 3) float64: x, y in pixels and visibility, 0 not labelled, 1 hidden, 2 visible.
        areas: (n,) float64, area of each object in square pixels: what a distance is measured against.
        classes: (n,) int32.
    """

    offsets: Longs
    points: NDArray[np.float64]
    areas: NDArray[np.float64]
    classes: NDArray[np.int32]

    def __post_init__(self) -> None:
        self._set(
            offsets=whole_numbers("Offsets", self.offsets, np.int64),
            points=np.ascontiguousarray(self.points, np.float64),
            areas=np.ascontiguousarray(self.areas, np.float64),
            classes=whole_numbers("Classes", self.classes, np.int32),
        )
        if self.points.ndim != 3 or self.points.shape[2] != 3:  # noqa: PLR2004 - x, y, visibility
            raise MarksMisshapenError(f"Keypoints of shape {self.points.shape} are not (n, n_keypoints, 3).")
        self._check_rows(len(self.points))
        if self.areas.shape != (len(self.points),):
            raise MarksMisshapenError(f"There are {len(self.points)} sets of keypoints and {self.areas.shape} areas.")
        right = np.isfinite(self.points).all(axis=(1, 2)) & np.isfinite(self.areas) & (self.areas >= 0)
        if not right.all():
            row = int(np.argmin(right))
            need = "finite points and a finite area of at least 0"
            shown = f"{self.points[row].tolist()} with area {self.areas[row]}"
            raise MarkInvalidError("keypoint set", shown, need=need, **self._locate(row))

    @property
    def sort_keys(self) -> NDArray[np.float64]:
        """(n, 1 + 3 k) left end, then all points."""
        flat = self.points.reshape(len(self.points), -1)
        return np.column_stack([self.points[:, :, 0].min(axis=1, initial=np.inf), flat])

    def _rows(self, offsets: Longs, items: Longs, rows: Longs) -> Self:
        del items
        return self._trusted(
            offsets=offsets, points=self.points[rows], areas=self.areas[rows], classes=self.classes[rows]
        )


def object_keypoint_similarity(
    gold: NDArray[np.float64], areas: NDArray[np.float64], answer: NDArray[np.float64], sigmas: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean over the gold's labelled points of exp(-d^2 / (2 area (2 sigma)^2)), pair by pair.

    Args:
        gold: (n, k, 3) points with visibility; those with visibility 0 do not count.
        areas: (n,) area of each gold object.
        answer: (n, k, 3) points of the other side; their visibility is not looked at.
        sigmas: (k,) how exactly each point can be placed, as a share of the object's size.

    Returns:
        (n,) in [0, 1]; 0 where the gold has no labelled point.

    Reference: COCO keypoint evaluation, cocodataset.org/#keypoints-eval.
    """
    labelled = gold[..., 2] > 0
    squared = ((gold[..., :2] - answer[..., :2]) ** 2).sum(axis=-1)
    scaled = squared / (2 * sigmas) ** 2 / (areas[:, None] + _SPACING) / 2
    total = np.where(labelled, np.exp(-scaled), 0.0).sum(axis=1)
    return np.asarray(total / np.maximum(labelled.sum(axis=1), 1), np.float64)
