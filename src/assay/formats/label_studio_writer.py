"""Label Studio: writing a JSON list of tasks, an annotation for each author, and a labelling interface."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pyarrow.compute as pc

from assay.formats import rle
from assay.formats.brush_rle import encode_brush
from assay.formats.files import Sink
from assay.formats.label_studio import CONFIG
from assay.formats.model import DEFAULT_WRITE, LossReport, WriteOptions
from assay.formats.rows import (
    Losses,
    Row,
    box_of,
    check_label_set,
    count_common,
    count_unturned,
    counts_of,
    is_simple,
    items_with_marks,
    size_of,
)
from assay.formats.values import attributes_of, xml_text
from assay.kernel.marks import BBOX, KEYPOINTS, MASK, POINT, POLYGON, POLYLINE, ROTATED_BBOX, TAG, LabelSet

NAME = "label-studio"
_FILE = "tasks.json"
_KEEPS = frozenset({"author", "attributes", "confidence"})
_USER = re.compile(r"user-([0-9]{1,15})")
_POINT_WIDTH_PERCENT = 0.5
_CONTROLS = (
    ("RectangleLabels", "rectangle"),
    ("PolygonLabels", "polygon"),
    ("BrushLabels", "brush"),
    ("KeyPointLabels", "keypoint"),
)


def write(label_set: LabelSet, sink: Sink, *, options: WriteOptions = DEFAULT_WRITE) -> LossReport:
    """Write `tasks.json` and `label_config.xml`; pictures belong in `images/` or at an address of your own.

    Marks with a score are predictions of their author. An item without marks is a task with one empty annotation.

    Raises:
        UnwritableError: the size of a picture is not known.
    """
    del options
    check_label_set(label_set)
    losses = Losses(NAME)
    losses.count("skeleton", "left out: the format does not name keypoints", len(label_set.skeletons))
    losses.files += [_FILE, CONFIG]
    authors = sorted(pc.unique(label_set.marks["author"]).to_pylist())
    with sink.open(_FILE) as stream:
        stream.write(b"[")
        for number, (item, marks) in enumerate(items_with_marks(label_set), start=1):
            task = _task(number, item, marks, authors, losses)
            encoded = json.dumps(task, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
            stream.write((b",\n" if number > 1 else b"\n") + encoded)
            losses.n_items += 1
            losses.image_paths[item["item"]] = f"images/{item['file_name']}"
        stream.write(b"\n]\n")
    sink.write(CONFIG, _config(label_set).encode())
    return losses.report()


def _config(label_set: LabelSet) -> str:
    """An interface that offers every class in every shape, to paste into a new project."""
    labels = "".join(f'    <Label value="{xml_text(text)}"/>\n' for text in label_set.classes)
    controls = "".join(f'  <{tag} name="{text}" toName="image">\n{labels}  </{tag}>\n' for tag, text in _CONTROLS)
    choices = labels.replace("<Label ", "<Choice ")
    tags = f'  <Choices name="choice" toName="image" choice="multiple">\n{choices}  </Choices>\n'
    return f'<View>\n  <Image name="image" value="$image"/>\n{controls}{tags}</View>\n'


def _task(number: int, item: Row, marks: list[Row], authors: list[str], losses: Losses) -> dict[str, Any]:
    data = {"image": item["file_name"]}
    if item["split"] is not None:
        data["split"] = item["split"]
    answers: dict[tuple[str, bool], list[dict[str, Any]]] = {}
    for i, mark in enumerate(marks, start=1):
        result = _result(mark, item, losses)
        if result is not None:
            count_common(mark, losses, keeps=_KEEPS)
            losses.n_marks += 1
            is_model = mark["confidence"] is not None
            answers.setdefault((mark["author"], is_model), []).append({"id": f"m{i}", **result})
    task: dict[str, Any] = {"id": number, "data": data, "annotations": [], "predictions": []}
    for (author, is_model), results in sorted(answers.items(), key=lambda pair: pair[0]):
        if is_model:
            task["predictions"].append({"model_version": author, "result": results})
        else:
            task["annotations"].append(_person(author, authors) | {"result": results})
    if not task["annotations"] and not task["predictions"]:
        task["annotations"].append({"result": []})
    return task


def _person(author: str, authors: list[str]) -> dict[str, Any]:
    """Who answered: the number that the name holds, else a number and the name beside it."""
    if author == "imported":
        return {}
    match = _USER.fullmatch(author)
    if match is not None and str(int(match[1])) == match[1]:
        return {"completed_by": int(match[1])}
    return {"completed_by": authors.index(author) + 1, "assay_author": author}


def _result(mark: Row, item: Row, losses: Losses) -> dict[str, Any] | None:
    """One row of an answer, or None for what the format has no shape for."""
    width, height = size_of(item, NAME)
    form, value = _value(mark, item, losses)
    if not form:
        losses.count(mark["shape"], "left out: the format has no such shape")
        return None
    key = "choices" if form == "choices" else f"{form}labels"
    row: dict[str, Any] = {
        "type": key,
        "from_name": "choice" if form == "choices" else form,
        "to_name": "image",
        "original_width": width,
        "original_height": height,
        "value": {**value, key: [mark["label_class"]]},
    }
    if mark["confidence"] is not None:
        row["score"] = mark["confidence"]
    if mark["attributes"] is not None:
        if form == "choices":
            losses.count("attributes", "left out: choices on a picture have none")
        else:
            row["meta"] = {"attributes": attributes_of(mark["attributes"])}
    return row


def _value(mark: Row, item: Row, losses: Losses) -> tuple[str, dict[str, Any]]:  # noqa: PLR0911 - one a shape
    size = size_of(item, NAME)
    shape = mark["shape"]
    if shape == TAG:
        return "choices", {}
    if shape == BBOX:
        x_min, y_min, x_max, y_max = box_of(mark)
        return "rectangle", _rectangle(x_min, y_min, x_max - x_min, y_max - y_min, size, 0.0)
    if shape == ROTATED_BBOX:
        count_unturned(mark, losses)
        return "rectangle", _turned(mark["rotated"], size)
    if shape == POINT:
        x, y = _percents(mark["points"], size)
        return "keypoint", {"x": x, "y": y, "width": _POINT_WIDTH_PERCENT}
    if shape == POLYGON and is_simple(mark):
        values = _percents(mark["polygon"][0][0], size)
        return "polygon", {"points": [values[i : i + 2] for i in range(0, len(values), 2)], "closed": True}
    if shape in {POLYLINE, KEYPOINTS}:
        return "", {}
    if shape != MASK:
        losses.count("part or hole", "the polygon is written as a brush mask, filled at pixel centres")
    pixels = rle.mask_of_counts(counts_of(mark, item, NAME), *size)
    if not pixels.any():  # parts thinner than any pixel's centre
        return "", {}
    return "brush", {"format": "rle", "rle": encode_brush(pixels)}


def _rectangle(
    x: float, y: float, width: float, height: float, size: tuple[int, int], degrees: float
) -> dict[str, float]:
    x, y, width, height = _percents([x, y, width, height], size)
    return {"x": x, "y": y, "width": width, "height": height, "rotation": degrees}


def _turned(rotated: list[float], size: tuple[int, int]) -> dict[str, float]:
    """The turn is about the box's own top left corner, clockwise, from 0 to 360 degrees."""
    centre_x, centre_y, width, height, angle = rotated
    x = centre_x - math.cos(angle) * width / 2 + math.sin(angle) * height / 2
    y = centre_y - math.sin(angle) * width / 2 - math.cos(angle) * height / 2
    return _rectangle(x, y, width, height, size, math.degrees(angle))


def _percents(values: list[float], size: tuple[int, int]) -> list[float]:
    return [v * 100 / size[i % 2] for i, v in enumerate(values)]
