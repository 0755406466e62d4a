"""The pictures of a practice that differs: places where the sides part, typical ones, each on an image of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.annotations import Box
from assay.insights.findings import surroundings
from assay.insights.model import Crop, CropMark
from assay.items import Item
from assay.quality.convention import Convention, Evidence

N_CROPS = 6
LOOKED_THROUGH = 24  # best places among which typical ones are taken

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Scene:
    """Everything a crop is made of."""

    convention: Convention
    evidence: Evidence
    items: Sequence[Item]
    classes: Sequence[str]
    sides: tuple[Rows, ...]


def crops_of(
    convention: Convention, evidence: Evidence, items: Sequence[Item], classes: Sequence[str]
) -> tuple[Crop, ...]:
    """Show where the sides of a convention part.

    Args:
        convention: what was found.
        evidence: in what.
        items: image number to item.
        classes: class number to id.
    """
    numbers = {name: number for number, name in enumerate(evidence.people)}
    sides = tuple(np.array([numbers[p] for p in side.people], np.int64) for side in convention.sides)
    scene = _Scene(convention, evidence, items, classes, sides)
    return tuple(_crop(scene, unit) for unit in _typical(convention.places, evidence))


def _typical(places: Rows, evidence: Evidence) -> list[int]:
    """Of the best places those of usual size, one an image: what is shown should be typical, not spectacular."""
    best = places[:LOOKED_THROUGH]
    extent = evidence.box[best, 2:] - evidence.box[best, :2]
    size = np.log(np.maximum(np.prod(extent, axis=1), 1e-9))
    order = np.argsort(np.abs(size - np.median(size)), kind="stable") if len(best) else np.empty(0, np.int64)
    chosen: dict[int, int] = {}
    for unit in best[order].tolist():
        chosen.setdefault(int(evidence.image[unit]), unit)
    return list(chosen.values())[:N_CROPS]


def _crop(scene: _Scene, unit: int) -> Crop:
    evidence = scene.evidence
    item = scene.items[int(evidence.image[unit])]
    width, height = item.medium.width_px, item.medium.height_px
    box = _box(evidence.box[unit])
    view = surroundings(box, width, height)
    marks = (*_near(scene, unit, view), *_marks(scene, unit))
    return Crop(item.id, width, height, view, marks, _caption(scene, unit), None, box, _counts(scene, unit))


def _marks(scene: _Scene, unit: int) -> list[CropMark]:
    """What each side drew there: the side that does not depart in a full line, the other dashed."""
    evidence, named = scene.evidence, scene.classes
    if scene.convention.part == "existence":
        return [CropMark(_box(evidence.box[unit]), named[int(evidence.label_class[unit])], "drawn", None)]
    if not scene.sides:
        return _extremes(scene, unit)
    marks = []
    for side, style in zip(scene.sides[::-1], ("drawn", "expected"), strict=False):
        rows = _of_side(scene, unit, side)
        rows = rows[evidence.cells.drew[rows]]
        if len(rows):
            said = int(np.bincount(evidence.cells.label_class[rows]).argmax())
            marks.append(CropMark(_box(np.median(evidence.cells.box[rows], axis=0)), named[said], style, None))
    return marks


def _extremes(scene: _Scene, unit: int) -> list[CropMark]:
    """The smallest box that anybody drew there in a full line, the largest dashed."""
    evidence = scene.evidence
    rows = np.flatnonzero((evidence.cells.unit == unit) & evidence.cells.drew)
    boxes = evidence.cells.box[rows]
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    name = scene.classes[int(evidence.label_class[unit])]
    ends = ((int(area.argmin()), "drawn"), (int(area.argmax()), "expected"))
    return [CropMark(_box(boxes[row]), name, style, None) for row, style in ends]


def _near(scene: _Scene, unit: int, view: Box) -> list[CropMark]:
    """Other objects in the picture, as most people drew them."""
    evidence = scene.evidence
    here = np.flatnonzero((evidence.image == evidence.image[unit]) & (evidence.n_drew > 1))
    boxes = [(int(other), _box(evidence.box[other])) for other in here if other != unit]
    return [
        CropMark(box, scene.classes[int(evidence.label_class[other])], "near", None)
        for other, box in boxes
        if box[0] < view[2] and view[0] < box[2] and box[1] < view[3] and view[1] < box[3]
    ]


def _counts(scene: _Scene, unit: int) -> tuple[tuple[int, int], ...]:
    """Of each side, how many drew it (or, for classes, called it by the first side's class) and how many could."""
    cells, part = scene.evidence.cells, scene.convention.part
    if part == "geometry":
        return ()
    rows = [_of_side(scene, unit, side) for side in scene.sides]
    if part == "existence":
        return tuple((int(cells.drew[mine].sum()), len(mine)) for mine in rows)
    drawn = [mine[cells.drew[mine]] for mine in rows]
    if not drawn or not len(drawn[0]):
        return ()
    first = int(np.bincount(cells.label_class[drawn[0]]).argmax())
    return tuple((int((cells.label_class[mine] == first).sum()), len(mine)) for mine in drawn)


def _caption(scene: _Scene, unit: int) -> str:
    extent = scene.evidence.box[unit, 2:] - scene.evidence.box[unit, :2]
    return f"{extent[0]:.0f} x {extent[1]:.0f} px"


def _of_side(scene: _Scene, unit: int, side: Rows) -> Rows:
    """Rows of the cells of this unit that belong to people of a side."""
    cells = scene.evidence.cells
    first, last = np.searchsorted(cells.unit, [unit, unit + 1])
    rows = np.arange(first, last)
    return rows[np.isin(cells.person[rows], side)]


def _box(row: NDArray[np.float64]) -> Box:
    x_min, y_min, x_max, y_max = row.tolist()
    return x_min, y_min, x_max, y_max
