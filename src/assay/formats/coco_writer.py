"""COCO: writing instances, one JSON file a split, row by row."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from assay.formats import rle, shapes
from assay.formats.files import Sink
from assay.formats.model import DEFAULT_WRITE, LossReport, WriteOptions
from assay.formats.rows import (
    Losses,
    Row,
    box_of,
    check_label_set,
    count_common,
    counts_of,
    has_box,
    has_holes,
    item_rows,
    items_with_marks,
    numbers_of,
    size_of,
)
from assay.formats.values import attributes_of
from assay.kernel.marks import BBOX, KEYPOINTS, MASK, POLYGON, ROTATED_BBOX, LabelSet

NAME = "coco"
_KEEPS = frozenset({"author", "attributes", "confidence", "is_crowd"})


@dataclass(slots=True)
class _Part:
    """One file being written, and the numbers its pictures got."""

    stream: BinaryIO
    image_ids: dict[str, int] = field(default_factory=dict)
    n_annotations: int = 0

    def put(self, row: dict[str, Any], *, first: bool) -> None:
        """Write one row of an array."""
        self.stream.write((b"\n" if first else b",\n") + _encode(row))


def write(label_set: LabelSet, sink: Sink, *, options: WriteOptions = DEFAULT_WRITE) -> LossReport:
    """Write `annotations/instances_<split>.json`, `default` for items without a split; pictures belong in `images/`.

    Coordinates are written in full, so that reading back gives the same pixels. Category numbers are those the set
    came with when it came from COCO, else 1, 2, 3 in the order of the classes. Authors, attributes and scores stand
    under the keys `annotator`, `attributes` and `score`, which trainers pass over.
    """
    del options
    check_label_set(label_set)
    losses = Losses(NAME)
    splits = sorted({split or "default" for split in label_set.items["split"].unique().to_pylist()}) or ["default"]
    losses.files = [f"annotations/instances_{split}.json" for split in splits]
    with ExitStack() as stack:
        streams = (stack.enter_context(sink.open(file)) for file in losses.files)
        parts = dict(zip(splits, map(_Part, streams), strict=True))
        _write_tables(label_set, parts, losses)
    return losses.report()


def _write_tables(label_set: LabelSet, parts: dict[str, _Part], losses: Losses) -> None:
    """All pictures first, then all annotations: a reader needs the former, and nothing has to wait in memory."""
    numbers = numbers_of(label_set, NAME, first=1)
    for part in parts.values():
        part.stream.write(b'{"images":[')
    for item in item_rows(label_set):
        part = parts[item["split"] or "default"]
        number = part.image_ids[item["item"]] = len(part.image_ids) + 1
        part.put(_image(item, number), first=number == 1)
        losses.image_paths[item["item"]] = f"images/{item['file_name']}"
        losses.n_items += 1
    for part in parts.values():
        part.stream.write(b'\n],\n"annotations":[')
    for item, marks in items_with_marks(label_set):
        part = parts[item["split"] or "default"]
        for mark in marks:
            row = _annotation(mark, item, losses)
            if row is not None:
                part.n_annotations += 1
                losses.n_marks += 1
                row |= {"id": part.n_annotations, "image_id": part.image_ids[item["item"]]}
                part.put(row | {"category_id": numbers[mark["label_class"]]}, first=part.n_annotations == 1)
    for part in parts.values():
        part.stream.write(b'\n],\n"categories":[')
        for i, text in enumerate(label_set.classes):
            part.put(_category(label_set, text, numbers[text]), first=i == 0)
        part.stream.write(b"\n]}\n")


def _encode(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _image(item: Row, number: int) -> dict[str, Any]:
    row = {"id": number, "file_name": item["file_name"]}
    if item["width_px"] is not None and item["height_px"] is not None:
        row |= {"width": item["width_px"], "height": item["height_px"]}
    return row


def _category(label_set: LabelSet, text: str, number: int) -> dict[str, Any]:
    row: dict[str, Any] = {"id": number, "name": text}
    if text in label_set.skeletons:
        row |= {"keypoints": list(label_set.skeletons[text]), "skeleton": []}
    return row


def _annotation(mark: Row, item: Row, losses: Losses) -> dict[str, Any] | None:
    """The row without its numbers, or None for what COCO instances cannot hold."""
    if not has_box(mark):
        losses.count(mark["shape"], "left out: COCO holds objects with an extent only")
        return None
    count_common(mark, losses, keeps=_KEEPS)
    x_min, y_min, x_max, y_max = box_of(mark)
    row: dict[str, Any] = {"bbox": [x_min, y_min, x_max - x_min, y_max - y_min], "iscrowd": int(mark["is_crowd"])}
    row["segmentation"], row["area"] = _outline(mark, item, losses)
    if mark["shape"] == KEYPOINTS:
        row["keypoints"] = mark["points"]
        row["num_keypoints"] = sum(1 for v in mark["points"][2::3] if v)
    if mark["attributes"] is not None:
        row["attributes"] = attributes_of(mark["attributes"])
    if mark["author"] != "imported":
        row["annotator"] = mark["author"]
    if mark["confidence"] is not None:
        row["score"] = mark["confidence"]
    return row


def _outline(mark: Row, item: Row, losses: Losses) -> tuple[Any, float]:
    """Segmentation and area of a mark."""
    x_min, y_min, x_max, y_max = box_of(mark)
    box_area = (x_max - x_min) * (y_max - y_min)
    if mark["shape"] == BBOX:
        return [], box_area
    if mark["shape"] == ROTATED_BBOX:
        losses.count(ROTATED_BBOX, "written as its four corners")
        return [shapes.corners_of(mark["rotated"])], mark["rotated"][2] * mark["rotated"][3]
    if mark["shape"] == MASK:
        return _mask(counts_of(mark, item, NAME), item)
    if mark["shape"] == POLYGON and has_holes(mark):
        counts = counts_of(mark, item, NAME)
        if rle.area_of_counts(counts):
            losses.count("hole", "the polygon is written as a mask, filled at pixel centres")
            return _mask(counts, item)
        losses.count("hole", "filled: no pixel's centre lies inside, so no mask can stand for it")
    if mark["polygon"] is not None:
        rings = [part[0] for part in mark["polygon"]]
        return rings, sum(shapes.area_of_ring(ring) for ring in rings)
    if mark["shape"] != KEYPOINTS:
        losses.count(mark["shape"], "written as its upright box")
    return [], box_area


def _mask(counts: list[int], item: Row) -> tuple[Any, float]:
    width, height = size_of(item, NAME)
    return {"size": [height, width], "counts": rle.string_of_counts(counts)}, rle.area_of_counts(counts)
