"""CVAT for images 1.1: writing one XML file, picture by picture."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import groupby
from typing import BinaryIO

from assay.formats.files import Sink
from assay.formats.model import DEFAULT_WRITE, LossReport, WriteOptions
from assay.formats.rows import (
    Losses,
    Row,
    box_of,
    check_label_set,
    count_common,
    count_unturned,
    is_box_of_points,
    is_simple,
    items_with_marks,
    size_of,
    window_of,
)
from assay.formats.values import attributes_of, decimal, is_xml_text, xml_text
from assay.kernel.canonical import canonical_json
from assay.kernel.marks import BBOX, KEYPOINTS, POINT, POLYGON, POLYLINE, ROTATED_BBOX, TAG, LabelSet

NAME = "cvat"
_FILE = "annotations.xml"
_KEEPS = frozenset({"attributes"})
_BUILT_IN = {"occluded": bool, "z_order": int, "group_id": int}
Kinds = dict[str, dict[str, str]]  # class to attribute to input type


def write(label_set: LabelSet, sink: Sink, *, options: WriteOptions = DEFAULT_WRITE) -> LossReport:
    """Write `annotations.xml`; pictures belong in `images/`.

    Raises:
        UnwritableError: the size of a picture is not known.
    """
    del options
    check_label_set(label_set)
    losses = Losses(NAME)
    kinds = _attribute_kinds(label_set)
    losses.files.append(_FILE)
    with sink.open(_FILE) as stream:
        _put(stream, '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n')
        _put(stream, _meta(label_set, kinds))
        for number, (item, marks) in enumerate(items_with_marks(label_set)):
            width, height = size_of(item, NAME)
            subset = "" if item["split"] is None else f' subset="{item["split"]}"'
            losses.image_paths[item["item"]] = f"images/{item['file_name']}"
            losses.n_items += 1
            file_name = xml_text(item["file_name"])
            _put(stream, f'<image id="{number}" name="{file_name}"{subset} width="{width}" height="{height}">\n')
            for mark in marks:
                _put(stream, _mark(mark, item, label_set, kinds, losses))
            _put(stream, "</image>\n")
        _put(stream, "</annotations>\n")
    return losses.report()


def _put(stream: BinaryIO, text: str) -> None:
    stream.write(text.encode())


def _own_attributes(mark: Row) -> dict[str, object]:
    """Attributes without those that CVAT has built in."""
    return {key: value for key, value in attributes_of(mark["attributes"]).items() if not _is_built_in(key, value)}


def _is_built_in(key: str, value: object) -> bool:
    return key in _BUILT_IN and type(value) is _BUILT_IN[key] and (key != "occluded" or value is True) and value != 0


def _attribute_kinds(label_set: LabelSet) -> Kinds:
    """Type of each attribute of each class: a checkbox or a number where all its values are such, else text."""
    seen: dict[str, dict[str, set[str]]] = {}
    for batch in label_set.marks.select(["label_class", "attributes"]).to_batches():
        for row in batch.to_pylist():
            for key, value in _own_attributes(row).items():
                seen.setdefault(row["label_class"], {}).setdefault(key, set()).add(_kind(value))
    return {
        text: {key: next(iter(kinds)) if len(kinds) == 1 else "text" for key, kinds in sorted(attributes.items())}
        for text, attributes in seen.items()
    }


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "checkbox"
    return "number" if isinstance(value, (int, float)) else "text"


def _meta(label_set: LabelSet, kinds: Kinds) -> str:
    lines = ["<meta><task><labels>"]
    for text in label_set.classes:
        attributes = "".join(
            f"<attribute><name>{xml_text(key)}</name><mutable>False</mutable><input_type>{kind}</input_type>"
            "<default_value></default_value><values></values></attribute>"
            for key, kind in kinds.get(text, {}).items()
        )
        kind = "skeleton" if text in label_set.skeletons else "any"
        lines.append(
            f"<label><name>{xml_text(text)}</name><type>{kind}</type><attributes>{attributes}</attributes></label>"
        )
        lines += [
            f"<label><name>{xml_text(point)}</name><type>points</type><attributes></attributes>"
            f"<parent>{xml_text(text)}</parent></label>"
            for point in label_set.skeletons.get(text, ())
        ]
    return "\n".join([*lines, "</labels></task></meta>", ""])


def _mark(mark: Row, item: Row, label_set: LabelSet, kinds: Kinds, losses: Losses) -> str:
    names = label_set.skeletons.get(mark["label_class"], ())
    element, body = _element(mark, item, names, losses)
    if not element:
        return ""
    count_common(mark, losses, keeps=_KEEPS)
    losses.n_marks += 1
    attributes = attributes_of(mark["attributes"])
    built_in = {key: int(value) for key, value in attributes.items() if _is_built_in(key, value)}
    fixed = {"label": mark["label_class"], "source": "manual", "occluded": "0"} | {
        key: str(value) for key, value in built_in.items()
    }
    own = _own_attributes(mark)
    inner = body + "".join(
        _attribute(key, value, kinds[mark["label_class"]][key], losses) for key, value in sorted(own.items())
    )
    tag, _, geometry = element.partition(" ")
    opened = f"<{tag} " + " ".join(f'{key}="{xml_text(value)}"' for key, value in fixed.items())
    return f"{opened} {geometry}>{inner}</{tag}>\n"


def _attribute(key: str, value: object, kind: str, losses: Losses) -> str:
    if isinstance(value, str):
        text = value
    elif isinstance(value, bool):
        text = "true" if value else "false"
    else:
        text = canonical_json(value).decode()
    if kind == "text" and not isinstance(value, str):
        losses.count("attribute type", "written as text: the values of the attribute are of several types")
    if not is_xml_text(text):
        losses.count("attribute text", "characters that XML cannot hold are replaced")
    return f'<attribute name="{xml_text(key)}">{xml_text(text)}</attribute>'


def _element(mark: Row, item: Row, names: tuple[str, ...], losses: Losses) -> tuple[str, str]:
    """Name and geometry of a mark's element, and what stands inside; empty for what cannot be written."""
    shape = mark["shape"]
    if shape == TAG:
        return "tag ", ""
    if shape in {BBOX, ROTATED_BBOX}:
        count_unturned(mark, losses)
        return _box(mark), ""
    if shape in {POLYLINE, POINT} or (shape == POLYGON and is_simple(mark)):
        ring = mark["points"] if mark["points"] is not None else mark["polygon"][0][0]
        return f'{"points" if shape == POINT else shape} points="{_pairs(ring)}"', ""
    if shape == KEYPOINTS:
        return _keypoints(mark, names, losses)
    if shape == POLYGON:
        losses.count("part or hole", "the polygon is written as a mask, filled at pixel centres")
    return _mask(mark, item, losses), ""


def _box(mark: Row) -> str:
    if mark["shape"] == BBOX:
        corners, rotation = box_of(mark), ""
    else:
        x, y, width, height, angle = mark["rotated"]
        corners = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        rotation = f' rotation="{decimal(math.degrees(angle))}"'
    pairs = zip(("xtl", "ytl", "xbr", "ybr"), corners, strict=True)
    return "box " + " ".join(f'{key}="{decimal(value)}"' for key, value in pairs) + rotation


def _pairs(ring: list[float]) -> str:
    return ";".join(f"{decimal(ring[i])},{decimal(ring[i + 1])}" for i in range(0, len(ring), 2))


def _keypoints(mark: Row, names: tuple[str, ...], losses: Losses) -> tuple[str, str]:
    points = [mark["points"][i : i + 3] for i in range(0, len(mark["points"]), 3)]
    if mark["polygon"] is not None or not is_box_of_points(mark):
        losses.count("outline of keypoints", "left out: the box becomes that of the points")
    if len(names) == len(points):
        inner = "".join(_skeleton_point(text, *point) for text, point in zip(names, points, strict=True))
        return "skeleton ", inner
    shown = [point for point in points if point[2]]
    if len(shown) < len(points) or any(point[2] == 1 for point in points):
        losses.count("visibility", "points that are not labelled are left out, hidden ones become visible")
    return f'points points="{_pairs([v for point in shown for v in point[:2]])}"', ""


def _skeleton_point(text: str, x: float, y: float, visible: float) -> str:
    outside, occluded = int(visible == 0), int(visible == 1)
    label = xml_text(text)
    return f'<points label="{label}" outside="{outside}" occluded="{occluded}" points="{_pairs([x, y])}"></points>'


def _mask(mark: Row, item: Row, losses: Losses) -> str:
    pixels, left, top = window_of(mark, item, NAME)
    if pixels.size == 0:
        losses.count(mark["shape"], "left out: no pixel's centre lies inside")
        return ""
    height, width = pixels.shape
    runs = ", ".join(str(n) for n in _runs(pixels.ravel().tolist()))
    return f'mask rle="{runs}" left="{left}" top="{top}" width="{width}" height="{height}"'


def _runs(values: Iterable[bool]) -> list[int]:
    """Lengths of equal neighbours, background first."""
    groups = [(value, sum(1 for _ in group)) for value, group in groupby(values)]
    counts = [n for _, n in groups]
    return [0, *counts] if groups and groups[0][0] else counts
