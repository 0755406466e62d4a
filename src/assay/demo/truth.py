"""What is true of an item: every object with its box and the flags that habits and slices go by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assay.demo.seeds import rng_for
from assay.kernel.marks import LabelSet

Box = tuple[float, float, float, float]

SMALL_SHARE = 0.2  # the lowest fifth by area counts as small, as in the slices of the quality engine
COVERED_FROM = 0.25
EDGE_RATIO = 0.004  # nearer to the edge than this share of the picture's side is touching it
_SAME_BOX = 0.95  # a box covered more than this by another is taken for a copy of it left behind
_ECHO_CHANCE = 0.25  # share of real objects for which a reflection or shadow is made up
_ECHO_SHARE = (0.5, 0.62)  # how far it hangs below the box, in shares of the box's height


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


def with_small_flags(items: Sequence[TruthItem]) -> list[TruthItem]:
    """The same items with `small` set for the lowest fifth of all objects by box area; ties at the limit are small."""
    areas = [_area(o.box) for item in items for o in item.objects]
    if not areas:
        return list(items)
    limit = float(np.quantile(areas, SMALL_SHARE))
    return [
        replace(item, objects=tuple(replace(o, small=_area(o.box) <= limit) for o in item.objects)) for item in items
    ]


def truth_from_labels(labels: LabelSet) -> list[TruthItem]:
    """Take the labels of a data set as hidden truth, with flags computed from the boxes alone.

    Real labels have misses of their own, so this is truth for simulated people only, never for a visitor.
    Every geometry counts by its envelope; tags, crowds and boxes without area are left out, boxes are cut to the
    picture.
    A quarter of the objects (always the same ones) get a made-up shadow below them, so that a person who boxes
    shadows can be played on any data.
    """
    boxes: dict[str, list[tuple[str, Box]]] = defaultdict(list)
    columns = ("item", "label_class", "x_min_px", "y_min_px", "x_max_px", "y_max_px", "is_crowd")
    for item, name, x0, y0, x1, y1, crowd in zip(*(labels.marks[c].to_pylist() for c in columns), strict=True):
        if x0 is not None and not crowd:
            boxes[item].append((name, (x0, y0, x1, y1)))
    found = []
    for row in labels.items.to_pylist():
        marks = boxes[row["item"]]
        width = row["width_px"] or int(np.ceil(max((b[2] for _, b in marks), default=1)))
        height = row["height_px"] or int(np.ceil(max((b[3] for _, b in marks), default=1)))
        objects = tuple(_flagged(row["file_name"], marks, width, height))
        found.append(TruthItem(row["file_name"], width, height, objects, group_id=row["file_name"], origin="real"))
    return with_small_flags(found)


def covered_shares(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each box (N, 4) the largest share of it that one other box covers, 0 to 1; copies left behind count 0."""
    low, high = np.maximum(boxes[:, None, :2], boxes[None, :, :2]), np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    np.fill_diagonal(shared, 0)
    shares = shared / np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)[:, None]
    shares[shares > _SAME_BOX] = 0
    result: NDArray[np.float64] = shares.max(axis=1, initial=0.0)
    return result


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _flagged(name: str, marks: list[tuple[str, Box]], width: int, height: int) -> Iterator[TruthObject]:
    cut = [(c, (max(b[0], 0.0), max(b[1], 0.0), min(b[2], float(width)), min(b[3], float(height)))) for c, b in marks]
    kept = [(c, b) for c, b in cut if b[2] > b[0] and b[3] > b[1]]
    if not kept:
        return
    shares = covered_shares(np.array([b for _, b in kept]))
    for number, (label_class, box) in enumerate(kept):
        edge_x, edge_y = EDGE_RATIO * width, EDGE_RATIO * height
        at_edge = box[0] <= edge_x or box[1] <= edge_y or box[2] >= width - edge_x or box[3] >= height - edge_y
        echo = _made_up_echo(name, number, box, height)
        yield TruthObject(label_class, box, box, at_edge, round(float(shares[number]), 4), small=False, echo_box=echo)


def _made_up_echo(name: str, number: int, box: Box, height: int) -> Box | None:
    """A shadow below a box, for a quarter of those that have room for it."""
    rng = rng_for(0, "echo", name, number)
    chosen, share = rng.random() < _ECHO_CHANCE, float(rng.uniform(*_ECHO_SHARE))
    bottom = box[3] + share * (box[3] - box[1])
    return (box[0], box[1], box[2], bottom) if chosen and bottom <= height else None
