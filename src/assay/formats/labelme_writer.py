"""LabelMe: writing one JSON file a picture, to lie beside it."""

from __future__ import annotations

import base64
import json
from pathlib import PurePosixPath
from typing import Any

from assay.formats import shapes
from assay.formats.files import Sink
from assay.formats.model import DEFAULT_WRITE, LossReport, WriteOptions
from assay.formats.paths import unique_stems, without_suffix
from assay.formats.png_mask import encode_mask
from assay.formats.rows import (
    Losses,
    Row,
    box_of,
    check_label_set,
    count_common,
    count_unused,
    has_holes,
    is_box_of_points,
    items_with_marks,
    window_of,
)
from assay.formats.values import attributes_of
from assay.kernel.marks import BBOX, KEYPOINTS, MASK, POINT, POLYGON, POLYLINE, ROTATED_BBOX, TAG, LabelSet

NAME = "labelme"
_VERSION = "5.5.0"
_KEEPS = frozenset({"attributes"})


def write(label_set: LabelSet, sink: Sink, *, options: WriteOptions = DEFAULT_WRITE) -> LossReport:
    """Write one JSON file a picture, under the picture's own path; a file without shapes says that nothing is on it."""
    del options
    check_label_set(label_set)
    losses = Losses(NAME)
    count_unused(label_set, losses, keeps=frozenset())
    names = unique_stems(label_set.items["file_name"].to_pylist())
    for item, marks in items_with_marks(label_set):
        path = names[item["file_name"]]
        if path != item["file_name"]:
            losses.count("file_name", "renamed: two pictures would share one label file")
        file = f"{without_suffix(path)}.json"
        document = _document(item, path, marks, losses)
        sink.write(file, json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1).encode())
        losses.files.append(file)
        losses.n_items += 1
        losses.image_paths[item["item"]] = path
    return losses.report()


def _document(item: Row, path: str, marks: list[Row], losses: Losses) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    flags: dict[str, bool] = {}
    for number, mark in enumerate(marks):
        written = _shapes(mark, item, losses)
        if mark["shape"] == TAG and mark["label_class"] not in flags:
            count_common(mark, losses, keeps=frozenset())
            flags[mark["label_class"]] = True
            losses.n_marks += 1
        elif mark["shape"] == TAG:
            losses.count(TAG, "left out: a flag is set once")
        elif written:
            count_common(mark, losses, keeps=_KEEPS)
            losses.n_marks += 1
            group = number + 1 if len(written) > 1 else None
            rows += [_row(mark, shape, group) for shape in written]
    document: dict[str, Any] = {"version": _VERSION, "flags": flags, "shapes": rows}
    document |= {"imagePath": PurePosixPath(path).name, "imageData": None}
    if item["width_px"] is not None and item["height_px"] is not None:
        document |= {"imageHeight": item["height_px"], "imageWidth": item["width_px"]}
    return document


def _row(mark: Row, shape: dict[str, Any], group: int | None) -> dict[str, Any]:
    attributes = attributes_of(mark["attributes"])
    flags = {key: value for key, value in attributes.items() if isinstance(value, bool)}
    others = {key: value for key, value in attributes.items() if not isinstance(value, bool)}
    row = {"label": mark["label_class"], "group_id": group, "description": "", "flags": flags, **shape}
    return row | {"attributes": others} if others else row


def _shapes(mark: Row, item: Row, losses: Losses) -> list[dict[str, Any]]:
    """The shapes of one mark: one, or a polygon for each part; none for what cannot be written."""
    form = mark["shape"]
    if form == BBOX:
        x_min, y_min, x_max, y_max = box_of(mark)
        return [_shape("rectangle", [x_min, y_min, x_max, y_max])]
    if form == ROTATED_BBOX:
        losses.count(ROTATED_BBOX, "written as a polygon of four corners")
        return [_shape("polygon", shapes.corners_of(mark["rotated"]))]
    if form == POLYGON and not has_holes(mark):
        return [_shape("polygon", part[0]) for part in mark["polygon"]]
    if form in {POLYGON, MASK}:
        return _mask(mark, item, losses)
    if form in {POINT, POLYLINE}:
        return [_shape("point" if form == POINT else "linestrip", mark["points"])]
    return _keypoints(mark, losses) if form == KEYPOINTS else []


def _shape(form: str, values: list[float]) -> dict[str, Any]:
    return {"points": [values[i : i + 2] for i in range(0, len(values), 2)], "shape_type": form}


def _mask(mark: Row, item: Row, losses: Losses) -> list[dict[str, Any]]:
    if mark["shape"] == POLYGON:
        losses.count("hole", "the polygon is written as a mask, filled at pixel centres")
    pixels, left, top = window_of(mark, item, NAME)
    if pixels.size == 0:
        losses.count(mark["shape"], "left out: no pixel's centre lies inside")
        return []
    height, width = pixels.shape
    corners = [[float(left), float(top)], [float(left + width - 1), float(top + height - 1)]]
    return [{"points": corners, "shape_type": "mask", "mask": base64.b64encode(encode_mask(pixels)).decode()}]


def _keypoints(mark: Row, losses: Losses) -> list[dict[str, Any]]:
    points = [mark["points"][i : i + 3] for i in range(0, len(mark["points"]), 3)]
    shown = [v for x, y, visible in points if visible for v in (x, y)]
    if len(shown) < 2 * len(points) or any(visible == 1 for _, _, visible in points):
        losses.count("visibility", "points that are not labelled are left out, hidden ones become visible")
    if mark["polygon"] is not None or not is_box_of_points(mark):
        losses.count("outline of keypoints", "left out: the box becomes that of the points")
    return [_shape("points", shown)]
