"""Everybody's marks of any shape as layers over many items, so that the engine can compare two people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.annotations.comparing import Drawn, Kernel, comparable, tags_apart
from assay.kernel.marks import TAG
from assay.quality.boxes import Boxes
from assay.quality.masks import Masks
from assay.quality.rotated import RotatedBoxes

Key = tuple[str, int]
"""A layer: the form its marks are compared in, and a number that keeps apart what never meets on one item."""
FORMS: Mapping[str, type[Kernel]] = {"boxes": Boxes, "rotated": RotatedBoxes, "masks": Masks}


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """Marks of several shapes over the same items.

    Attributes:
        placed: each author's marks that have a place; everybody has the same layers in the same order.
        tags: each author's tags of the whole image.
    """

    placed: dict[str, tuple[Kernel, ...]]
    tags: dict[str, Boxes]


def layers_of(
    answers: Mapping[str, Mapping[int, Sequence[Drawn]]], code: Mapping[str, int], sizes_px: Sequence[tuple[int, int]]
) -> Layers:
    """Sort everybody's marks into layers; what `comparable` holds against each other on an item shares one.

    Args:
        answers: author to item number to their marks there; an item that is missing has none of theirs.
        code: class to its number.
        sizes_px: width and height of every item; the items are these, in order.
    """
    parts: dict[Key, dict[str, dict[int, Kernel]]] = {}
    for item in sorted({item for mine in answers.values() for item in mine}):
        names = [name for name, mine in answers.items() if item in mine]
        placed = [[mark for mark in answers[name][item] if mark.shape != TAG] for name in names]
        seen: Counter[str] = Counter()
        for group in comparable(placed, code, sizes_px[item]):
            form = next(form for form, kind in FORMS.items() if isinstance(group.marks[0], kind))
            layer = parts.setdefault((form, seen[form]), {})
            seen[form] += 1
            for name, marks in zip(names, group.marks, strict=True):
                layer.setdefault(name, {})[item] = marks
    joined = {
        name: tuple(_joined(form, parts[form, no].get(name, {}), sizes_px) for form, no in sorted(parts))
        for name in answers
    }
    return Layers(joined, {name: _tags(mine, code, len(sizes_px)) for name, mine in answers.items()})


def _tags(mine: Mapping[int, Sequence[Drawn]], code: Mapping[str, int], n_items: int) -> Boxes:
    tags = [[mark for mark in mine.get(item, ()) if mark.shape == TAG] for item in range(n_items)]
    return Boxes.of(
        [tags_apart(each, code) for each in tags], [[code[mark.label_class] for mark in each] for each in tags]
    )


def _joined(form: str, parts: Mapping[int, Kernel], sizes_px: Sequence[tuple[int, int]]) -> Kernel:
    """Marks of single items one after another; items without a part have none."""
    counts = np.zeros(len(sizes_px), np.int64)
    for item, marks in parts.items():
        counts[item] = len(marks)
    offsets = _offsets(counts)
    ordered = [parts[item] for item in sorted(parts)]
    classes = np.concatenate([np.empty(0, np.int32), *(marks.classes for marks in ordered)])
    if form == "masks":
        masks = [marks for marks in ordered if isinstance(marks, Masks)]
        runs = np.concatenate([np.empty(0, np.int64), *(np.diff(each.run_starts) for each in masks)])
        ends = [
            np.concatenate([np.empty(0, np.int32), *each])
            for each in ([m.starts for m in masks], [m.ends for m in masks])
        ]
        sizes = np.array([[height, width] for width, height in sizes_px], np.int32)
        return Masks(offsets, sizes, _offsets(runs), ends[0], ends[1], classes)
    if form == "rotated":
        turned = [marks.geometry for marks in ordered if isinstance(marks, RotatedBoxes)]
        return RotatedBoxes(offsets, np.concatenate([np.empty((0, 5)), *turned]), classes)
    boxes = [marks.xyxy for marks in ordered if isinstance(marks, Boxes)]
    return Boxes(offsets, np.concatenate([np.empty((0, 4)), *boxes]), classes)


def _offsets(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
