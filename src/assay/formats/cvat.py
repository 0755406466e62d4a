"""CVAT for images 1.1: one XML file for a whole set, read picture by picture."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from assay.formats import shapes
from assay.formats.collect import Collector
from assay.formats.errors import FileRefusedError, UnsafePathError
from assay.formats.files import Files, head
from assay.formats.limits import MAX_DATASET_BYTES
from assay.formats.model import DEFAULT_READ, Mode, ReadOptions, ReadReport
from assay.formats.paths import folder_split_of, join_inside
from assay.formats.pictures import Pictures
from assay.formats.shapes import Shape
from assay.formats.values import RowError, at, integer, is_integer, name, number, side
from assay.formats.xml_strict import Node, stream_elements
from assay.kernel.marks import LabelSet

NAME = "cvat"
_WANTED = frozenset({"meta", "image", "track"})
_SHAPES = frozenset({"box", "polygon", "polyline", "points", "mask", "tag", "skeleton", "ellipse", "cuboid"})


@dataclass(slots=True)
class _Labels:
    """What the head of the file says of classes; empty when it says nothing."""

    kinds: dict[tuple[str, str], str] = field(default_factory=dict)  # class and attribute to the attribute's type
    known: set[str] = field(default_factory=set)
    parents: dict[str, list[str]] = field(default_factory=dict)  # skeleton to its points


def sniff(files: Files) -> bool:
    """Whether some XML file starts like a CVAT export."""
    return bool(_label_files(files))


def _label_files(files: Files) -> list[str]:
    found = [file for file in files.names() if file.lower().endswith(".xml")]
    return [file for file in found if b"<annotations" in head(files, file, 4096)]


def read(files: Files, *, mode: Mode = "strict", options: ReadOptions = DEFAULT_READ) -> tuple[LabelSet, ReadReport]:
    """Read every CVAT file of a folder; coordinates are pixel edges, as here.

    `occluded`, `z_order` and `group_id` become attributes where they are set. Ellipses become polygons of 64 corners.
    Video tracks and cuboids are refused.
    """
    collector = Collector(NAME, files)
    pictures = Pictures(files, options.sizes)
    found = _label_files(files) or [file for file in files.names() if file.lower().endswith(".xml")]
    if not found:
        raise FileRefusedError("", "there is no XML file to read as CVAT")
    for file in found:
        _read_file(collector, pictures, file, options)
    return collector.finish(mode)


def _read_file(collector: Collector, pictures: Pictures, file: str, options: ReadOptions) -> None:
    labels = _Labels()
    n_images = 0
    elements = stream_elements(collector.files, file, root="annotations", wanted=_WANTED, cap_bytes=MAX_DATASET_BYTES)
    for node in elements:
        if node.tag == "meta":
            with collector.row(file, "meta"):
                _take_labels(collector, labels, node)
        elif node.tag == "track":
            with collector.row(file, f"track[{node.attributes.get('id', ''):.20}]"):
                raise RowError("video tracks are not read")
        else:
            _take_image(collector, pictures, labels, file, f"image[{n_images}]", node, options)
            n_images += 1


def _take_labels(collector: Collector, labels: _Labels, meta: Node) -> None:
    """Classes, types of their attributes and the points of skeletons, wherever in the head they stand."""
    pending = [meta]
    while pending:
        node = pending.pop(0)
        if node.tag == "labels":
            for label in node.all("label"):
                _take_label(collector, labels, label)
        else:
            pending += node.children


def _take_label(collector: Collector, labels: _Labels, label: Node) -> None:
    text = name(label.text_of("name"), "the label's name")
    parent = label.text_of("parent")
    if parent:
        labels.parents.setdefault(parent, []).append(text)
        return
    labels.known.add(collector.add_class(text))
    inner = label.one("attributes")
    for attribute in inner.all("attribute") if inner is not None else []:
        labels.kinds[text, attribute.text_of("name")] = attribute.text_of("input_type")


def _take_image(
    collector: Collector, pictures: Pictures, labels: _Labels, file: str, place: str, node: Node, options: ReadOptions
) -> None:
    item = ""
    with collector.row(file, place):
        item = join_inside("", node.attributes.get("name", ""))
        subset = node.attributes.get("subset", "")
        image = pictures.find(_candidates(subset, item))
        width, height = _size(collector, pictures, node, image, (file, place))
        split = folder_split_of(f"{subset.lower()}/x") if subset else folder_split_of(item)
        collector.add_item(item, width_px=width, height_px=height, split=split, image=image)
    if not collector.has_item(item):
        return
    for i, mark in enumerate(node.children):
        where = f"{place}/{mark.tag:.20}[{i}]"
        with collector.row(file, where):
            if mark.tag not in _SHAPES:
                raise RowError(f"<{mark.tag:.40}> is no shape of this format")
            _take_mark(collector, labels, item, mark, (file, where), options)


def _candidates(subset: str, item: str) -> list[str]:
    result: list[str] = []
    for folder in (f"images/{subset}", "images", subset, ""):
        try:
            result.append(join_inside("", f"{folder}/{item}".lstrip("/")))
        except UnsafePathError:
            continue
    return result


def _size(
    collector: Collector, pictures: Pictures, node: Node, image: str | None, place: tuple[str, str]
) -> tuple[int | None, int | None]:
    if "width" not in node.attributes or "height" not in node.attributes:
        collector.warn(*place, "has no width and height; they are taken from the picture, where there is one")
        return pictures.size(image) or (None, None)
    width, height = (integer(node.attributes[key], f"the {key}") for key in ("width", "height"))
    return side(width, "the width"), side(height, "the height")


def _take_mark(
    collector: Collector, labels: _Labels, item: str, mark: Node, place: tuple[str, str], options: ReadOptions
) -> None:
    label_class = name(mark.attributes.get("label", ""), "the label")
    if labels.known and label_class not in labels.known:
        raise RowError("its label is not among the labels of the file")
    if mark.tag == "skeleton":
        shape = _skeleton(collector, labels, label_class, mark)
    else:
        readers: dict[str, Callable[[Node], Shape]] = {
            "box": _box,
            "polygon": lambda m: shapes.polygon([[_points(m)]]),
            "polyline": lambda m: shapes.polyline(_points(m)),
            "points": _loose_points,
            "mask": lambda m: _mask(m, collector.known_size_of(item)),
            "ellipse": _ellipse,
            "tag": lambda _: shapes.tag(),
        }
        if mark.tag not in readers:
            raise RowError(f"a {mark.tag} is not read")
        shape = readers[mark.tag](mark)
    if mark.tag == "ellipse":
        collector.repair(*place, "the ellipse is read as a polygon of 64 corners")
    if mark.attributes.get("source", "manual") not in {"manual", "file", ""}:
        collector.leave_out("source")
    collector.add_class(label_class)
    collector.add_mark(
        item,
        "#".join(place),
        shape,
        label_class=label_class,
        place=place,
        author=options.author,
        attributes=_attributes(labels, label_class, mark),
    )


def _value(mark: Node, key: str) -> float:
    if key not in mark.attributes:
        raise RowError(f"there is no {key}")
    return number(mark.attributes[key], key)


def _box(mark: Node) -> Shape:
    x_min, y_min, x_max, y_max = (_value(mark, key) for key in ("xtl", "ytl", "xbr", "ybr"))
    upright = shapes.bbox(x_min, y_min, x_max, y_max)
    degrees = number(mark.attributes.get("rotation", "0"), "rotation")
    if degrees == 0:
        return upright
    centre = (x_min + x_max) / 2, (y_min + y_max) / 2
    return shapes.rotated_bbox(*centre, x_max - x_min, y_max - y_min, math.radians(degrees))


def _ellipse(mark: Node) -> Shape:
    x, y, radius_x, radius_y = (_value(mark, key) for key in ("cx", "cy", "rx", "ry"))
    return shapes.ellipse(
        x, y, radius_x, radius_y, math.radians(number(mark.attributes.get("rotation", "0"), "rotation"))
    )


def _points(mark: Node) -> list[float]:
    """Coordinates of `x,y;x,y;…`."""
    with at("/@points"):
        result: list[float] = []
        for pair in mark.attributes.get("points", "").split(";"):
            values = pair.split(",")
            if len(values) != 2:  # noqa: PLR2004 - x and y
                raise RowError("a point is not two numbers with a comma between")
            result += [number(value, "a coordinate") for value in values]
        return result


def _loose_points(mark: Node) -> Shape:
    values = _points(mark)
    if len(values) == 2:  # noqa: PLR2004 - x and y
        return shapes.point(*values)
    return shapes.keypoints([v for i in range(0, len(values), 2) for v in (values[i], values[i + 1], 2.0)])


def _skeleton(collector: Collector, labels: _Labels, label_class: str, mark: Node) -> Shape:
    """Points in the order of the head's sublabels, or of the first skeleton of that class."""
    found = {point.attributes.get("label", ""): point for point in mark.all("points")}
    if len(found) != len(mark.all("points")):
        raise RowError("a point of the skeleton appears twice")
    order = list(collector.skeletons.get(label_class) or labels.parents.get(label_class) or found)
    if set(found) - set(order):
        raise RowError("a point of the skeleton is not among those of its class")
    collector.skeletons.setdefault(label_class, tuple(name(text, "a point's name") for text in order))
    values: list[float] = []
    for text in order:
        point = found.get(text)
        if point is None or point.attributes.get("outside") == "1":
            values += [0.0, 0.0, 0.0]
        else:
            xy = _points(point)
            if len(xy) != 2:  # noqa: PLR2004 - x and y
                raise RowError("a point of the skeleton has not two coordinates")
            values += [*xy, 1.0 if point.attributes.get("occluded") == "1" else 2.0]
    return shapes.keypoints(values, names=order)


def _mask(mark: Node, size: tuple[int, int]) -> Shape:
    """Run lengths row by row over a window of the picture, background first."""
    left, top, width, height = (
        integer(mark.attributes.get(key, ""), key) for key in ("left", "top", "width", "height")
    )
    if width < 1 or height < 1 or width > size[0] or height > size[1]:
        raise RowError("the mask's window is empty or larger than the picture")
    with at("/@rle"):
        counts = [integer(run, "a run") for run in mark.attributes.get("rle", "").split(",")]
        if min(counts) < 0 or sum(counts) != width * height:
            raise RowError(f"the runs add up to {sum(counts)} px, not {width * height}, or one is negative")
    pixels = np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape(height, width)
    return shapes.mask_of_window(pixels, left, top, size)


def _attributes(labels: _Labels, label_class: str, mark: Node) -> dict[str, object]:
    result: dict[str, object] = {}
    if mark.attributes.get("occluded", "0") == "1":
        result["occluded"] = True
    for key in ("z_order", "group_id"):
        value = integer(mark.attributes.get(key, "0"), key)
        if value:
            result[key] = value
    for node in mark.all("attribute"):
        key = name(node.attributes.get("name", ""), "an attribute's name")
        if key in result:
            raise RowError(f"the attribute {key:.40} appears twice")
        result[key] = _typed(node.text, labels.kinds.get((label_class, key), "text"))
    return result


def _typed(text: str, kind: str) -> object:
    if kind == "checkbox" and text.strip() in {"true", "false"}:
        return text.strip() == "true"
    if kind == "number":
        return integer(text, "an attribute") if is_integer(text) else number(text, "an attribute")
    return text
