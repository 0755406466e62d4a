"""What is true of an item: every object with its box and the flags that habits and slices go by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]

SMALL_SHARE = 0.2  # the lowest fifth by area counts as small, as in the slices of the quality engine
COVERED_FROM = 0.25
EDGE_RATIO = 0.004  # as near to the edge as this share of the picture's side counts as touching it


@dataclass(frozen=True, slots=True)
class TruthObject:
    """One object as it really is.

    Attributes:
        label_class: its class.
        box: the box a perfect annotator draws, x_min y_min x_max y_max in pixels.
        full_box: the box of the whole object, also where it is hidden or lies outside the picture; `box` if unknown.
        touches_edge: whether the picture's edge cuts it.
        covered_share: share of it inside the picture that other objects hide, 0 to 1.
        small: whether it is among the smallest fifth of its data set.
        echo_box: the box around it and its reflection or shadow together; None where there is none to be taken in.
    """

    label_class: str
    box: Box
    full_box: Box
    touches_edge: bool
    covered_share: float
    small: bool
    echo_box: Box | None

    @property
    def partly_covered(self) -> bool:
        """Whether other objects hide a notable part of it."""
        return self.covered_share >= COVERED_FROM


@dataclass(frozen=True, slots=True)
class TruthItem:
    """One picture with everything that is true of it.

    Attributes:
        name: file name, unique in the set.
        width_px: width of the upright picture.
        height_px: height of the upright picture.
        objects: all objects, in no meaningful order.
        group_id: the physical thing the picture shows a part of; splits keep a group together.
        origin: where the picture comes from: `synthetic:<generator>:<seed>` or `real`.
    """

    name: str
    width_px: int
    height_px: int
    objects: tuple[TruthObject, ...]
    group_id: str
    origin: str


def boxes_of(objects: Sequence[TruthObject]) -> NDArray[np.float64]:
    """The objects' boxes, (N, 4) float64 x_min y_min x_max y_max."""
    return np.array([o.box for o in objects], dtype=np.float64).reshape(-1, 4)


def with_small_flags(items: Sequence[TruthItem]) -> list[TruthItem]:
    """The same items with `small` set for the lowest fifth of all objects by box area; ties at the limit are small."""
    areas = [(o.box[2] - o.box[0]) * (o.box[3] - o.box[1]) for item in items for o in item.objects]
    if not areas:
        return list(items)
    limit = float(np.quantile(areas, SMALL_SHARE))
    return [
        replace(
            item,
            objects=tuple(
                replace(o, small=(o.box[2] - o.box[0]) * (o.box[3] - o.box[1]) <= limit) for o in item.objects
            ),
        )
        for item in items
    ]
