"""Label Studio: one JSON list of tasks, each with the annotations of several people; coordinates in percent."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from assay.formats import shapes
from assay.formats.brush_rle import decode_brush
from assay.formats.collect import Collector
from assay.formats.errors import FileRefusedError
from assay.formats.files import Files, head
from assay.formats.json_strict import BadElement, stream_array
from assay.formats.limits import MIB
from assay.formats.model import DEFAULT_READ, Mode, ReadOptions, ReadReport
from assay.formats.paths import is_image, join_inside, split_of
from assay.formats.pictures import Pictures
from assay.formats.shapes import Shape
from assay.formats.values import RowError, at, kind, name, real, side, whole
from assay.formats.xml_strict import stream_elements
from assay.kernel.marks import LabelSet

NAME = "label-studio"
CONFIG = "label_config.xml"
_TASK = re.compile(rb'"(annotations|completions|predictions)"\s*:')
_IMAGE_KEYS = ("image", "img", "image_url", "url", "picture")
_REMOTE = frozenset({"http", "https", "s3", "gs", "azure-blob"})
_UPLOAD_PREFIX = re.compile(r"[0-9a-f]{8}-(?=.)")
_GEOMETRY = ("rectangle", "polygon", "keypoint", "ellipse", "brush")
_PERCENT = 100.0
_SPLITS = frozenset({"train", "val", "test"})


@dataclass(frozen=True, slots=True)
class _Work:
    """One person's or model's answer to one task.

    Attributes:
        place: where it stands, for notes.
        author: who made it.
        score: of the whole answer, for predictions.
        results: its rows.
    """

    place: str
    author: str
    score: object
    results: list[Any]


def sniff(files: Files) -> bool:
    """Whether some JSON file is a list of Label Studio tasks."""
    return bool(_label_files(files))


def _label_files(files: Files) -> list[str]:
    found = [file for file in files.names() if file.endswith(".json")]
    return [file for file in found if _is_tasks(head(files, file))]


def _is_tasks(start: bytes) -> bool:
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[") and b'"data"' in start and bool(_TASK.search(start))


def read(files: Files, *, mode: Mode = "strict", options: ReadOptions = DEFAULT_READ) -> tuple[LabelSet, ReadReport]:
    """Read every Label Studio export of a folder.

    Each annotation's marks keep their author, `user-<id>`; predictions keep the model's version and score. Choices on
    a region and its `meta` become attributes, choices on the picture become tags. Addresses of pictures are never
    fetched; only their path names the picture. A task that nobody answered is unlabelled.
    """
    collector = Collector(NAME, files)
    pictures = Pictures(files, options.sizes)
    found = _label_files(files) or [file for file in files.names() if file.endswith(".json")]
    if not found:
        raise FileRefusedError("", "there is no JSON file to read as Label Studio")
    _take_config(collector)
    for file in found:
        for member in stream_array(files, file):
            place = f"[{member.index}]"
            with collector.row(file, place):
                if isinstance(member.value, BadElement):
                    raise RowError(member.value.reason)
                _take_task(collector, pictures, (file, place), member.value, options)
    return collector.finish(mode)


def _take_config(collector: Collector) -> None:
    """Classes in the order of a labelling interface that lies beside the export."""
    for file in collector.files.names():
        if PurePosixPath(file).name == CONFIG:
            wanted = frozenset({"Label", "Choice"})
            for node in stream_elements(collector.files, file, root="View", wanted=wanted, cap_bytes=MIB):
                with collector.row(file, f"<{node.tag}>"):
                    collector.add_class(node.attributes.get("value", ""))


def _take_task(
    collector: Collector, pictures: Pictures, place: tuple[str, str], task: object, options: ReadOptions
) -> None:
    if not isinstance(task, dict) or not isinstance(task.get("data"), dict):
        raise RowError("the task has no data")
    item = _item_name(collector, task["data"])
    works = _works(collector, place, task, options)
    if not works:
        collector.leave_out("task without an answer")
        return
    image = pictures.find([item, _UPLOAD_PREFIX.sub("", PurePosixPath(item).name, count=1)])
    width, height = _size(works) or pictures.size(image) or (None, None)
    split = task["data"].get("split")
    if not isinstance(split, str) or split not in _SPLITS:
        split = split_of(place[0])
    collector.add_item(item, width_px=width, height_px=height, split=split, image=image)
    for work in works:
        for i, group in enumerate(_regions(work.results)):
            where = f"{work.place}.result[{i}]"
            with collector.row(place[0], where):
                _take_region(collector, item, group, work, (place[0], where))


def _item_name(collector: Collector, data: dict[str, Any]) -> str:
    """Path of the picture from `/data/upload/…`, `?d=…`, an address or a plain path."""
    named = next((data[key] for key in _IMAGE_KEYS if isinstance(data.get(key), str)), None)
    if named is None:
        named = next((value for value in data.values() if isinstance(value, str) and is_image(value)), None)
    if named is None:
        raise RowError("the task names no picture")
    if "/data/local-files/?d=" in named:
        return join_inside("", unquote(named.split("?d=", 1)[1]))
    if "/data/upload/" in named:
        return join_inside("", unquote(named.split("/data/upload/", 1)[1]).split("/", 1)[-1])
    scheme = named.split("://", 1)[0].lower()
    if "://" in named and scheme in _REMOTE:
        try:
            path = urlsplit(named).path
        except ValueError:
            raise RowError("the address of the picture is broken") from None
        collector.leave_out("address of a picture")
        return join_inside("", unquote(path).lstrip("/"))
    return join_inside("", named)


def _works(collector: Collector, place: tuple[str, str], task: dict[str, Any], options: ReadOptions) -> list[_Work]:
    """Answers of people, but for skipped ones, and of models."""
    works: list[_Work] = []
    for key in ("annotations", "completions", "predictions"):
        rows = task.get(key, [])
        if not isinstance(rows, list):
            raise RowError(f"{key} is {kind(rows)}, not a list")
        for i, row in enumerate(rows):
            where = f"{place[1]}.{key}[{i}]"
            with collector.row(place[0], where):
                if not isinstance(row, dict) or not isinstance(row.get("result"), list):
                    raise RowError("the answer has no list of results")
                if row.get("was_cancelled") is True:
                    collector.leave_out("skipped answer")
                    continue
                is_model = key == "predictions"
                author = _model(row) if is_model else _person(row, options)
                works.append(_Work(where, author, row.get("score") if is_model else None, row["result"]))
    return works


def _model(row: dict[str, Any]) -> str:
    version = row.get("model_version")
    return name(version, "model_version") if isinstance(version, str) and version.strip() else "model"


def _person(row: dict[str, Any], options: ReadOptions) -> str:
    """Who answered; an e-mail address is not taken over, only the number."""
    if isinstance(row.get("assay_author"), str):
        return name(row["assay_author"], "the author")
    who = row.get("completed_by")
    if isinstance(who, dict):
        who = who.get("id")
    if who is None:
        return options.author
    return f"user-{whole(who, 'completed_by')}"


def _size(works: list[_Work]) -> tuple[int, int] | None:
    for work in works:
        for row in work.results:
            if isinstance(row, dict) and "original_width" in row:
                width, height = (whole(row.get(f"original_{key}"), key) for key in ("width", "height"))
                return side(width, "original_width"), side(height, "original_height")
    return None


def _regions(results: list[Any]) -> list[list[Any]]:
    """Rows of one region together, by their id."""
    groups: dict[object, list[Any]] = {}
    for i, row in enumerate(results):
        key = row.get("id") if isinstance(row, dict) else None
        groups.setdefault(key if isinstance(key, str) else i, []).append(row)
    return list(groups.values())


def _take_region(collector: Collector, item: str, group: list[Any], work: _Work, place: tuple[str, str]) -> None:
    rows = [row for row in group if isinstance(row, dict) and isinstance(row.get("value"), dict)]
    if len(rows) != len(group):
        raise RowError("a result has no value")
    main = next((row for row in rows if _form(row) in _GEOMETRY), None)
    if main is None:
        _take_loose(collector, item, rows, work, place)
        return
    if main.get("image_rotation"):
        raise RowError("the picture was turned while it was labelled, which is not read")
    labels = [
        text for row in rows for key, texts in row["value"].items() if key.endswith("labels") for text in _list(texts)
    ]
    labels = list(dict.fromkeys(text if isinstance(text, str) else "" for text in labels))
    if len(labels) != 1:
        raise RowError(f"the region has {len(labels)} labels, not one")
    label_class = collector.add_class(labels[0])
    with at(".value"):
        shape = _shape(_form(main), main["value"], collector.known_size_of(item))
    if _form(main) == "ellipse":
        collector.repair(*place, "the ellipse is read as a polygon of 64 corners")
    attributes = _attributes(collector, [row for row in rows if row is not main])
    meta = main.get("meta")
    if isinstance(meta, dict) and isinstance(meta.get("attributes"), dict):
        attributes |= meta["attributes"]
    _add(collector, item, shape, label_class, work, place, score=main.get("score"), attributes=attributes)


def _form(row: dict[str, Any]) -> str:
    return str(row.get("type", "")).removesuffix("labels")


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _take_loose(
    collector: Collector, item: str, rows: list[dict[str, Any]], work: _Work, place: tuple[str, str]
) -> None:
    """Choices on the whole picture are tags; other answers without a region are not kept."""
    for row in rows:
        if row.get("type") != "choices":
            collector.leave_out(f"{row.get('type', 'answer')!s:.40} on the picture")
            continue
        for text in _list(row["value"].get("choices")):
            label_class = collector.add_class(text)
            where = (place[0], f"{place[1]}.{label_class:.40}")
            _add(collector, item, shapes.tag(), label_class, work, where, score=row.get("score"), attributes=None)


def _add(
    collector: Collector,
    item: str,
    shape: Shape,
    label_class: str,
    work: _Work,
    place: tuple[str, str],
    *,
    score: object,
    attributes: object,
) -> None:
    score = work.score if score is None else score
    collector.add_mark(
        item,
        "#".join(place),
        shape,
        label_class=label_class,
        place=place,
        author=work.author,
        attributes=attributes,
        confidence=None if score is None else real(score, "the score"),
    )


def _attributes(collector: Collector, rows: list[dict[str, Any]]) -> dict[str, object]:
    """Answers about one region, by the name of the control that asked."""
    result: dict[str, object] = {}
    for row in rows:
        form = str(row.get("type", ""))
        if form.endswith("labels"):
            continue
        if form not in row["value"]:
            collector.leave_out(f"{form:.40} on a region")
            continue
        answer = row["value"][form]
        single = answer[0] if isinstance(answer, list) and len(answer) == 1 else answer
        result[name(row.get("from_name"), "from_name")] = single
    return result


def _percent(value: dict[str, Any], key: str) -> float:
    return real(value.get(key), key) / _PERCENT


def _shape(form: str, value: dict[str, Any], size: tuple[int, int]) -> Shape:
    w, h = size
    if form == "brush":
        if value.get("format", "rle") != "rle" or not isinstance(value.get("rle"), list):
            raise RowError("the brush has no run lengths")
        data = value["rle"]
        if not all(isinstance(v, int) and 0 <= v <= 255 for v in data):  # noqa: PLR2004 - a byte
            raise RowError("the brush's run lengths are no bytes")
        return shapes.mask_of_array(decode_brush(data, w, h))
    if form == "polygon":
        points = value.get("points")
        if not isinstance(points, list) or not all(isinstance(p, list) and len(p) == 2 for p in points):  # noqa: PLR2004
            raise RowError("points are not a list of pairs")
        return shapes.polygon(
            [[[real(v, "a coordinate") * size[i] / _PERCENT for p in points for i, v in enumerate(p)]]]
        )
    x, y = _percent(value, "x") * w, _percent(value, "y") * h
    if form == "keypoint":
        return shapes.point(x, y)
    angle = math.radians(real(value.get("rotation", 0), "rotation"))
    if form == "ellipse":
        return shapes.ellipse(x, y, _percent(value, "radiusX") * w, _percent(value, "radiusY") * h, angle)
    width, height = _percent(value, "width") * w, _percent(value, "height") * h
    if angle == 0:
        return shapes.bbox(x, y, x + width, y + height)
    # The turn is about the box's own top left corner, clockwise.
    centre_x = x + math.cos(angle) * width / 2 - math.sin(angle) * height / 2
    centre_y = y + math.sin(angle) * width / 2 + math.cos(angle) * height / 2
    return shapes.rotated_bbox(centre_x, centre_y, width, height, angle)
