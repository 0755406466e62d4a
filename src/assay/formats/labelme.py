"""LabelMe: one JSON file a picture, beside it."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from assay.formats import shapes
from assay.formats.collect import Collector
from assay.formats.errors import FileRefusedError
from assay.formats.files import Files, head
from assay.formats.json_strict import whole_document
from assay.formats.limits import MAX_MASK_PX
from assay.formats.model import DEFAULT_READ, Mode, ReadOptions, ReadReport
from assay.formats.paths import folder_split_of, join_inside
from assay.formats.pictures import Pictures
from assay.formats.png_mask import decode_mask
from assay.formats.shapes import Shape
from assay.formats.values import RowError, at, kind, real, side, whole
from assay.kernel.marks import LabelSet

NAME = "labelme"
_XY = 2


def sniff(files: Files) -> bool:
    """Whether some JSON file starts like LabelMe."""
    found = [file for file in files.names() if file.endswith(".json")]
    return any(_is_labelme(head(files, file)) for file in found[:50])


def _is_labelme(start: bytes) -> bool:
    return b'"shapes"' in start and (b'"imagePath"' in start or b'"shape_type"' in start)


def read(files: Files, *, mode: Mode = "strict", options: ReadOptions = DEFAULT_READ) -> tuple[LabelSet, ReadReport]:
    """Read every LabelMe file of a folder; coordinates are pixel edges, as here.

    Polygons of one class and one `group_id` are parts of one mark. Flags of a shape and its `attributes` become
    attributes; flags of the picture that are set become tags. Circles become polygons of 64 corners. Pictures inside
    the JSON are not read.
    """
    collector = Collector(NAME, files)
    pictures = Pictures(files, options.sizes)
    found = [file for file in files.names() if file.endswith(".json")]
    likely = [file for file in found if _is_labelme(head(files, file))]
    if not found:
        raise FileRefusedError("", "there is no JSON file to read as LabelMe")
    for file in likely or found:
        with collector.whole_file(file):
            document = whole_document(files, file)
            if not isinstance(document, dict) or not isinstance(document.get("shapes"), list):
                raise FileRefusedError(file, "it has no list of shapes")
            _take_picture(collector, pictures, file, document, options)
    return collector.finish(mode)


def _take_picture(
    collector: Collector, pictures: Pictures, file: str, document: dict[str, Any], options: ReadOptions
) -> None:
    item = ""
    with collector.row(file, "imagePath"):
        named = document.get("imagePath")
        if not isinstance(named, str):
            raise RowError(f"imagePath is {kind(named)}, not text")
        folder = str(PurePosixPath(file).parent)
        item = join_inside("" if folder == "." else folder, named)
        _check_embedded(collector, document.get("imageData"))
        image = pictures.find([item])
        width, height = _size(collector, pictures, document, image, file)
        collector.add_item(item, width_px=width, height_px=height, split=folder_split_of(item), image=image)
    if not collector.has_item(item):
        return
    for group in _groups(document["shapes"]):
        place = f"shapes[{group[0]}]"
        with collector.row(file, place):
            _take_shape(collector, item, [document["shapes"][i] for i in group], (file, place), options)
    flags = document.get("flags")
    for text, value in flags.items() if isinstance(flags, dict) else ():
        if value is True:
            place = f"flags.{text:.40}"
            with collector.row(file, place):
                label_class = collector.add_class(text)
                where = (file, place)
                collector.add_mark(
                    item, "#".join(where), shapes.tag(), label_class=label_class, place=where, author=options.author
                )


def _check_embedded(collector: Collector, data: object) -> None:
    if data is None:
        return
    try:
        base64.b64decode(data if isinstance(data, str) else "?", validate=True)
    except ValueError:  # not base64, or not even ASCII
        raise RowError("imageData is not base64") from None
    collector.leave_out("embedded picture")


def _size(
    collector: Collector, pictures: Pictures, document: dict[str, Any], image: str | None, file: str
) -> tuple[int | None, int | None]:
    values = [document.get(key) for key in ("imageWidth", "imageHeight")]
    if None in values:
        collector.warn(
            file, "", "has no imageWidth and imageHeight; they are taken from the picture, where there is one"
        )
        return pictures.size(image) or (None, None)
    width, height = (side(whole(value, "a side"), "a side") for value in values)
    return width, height


def _groups(rows: list[Any]) -> list[list[int]]:
    """Indexes of shapes, those of one class and group together where all are polygons."""
    groups: dict[object, list[int]] = {}
    for i, row in enumerate(rows):
        is_part = (
            isinstance(row, dict)
            and isinstance(row.get("group_id"), int)
            and row.get("shape_type", "polygon") == "polygon"
        )
        groups.setdefault((str(row.get("label")), row["group_id"]) if is_part else i, []).append(i)
    return list(groups.values())


def _take_shape(collector: Collector, item: str, rows: list[Any], place: tuple[str, str], options: ReadOptions) -> None:
    if not isinstance(rows[0], dict):
        raise RowError(f"the shape is {kind(rows[0])}, not an object")
    with at(".label"):
        label_class = collector.add_class(rows[0].get("label"))
    form = rows[0].get("shape_type", "polygon")
    if form == "polygon":
        shape = shapes.polygon([[_points(row)] for row in rows])
    else:
        if not isinstance(form, str) or form not in _READERS:
            raise RowError(f"shape_type is {kind(form)}, which is not read", place=".shape_type")
        shape = _mask(collector, item, rows[0]) if form == "mask" else _READERS[form](_points(rows[0]))
    if len(rows) == 1 and rows[0].get("group_id") is not None:
        collector.leave_out("group_id")
    if form == "circle":
        collector.repair(*place, "the circle is read as a polygon of 64 corners")
    collector.add_mark(
        item,
        "#".join(place),
        shape,
        label_class=label_class,
        place=place,
        author=options.author,
        attributes=_attributes(rows[0]),
    )


def _points(row: dict[str, Any]) -> list[float]:
    with at(".points"):
        pairs = row.get("points")
        if not isinstance(pairs, list) or not all(isinstance(pair, list) and len(pair) == _XY for pair in pairs):
            raise RowError("points are not a list of pairs")
        return [real(value, "a coordinate") for pair in pairs for value in pair]


def _need(points: list[float], n_points: int) -> list[float]:
    if len(points) != n_points * _XY:
        raise RowError(f"there are {len(points) // _XY} points, not {n_points}", place=".points")
    return points


def _rectangle(points: list[float]) -> Shape:
    """Drawn from any corner to the opposite one; newer versions write all four."""
    if len(points) != 4 * _XY:
        _need(points, 2)
    xs, ys = points[0::2], points[1::2]
    return shapes.bbox(min(xs), min(ys), max(xs), max(ys))


def _circle(points: list[float]) -> Shape:
    x, y, edge_x, edge_y = _need(points, 2)
    radius = math.hypot(edge_x - x, edge_y - y)
    return shapes.ellipse(x, y, radius, radius)


def _loose(points: list[float]) -> Shape:
    return shapes.keypoints([v for i in range(0, len(points), _XY) for v in (points[i], points[i + 1], 2.0)])


def _mask(collector: Collector, item: str, row: dict[str, Any]) -> Shape:
    """A small PNG, laid at the first of two corner pixels."""
    left, top, _, _ = _need(_points(row), 2)
    if not left.is_integer() or not top.is_integer():
        raise RowError("the mask does not begin at a whole pixel", place=".points")
    data = row.get("mask")
    if not isinstance(data, str) or len(data) > MAX_MASK_PX:
        raise RowError(f"the mask is {kind(data)[:40]}, not a picture in base64", place=".mask")
    try:
        encoded = base64.b64decode(data, validate=True)
    except ValueError:  # not base64, or not even ASCII
        raise RowError("the mask is not base64", place=".mask") from None
    return shapes.mask_of_window(decode_mask(encoded), int(left), int(top), collector.known_size_of(item))


_READERS: dict[str, Callable[[list[float]], Shape]] = {
    "rectangle": _rectangle,
    "circle": _circle,
    "line": shapes.polyline,
    "linestrip": shapes.polyline,
    "point": lambda points: shapes.point(*_need(points, 1)),
    "points": _loose,
    "rotation": lambda points: shapes.rotated_of_corners(_need(points, 4)),
    "oriented_rectangle": lambda points: shapes.rotated_of_corners(_need(points, 4)),
    "mask": _rectangle,  # its own reader needs the picture's size; the name makes it known
}


def _attributes(row: dict[str, Any]) -> dict[str, object]:
    result: dict[str, object] = {}
    for key in ("flags", "attributes"):
        values = row.get(key)
        if isinstance(values, dict):
            result |= values
        elif values is not None:
            raise RowError(f"{key} are {kind(values)}, not an object", place=f".{key}")
    if row.get("description"):
        result["description"] = row["description"]
    return result
