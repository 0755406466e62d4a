"""Several people's marks on one item in the kernel's form, so that marks of any shape can be compared."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np

from assay.kernel.marks import BBOX, MASK, POLYGON, ROTATED_BBOX, TAG
from assay.quality.boxes import Boxes
from assay.quality.masks import Masks
from assay.quality.rotated import RotatedBoxes
from assay.quality.similarity import as_masks

Box = tuple[float, float, float, float]
Kernel = Boxes | RotatedBoxes | Masks
AREAS: Final = frozenset({BBOX, ROTATED_BBOX, POLYGON, MASK})
POINT_SHARE: Final = 0.01
"""Half the side of the square a point stands for, as a share of the picture's diagonal."""
LEAST_POINT_PX: Final = 4.0


class Drawn(Protocol):
    """What a mark needs to be compared: people's marks and signed ones have it."""

    @property
    def label_class(self) -> str: ...  # noqa: D102 - a field
    @property
    def shape(self) -> str: ...  # noqa: D102 - a field
    @property
    def bbox(self) -> Box: ...  # noqa: D102 - a field
    @property
    def geometry(self) -> dict[str, Any] | None: ...  # noqa: D102 - a field


@dataclass(frozen=True, slots=True, eq=False)
class Comparable:
    """The marks of one kind, of everybody.

    Attributes:
        rows: of each answer, which of its marks these are.
        marks: of each answer, in that order; all of one type.
    """

    rows: tuple[tuple[int, ...], ...]
    marks: tuple[Kernel, ...]


def comparable(
    answers: Sequence[Sequence[Drawn]],
    code: Mapping[str, int],
    size_px: tuple[int, int] | None,
    *,
    fusable: bool = False,
) -> list[Comparable]:
    """Sort the marks of several answers into what can be held against each other.

    Areas (boxes, rotated boxes, polygons, masks) are compared as boxes where all are boxes, as rotated boxes where all
    are, else pixel by pixel. Points, lines and skeletons are compared by their envelopes, widened on all sides by 1 %
    of the picture's diagonal (at least 4 px), so that two points match at IoU .5 up to two thirds of that apart. Tags
    of the whole image are the same thing when their class is.

    Args:
        answers: each person's marks on the same item.
        code: class to its number.
        size_px: width and height of the picture; needed for anything but boxes.
        fusable: only forms that can be fused into one, which rotated boxes are not.
    """
    groups = [
        _areas(answers, code, size_px, fusable=fusable),
        _group(answers, lambda m: m.shape not in AREAS and m.shape != TAG, lambda m: _widened(m.bbox, size_px), code),
        _group(answers, lambda m: m.shape == TAG, lambda m: _apart(code[m.label_class]), code),
    ]
    return [group for group in groups if any(group.rows)]


def _group(answers: Sequence[Sequence[Drawn]], chosen: Any, box: Any, code: Mapping[str, int]) -> Comparable:  # noqa: ANN401 - two small functions of a mark
    rows = tuple(tuple(no for no, mark in enumerate(marks) if chosen(mark)) for marks in answers)
    made = tuple(
        Boxes(_one(len(here)), _table([box(marks[no]) for no in here], 4), _codes([marks[no] for no in here], code))
        for marks, here in zip(answers, rows, strict=True)
    )
    return Comparable(rows, made)


def _areas(
    answers: Sequence[Sequence[Drawn]], code: Mapping[str, int], size_px: tuple[int, int] | None, *, fusable: bool
) -> Comparable:
    shapes = {mark.shape for marks in answers for mark in marks if mark.shape in AREAS}
    boxes = _group(answers, lambda m: m.shape in AREAS, lambda m: m.bbox, code)
    if shapes <= {BBOX}:
        return boxes
    parts = [[marks[no] for no in here] for marks, here in zip(answers, boxes.rows, strict=True)]
    if shapes == {ROTATED_BBOX} and not fusable:
        turned = (RotatedBoxes(_one(len(p)), _table([_turned(m) for m in p], 5), _codes(p, code)) for p in parts)
        return Comparable(boxes.rows, tuple(turned))
    return Comparable(boxes.rows, tuple(_pixels(part, code, _size(size_px)) for part in parts))


def _pixels(marks: Sequence[Drawn], code: Mapping[str, int], size_px: tuple[int, int]) -> Masks:
    """Every mark as a mask over the picture, in order; what has no geometry counts as its box."""
    sizes = np.array([[size_px[1], size_px[0]]], np.int32)
    texts = [_run_lengths(mark, sizes) for mark in marks]
    return Masks.from_rle(_one(len(marks)), sizes, texts, _codes(marks, code))


def _run_lengths(mark: Drawn, sizes: Any) -> str:  # noqa: ANN401 - an array of the kernel
    geometry, one, none = mark.geometry or {}, _one(1), np.zeros(1, np.int32)
    if "rle" in geometry:
        return str(geometry["rle"])
    if "polygon" in geometry:
        return Masks.from_polygons(one, sizes, [geometry["polygon"]], none).to_rle()[0]
    if "rotated" in geometry:
        return as_masks(RotatedBoxes(one, _table([_turned(mark)], 5), none), sizes).to_rle()[0]
    return as_masks(Boxes(one, _table([mark.bbox], 4), none), sizes).to_rle()[0]


def _turned(mark: Drawn) -> list[float]:
    geometry = mark.geometry or {}
    x_min, y_min, x_max, y_max = mark.bbox
    upright = [(x_min + x_max) / 2, (y_min + y_max) / 2, x_max - x_min, y_max - y_min, 0.0]
    return list(geometry.get("rotated", upright))


def _widened(box: Box, size_px: tuple[int, int] | None) -> Box:
    by = max(LEAST_POINT_PX, POINT_SHARE * math.hypot(*_size(size_px)))
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def tags_apart(marks: Sequence[Drawn], code: Mapping[str, int]) -> list[Box]:
    """A place for each tag of the whole image by its class: tags of one class fall together, others never meet."""
    return [_apart(code[mark.label_class]) for mark in marks]


def _apart(code: int) -> Box:
    """A place for each class: tags of one class fall together, those of others never meet."""
    return 2.0 * code, 0.0, 2.0 * code + 1.0, 1.0


def _size(size_px: tuple[int, int] | None) -> tuple[int, int]:
    assert size_px is not None, "marks other than boxes are compared on a picture of known size"
    return size_px


def _one(n: int) -> Any:  # noqa: ANN401 - an array of the kernel
    return np.array([0, n], np.int64)


def _table(rows: Sequence[Sequence[float]], width: int) -> Any:  # noqa: ANN401 - an array of the kernel
    return np.array(rows, np.float64).reshape(-1, width)


def _codes(marks: Sequence[Drawn], code: Mapping[str, int]) -> Any:  # noqa: ANN401 - an array of the kernel
    return np.array([code[m.label_class] for m in marks], np.int32)
