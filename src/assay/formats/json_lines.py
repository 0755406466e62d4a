"""JSON Lines: a picture a line with its marks; everything a label set holds, for people and for streams."""

from __future__ import annotations

import io
import json
from typing import Any

from assay.formats.collect import Collector
from assay.formats.errors import FileRefusedError
from assay.formats.files import Files, Sink, head
from assay.formats.json_strict import decode_stream
from assay.formats.limits import MAX_DOCUMENT_BYTES
from assay.formats.model import (
    DEFAULT_READ,
    DEFAULT_WRITE,
    LossReport,
    Mode,
    ReadOptions,
    ReadReport,
    WriteOptions,
)
from assay.formats.parquet import shape_of_row
from assay.formats.paths import join_inside, split_of
from assay.formats.pictures import Pictures
from assay.formats.rows import Losses, Row, check_label_set, items_with_marks
from assay.formats.shapes import Shape, bbox
from assay.formats.values import RowError, at, attributes_of, kind, name, real, reals, side, whole
from assay.kernel.marks import BBOX, LabelSet

NAME = "jsonl"
_FILE = "labels.jsonl"
_FORMAT = "assay-labels/1"
_DEPTHS = {"rotated": 1, "polygon": 3, "points": 1}
_GEOMETRY = (*_DEPTHS, "rle")
_BOX = ("x_min_px", "y_min_px", "x_max_px", "y_max_px")


def sniff(files: Files) -> bool:
    """Whether some .jsonl file starts with an object."""
    return any(head(files, file, 256).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") for file in _label_files(files))


def _label_files(files: Files) -> list[str]:
    return [file for file in files.names() if file.lower().endswith((".jsonl", ".ndjson"))]


def read(files: Files, *, mode: Mode = "strict", options: ReadOptions = DEFAULT_READ) -> tuple[LabelSet, ReadReport]:
    """Read every JSON Lines file of a folder.

    A line is `{"file_name" or "image", "width_px", "height_px", "split", "marks": [...]}`; only the name is needed. A
    mark has `label_class`, `bbox` as four edges in pixels or the columns of the marks table, and optionally `author`,
    `attributes`, `confidence`, `is_crowd`. A first line with `"format": "assay-labels/1"` names the classes.
    """
    collector = Collector(NAME, files)
    pictures = Pictures(files, options.sizes)
    found = _label_files(files)
    if not found:
        raise FileRefusedError("", "there is no file of JSON Lines")
    for file in found:
        with files.open(file) as stream:
            line = 0
            while data := stream.readline(MAX_DOCUMENT_BYTES + 1):
                line += 1
                if data.strip():
                    place = f"line {line}"
                    with collector.row(file, place):
                        _take_line(collector, pictures, (file, place), _decoded(data), options)
    return collector.finish(mode)


def _decoded(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_DOCUMENT_BYTES:
        raise RowError("the line is over the limit of 64 MiB")
    try:
        value = decode_stream(io.BytesIO(data), "", cap_bytes=MAX_DOCUMENT_BYTES)
    except FileRefusedError as error:
        raise RowError(error.reason) from None
    if not isinstance(value, dict):
        raise RowError(f"the line is {kind(value)}, not an object")
    return value


def _take_line(
    collector: Collector, pictures: Pictures, place: tuple[str, str], row: dict[str, Any], options: ReadOptions
) -> None:
    if "format" in row:
        _take_head(collector, row)
        return
    named = row.get("file_name", row.get("image"))
    if not isinstance(named, str):
        raise RowError(f"file_name is {kind(named)}, not text")
    item = join_inside("", named)
    sides = [None if row.get(k) is None else side(whole(row[k], k), k) for k in ("width_px", "height_px")]
    image = pictures.find([item, f"images/{item}"])
    width, height = sides if None not in sides else pictures.size(image) or (None, None)
    split = row.get("split", split_of(place[0]))
    marks = row.get("marks", [])
    if not isinstance(marks, list):
        raise RowError(f"marks are {kind(marks)}, not a list")
    collector.add_item(item, width_px=width, height_px=height, split=split, image=image)
    for i, mark in enumerate(marks):
        where = (place[0], f"{place[1]}.marks[{i}]")
        with collector.row(*where):
            _take_mark(collector, item, where, mark, options)


def _take_head(collector: Collector, row: dict[str, Any]) -> None:
    if row["format"] != _FORMAT:
        raise RowError(f"the format is not {_FORMAT}")
    classes, skeletons = row.get("classes", []), row.get("skeletons", {})
    if not isinstance(classes, list) or not isinstance(skeletons, dict):
        raise RowError("classes are no list, or skeletons no object")
    for text in classes:
        collector.add_class(text)
    for text, names in skeletons.items():
        if not isinstance(names, list):
            raise RowError("a skeleton is no list")
        collector.skeletons[collector.add_class(text)] = tuple(name(point, "a keypoint's name") for point in names)


def _take_mark(collector: Collector, item: str, place: tuple[str, str], mark: Any, options: ReadOptions) -> None:  # noqa: ANN401 - JSON
    if not isinstance(mark, dict):
        raise RowError(f"the mark is {kind(mark)}, not an object")
    score, crowd = mark.get("confidence"), mark.get("is_crowd", False)
    if not isinstance(crowd, bool):
        raise RowError(f"is_crowd is {kind(crowd)}, not true or false")
    collector.add_mark(
        item,
        name(mark.get("mark", "#".join(place)), "mark"),
        _shape(mark, collector.size_of(item)),
        label_class=collector.add_class(mark.get("label_class")),
        place=place,
        author=name(mark.get("author", options.author), "the author"),
        attributes=mark.get("attributes"),
        confidence=None if score is None else real(score, "confidence"),
        is_crowd=crowd,
    )


def _shape(mark: dict[str, Any], size: tuple[int | None, int | None]) -> Shape:
    """Geometry from `bbox`, or from the columns of the marks table."""
    box = mark.get("bbox")
    if box is not None:
        if not isinstance(box, list) or len(box) != len(_BOX):
            raise RowError("bbox is not four edges", place=".bbox")
        edges = [real(value, "an edge") for value in box]
        if mark.get("shape", BBOX) == BBOX:
            return bbox(*edges)
        row: dict[str, Any] = dict(zip(_BOX, edges, strict=True))
    else:
        row = dict.fromkeys(_BOX)
    row["shape"] = name(mark.get("shape"), "shape")
    for key, depth in _DEPTHS.items():
        with at(f".{key}"):
            row[key] = None if mark.get(key) is None else _numbers(mark[key], depth)
    row["rle"] = mark.get("rle")
    if row["rle"] is not None and not isinstance(row["rle"], str):
        raise RowError("rle is not text", place=".rle")
    if row["rotated"] is not None and len(row["rotated"]) != 5:  # noqa: PLR2004 - centre, size, angle
        raise RowError("rotated is not five numbers", place=".rotated")
    return shape_of_row(row, size)


def _numbers(value: Any, depth: int) -> list[Any]:  # noqa: ANN401 - any JSON value
    """Lists nested so deep, with numbers at the bottom."""
    if not isinstance(value, list):
        raise RowError(f"a coordinate list is {kind(value)}")
    return reals(value, "a coordinate") if depth == 1 else [_numbers(inner, depth - 1) for inner in value]


def write(label_set: LabelSet, sink: Sink, *, options: WriteOptions = DEFAULT_WRITE) -> LossReport:
    """Write `labels.jsonl`; items are known by their file names when read back."""
    del options
    check_label_set(label_set)
    losses = Losses(NAME)
    losses.files.append(_FILE)
    skeletons = {text: list(names) for text, names in label_set.skeletons.items()}
    with sink.open(_FILE) as stream:
        stream.write(_line({"format": _FORMAT, "classes": list(label_set.classes), "skeletons": skeletons}))
        for item, marks in items_with_marks(label_set):
            row = {key: value for key, value in item.items() if value is not None and key != "item"}
            stream.write(_line(row | {"split": item["split"], "marks": [_mark(mark) for mark in marks]}))
            losses.n_items += 1
            losses.n_marks += len(marks)
            losses.image_paths[item["item"]] = f"images/{item['file_name']}"
            if item["item"] != item["file_name"]:
                losses.count("item", "known by its file name when read back")
    return losses.report()


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def _mark(mark: Row) -> dict[str, Any]:
    row: dict[str, Any] = {key: mark[key] for key in ("mark", "author", "label_class", "shape", "is_crowd")}
    if mark["x_min_px"] is not None:
        row["bbox"] = [mark[key] for key in _BOX]
    row |= {key: mark[key] for key in (*_GEOMETRY, "confidence") if mark[key] is not None}
    if mark["attributes"] is not None:
        row["attributes"] = attributes_of(mark["attributes"])
    return row
