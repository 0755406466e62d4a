"""COCO: instances and keypoints as JSON, streamed both ways."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from assay.formats import rle, shapes
from assay.formats.collect import Collector
from assay.formats.errors import FileRefusedError, UnsafePathError, shown
from assay.formats.files import Files, head
from assay.formats.json_strict import BadElement, Member, stream_object
from assay.formats.limits import MAX_NAME_CHARS
from assay.formats.model import DEFAULT_READ, Mode, ReadOptions, ReadReport
from assay.formats.paths import join_inside, split_of
from assay.formats.pictures import Pictures
from assay.formats.shapes import Shape
from assay.formats.values import RowError, at, kind, name, real, reals, side, whole
from assay.kernel.marks import LabelSet

NAME = "coco"
_TABLES = frozenset({"images", "annotations", "categories"})
_MEMBER = re.compile(rb'"(annotations|categories|images)"\s*:\s*\[')
_NOT_INSTANCES = re.compile(r"(person_keypoints|captions|stuff|panoptic|image_info)_")
_N_BOX = 4


@dataclass(slots=True)
class _Image:
    item: str
    width_px: int | None
    height_px: int | None
    author: str | None


@dataclass(slots=True)
class _Index:
    """What annotations of one file refer to."""

    images: dict[int, _Image] = field(default_factory=dict)
    image_ids: set[int] = field(default_factory=set)  # those of refused pictures as well
    classes: dict[int, str] = field(default_factory=dict)
    category_ids: set[int] = field(default_factory=set)
    annotation_ids: set[int] = field(default_factory=set)
    names: set[tuple[str, str | None]] = field(default_factory=set)  # pictures, each once for an annotator


def sniff(files: Files) -> bool:
    """Whether some JSON file starts like COCO."""
    return bool(label_files(files))


def label_files(files: Files) -> list[str]:
    """The COCO files of a folder; where instances lie beside other kinds for the same pictures, only the instances."""
    found = [file for file in files.names() if file.endswith(".json") and _is_coco(head(files, file))]
    if any(PurePosixPath(file).name.startswith("instances_") for file in found):
        return [file for file in found if not _NOT_INSTANCES.match(PurePosixPath(file).name)]
    return found


def _is_coco(start: bytes) -> bool:
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and _MEMBER.search(start) is not None


def read(files: Files, *, mode: Mode = "strict", options: ReadOptions = DEFAULT_READ) -> tuple[LabelSet, ReadReport]:
    """Read every COCO file of a folder.

    A bad picture, category or annotation is a refused row, and so is what refers to it. Two pictures with one id, two
    categories with one id or name, and text that is not JSON refuse the file. A text `annotator` of an annotation, or
    of a picture that is listed once for each person, is the author.
    """
    collector = Collector(NAME, files)
    pictures = Pictures(files, options.sizes)
    found = label_files(files) or [file for file in files.names() if file.endswith(".json")]
    if not found:
        raise FileRefusedError("", "there is no JSON file to read as COCO")
    for file in found:
        prefix = f"{file}:" if len(found) > 1 else ""
        _read_file(collector, pictures, file, prefix, options)
    return collector.finish(mode)


def _read_file(collector: Collector, pictures: Pictures, file: str, prefix: str, options: ReadOptions) -> None:
    """Two walks: annotations may stand before what they refer to, and memory must stay flat."""
    index = _Index()
    takers: Mapping[str, Callable[[Member], None]] = {
        "images": lambda member: _take_image(collector, pictures, index, file, member),
        "categories": lambda member: _take_category(collector, index, file, member),
    }
    seen: set[str] = set()
    for member in stream_object(collector.files, file, _TABLES):
        seen.add(member.key)
        if member.key in _TABLES and member.index is None:
            raise FileRefusedError(file, f"{member.key} is {kind(member.value)}, not a list", place=member.key)
        if member.key in takers:
            with collector.row(file, member.place):
                takers[member.key](member)
    if not seen & _TABLES:
        raise FileRefusedError(file, "it has neither images nor annotations nor categories")
    for member in stream_object(collector.files, file, _TABLES):
        if member.key == "annotations":
            with collector.row(file, member.place):
                _take_annotation(collector, index, file, member, prefix, options)


def _object(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    if isinstance(value, BadElement):
        raise RowError(value.reason)
    if not isinstance(value, dict):
        raise RowError(f"the row is {kind(value)}, not an object")
    return value


def _take_image(collector: Collector, pictures: Pictures, index: _Index, file: str, member: Member) -> None:
    row = _object(member.value)
    number = whole(row.get("id"), "the id")
    if number in index.image_ids:
        raise FileRefusedError(file, f"two pictures have the id {number}", place=member.place)
    index.image_ids.add(number)
    named = row.get("file_name")
    if not isinstance(named, str):
        raise RowError(f"file_name is {kind(named)}, not text", place=".file_name")
    item = join_inside("", named)
    width, height = (_side(row.get(key), key) for key in ("width", "height"))
    if width is None or height is None:
        width = height = None
    folder = str(PurePosixPath(file).parent)
    image = pictures.find(_candidates(folder, item))
    if width is None:
        collector.warn(
            file, member.place, "has no width and height; they are taken from the picture, where there is one"
        )
        width, height = pictures.size(image) or (None, None)
    if number < 0:
        collector.warn(file, member.place, f"has the negative id {number}")
    author = None if row.get("annotator") is None else name(row["annotator"], "the annotator")
    if not collector.has_item(item) or (item, author) in index.names:
        split = split_of(file)
        collector.add_item(item, width_px=width, height_px=height, split=split, image=image)
    index.names.add((item, author))
    index.images[number] = _Image(item, *collector.size_of(item), author)


def _candidates(folder: str, item: str) -> list[str]:
    """Where tools put pictures beside a COCO file."""
    stem = "" if folder == "." else folder
    up = str(PurePosixPath(folder).parent) if stem else ""
    places = [stem, f"{stem}/images", "images", "" if up == "." else up, "" if up in {"", "."} else f"{up}/images"]
    result: list[str] = []
    for place in [*places, "data", ""]:
        try:
            result.append(join_inside(place.strip("/"), item))
        except UnsafePathError:
            continue
    return result


def _side(value: object, what: str) -> int | None:
    return None if value is None else side(whole(value, what), what)


def _take_category(collector: Collector, index: _Index, file: str, member: Member) -> None:
    row = _object(member.value)
    number = whole(row.get("id"), "the id")
    if number in index.category_ids:
        raise FileRefusedError(file, f"two categories have the id {number}", place=member.place)
    index.category_ids.add(number)
    text = row.get("name")
    if isinstance(text, str) and len(text) > MAX_NAME_CHARS:
        reason = f"a category's name has {len(text)} characters, over the limit of {MAX_NAME_CHARS}"
        raise FileRefusedError(file, reason, place=member.place)
    known = name(text, "the category's name")
    if known in index.classes.values():
        raise FileRefusedError(file, f"two categories have the name {shown(known)}", place=member.place)
    collector.add_class(known, number=number)
    index.classes[number] = known
    names = row.get("keypoints")
    if isinstance(names, list) and names:
        collector.skeletons[known] = tuple(name(text, "a keypoint's name") for text in names)
    for key in ("supercategory", "skeleton"):
        if row.get(key):
            collector.leave_out(key)


def _take_annotation(
    collector: Collector, index: _Index, file: str, member: Member, prefix: str, options: ReadOptions
) -> None:
    row = _object(member.value)
    number = _annotation_id(collector, index, file, member, row)
    image_id = whole(row.get("image_id"), "image_id")
    category_id = whole(row.get("category_id"), "category_id")
    if image_id not in index.images:
        reason = "was refused" if image_id in index.image_ids else "is not in the file"
        raise RowError(f"its picture {image_id} {reason}", place=".image_id")
    if category_id not in index.classes:
        reason = "was refused" if category_id in index.category_ids else "is not in the file"
        raise RowError(f"its category {category_id} {reason}", place=".category_id")
    crowd = row.get("iscrowd", 0)
    if not isinstance(crowd, int) or crowd not in {0, 1}:
        raise RowError(f"iscrowd is {kind(crowd)}, not 0 or 1", place=".iscrowd")
    image, label_class = index.images[image_id], index.classes[category_id]
    shape = _shape(collector, row, image, label_class, (file, member.place))
    score = row.get("score")
    collector.add_mark(
        image.item,
        f"{prefix}{number}",
        shape,
        label_class=label_class,
        place=(file, member.place),
        author=_author(row, image, options),
        attributes=row.get("attributes"),
        confidence=None if score is None else real(score, "the score"),
        is_crowd=bool(crowd),
    )


def _author(row: dict[str, Any], image: _Image, options: ReadOptions) -> str:
    """The annotation's own annotator, else its picture's, else nobody named."""
    if row.get("annotator") is not None:
        return name(row["annotator"], "the annotator")
    return image.author or options.author


def _annotation_id(collector: Collector, index: _Index, file: str, member: Member, row: dict[str, Any]) -> int:
    if row.get("id") is None:
        number = -1 - (member.index or 0)
        collector.repair(file, member.place, "has no id; it is known by its place")
    else:
        number = whole(row["id"], "the id")
        if number < 0:
            collector.warn(file, member.place, f"has the negative id {number}")
    if number in index.annotation_ids:
        raise RowError(f"two annotations have the id {number}", place=".id")
    index.annotation_ids.add(number)
    return number


def _shape(collector: Collector, row: dict[str, Any], image: _Image, label_class: str, place: tuple[str, str]) -> Shape:
    """Keypoints where some are labelled, else the segmentation, else the box; the source's own box is kept."""
    with at(".bbox"):
        given = _given_box(row["bbox"]) if "bbox" in row else None
    with at(".segmentation"):
        outline = _segmentation(row.get("segmentation"), image)
    points = row.get("keypoints")
    if points is not None:
        if not isinstance(points, list):
            raise RowError(f"keypoints are {kind(points)}, not a list", place=".keypoints")
        values = reals(points, "a keypoint")
        if not values or any(values[2::3]) or len(values) % 3:
            names = collector.skeletons.get(label_class, ())
            polygon = None if outline is None else outline.polygon
            box = given.box if given is not None else None if outline is None else outline.box
            return shapes.keypoints(values, names=names, box=box, outline=polygon)
        collector.leave_out("keypoints of which none is labelled")
    if outline is None:
        if given is None:
            raise RowError("there is neither a box nor a segmentation")
        return given
    if given is None or given.box is None:
        return outline
    shape, agrees = shapes.with_source_box(outline, given.box)
    if not agrees:
        collector.warn(*place, "the box is not the envelope of the segmentation; the segmentation counts")
    return shape


def _given_box(value: object) -> Shape:
    if not isinstance(value, list) or len(value) != _N_BOX:
        raise RowError(f"bbox is {kind(value)}, not four numbers")
    x, y, width, height = reals(value, "a number of the box")
    if width < 0 or height < 0:
        raise RowError(f"the box has the negative size {width:g} × {height:g}")
    return shapes.bbox(x, y, x + width, y + height)


def _segmentation(value: object, image: _Image) -> Shape | None:
    """A polygon from a list of rings, a mask from run lengths; None when there is none."""
    if value is None or value == []:
        return None
    if isinstance(value, dict):
        return _mask(value, image)
    if not isinstance(value, list) or not all(isinstance(ring, list) for ring in value):
        raise RowError(f"the segmentation is {kind(value)}, neither rings nor run lengths")
    return shapes.polygon([[reals(ring, "a coordinate")] for ring in value])


def _mask(value: dict[str, Any], image: _Image) -> Shape:
    size, counts = value.get("size"), value.get("counts")
    if not isinstance(size, list) or len(size) != 2:  # noqa: PLR2004 - height and width
        raise RowError("the mask has no size")
    height, width = (side(whole(v, "the mask's size"), "the mask's size") for v in size)
    if (width, height) != (image.width_px, image.height_px):
        picture = "of unknown size" if image.width_px is None else f"{image.width_px} × {image.height_px} px"
        raise RowError(f"the mask is {width} × {height} px and its picture {picture}")
    if isinstance(counts, str):
        return shapes.mask(rle.counts_of_string(counts), width, height)
    if isinstance(counts, list):
        return shapes.mask([whole(v, "a run") for v in counts], width, height)
    raise RowError("the mask has no run lengths")
