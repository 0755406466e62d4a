"""YOLO: writing data.yaml, and one text file a picture with twelve decimals."""

from __future__ import annotations

import pyarrow.compute as pc

from assay.formats import shapes
from assay.formats.files import Sink
from assay.formats.model import DEFAULT_WRITE, LossReport, WriteOptions, YoloTask
from assay.formats.paths import unique_stems, without_suffix
from assay.formats.rows import (
    Losses,
    Row,
    as_box,
    box_of,
    check_label_set,
    count_common,
    count_unused,
    items_with_marks,
    numbers_of,
    size_of,
)
from assay.formats.values import yaml_text
from assay.kernel.marks import BBOX, POLYGON, ROTATED_BBOX, TAG, LabelSet

NAME = "yolo"
_DECIMALS = 12  # at most 1e-6 px off on pictures up to a million pixels wide
_KEEPS = frozenset({"classes", "split"})


def write(label_set: LabelSet, sink: Sink, *, options: WriteOptions = DEFAULT_WRITE) -> LossReport:
    """Write `data.yaml` and `labels/<split>/*.txt`; pictures belong in `images/<split>/`.

    Every picture gets a label file; an empty one says that there is nothing on it. Items without a split are in the
    folder `default`. Boxes are cut at the picture's edge, which the format demands.

    Raises:
        UnwritableError: the size of a picture is not known.
    """
    check_label_set(label_set)
    losses = Losses(NAME)
    count_unused(label_set, losses, keeps=_KEEPS)
    task = _task(label_set, options.yolo_task)
    numbers = numbers_of(label_set, NAME, first=0)
    names = unique_stems(f"{row['split'] or 'default'}/{row['file_name']}" for row in label_set.items.to_pylist())
    for item, marks in items_with_marks(label_set):
        inside = [mark for mark in marks if _is_inside(mark, item, losses)]
        named = f"{item['split'] or 'default'}/{item['file_name']}"
        path = names[named]
        if path != named:
            losses.count("file_name", "renamed: two pictures would share one label file")
        size = size_of(item, NAME)
        lines = [f"{numbers[m['label_class']]} {line}\n" for m in inside for line in _lines(m, size, task, losses)]
        file = f"labels/{without_suffix(path)}.txt"
        sink.write(file, "".join(lines).encode())
        losses.files.append(file)
        losses.n_marks += len(lines)
        losses.n_items += 1
        losses.image_paths[item["item"]] = f"images/{path}"
    sink.write("data.yaml", _yaml(label_set, dict(numbers), task).encode())
    losses.files.append("data.yaml")
    return losses.report()


def _task(label_set: LabelSet, asked: YoloTask) -> YoloTask:
    if asked != "auto":
        return asked
    kinds = set(pc.unique(label_set.marks["shape"]).to_pylist())
    if POLYGON in kinds:
        return "segment"
    return "obb" if kinds == {ROTATED_BBOX} else "detect"


def _yaml(label_set: LabelSet, numbers: dict[str, int], task: YoloTask) -> str:
    splits = set(label_set.items["split"].to_pylist())
    used = [split for split in ("train", "val", "test") if split in splits]
    lines = ["path: ."]
    if used:
        lines += [f"{split}: images/{split}" for split in used]
    else:  # both keys are demanded by trainers; the same folder under two keys says that there is no split
        lines += ["train: images/default", "val: images/default"]
    lines.append(f"task: {task}")  # trainers pass over it; it tells turned boxes from outlines
    lines.append("names:" if numbers else "names: []")
    lines += [f"  {number}: {yaml_text(text)}" for text, number in sorted(numbers.items(), key=lambda pair: pair[1])]
    return "\n".join([*lines, ""])


def _lines(mark: Row, size: tuple[int, int], task: YoloTask, losses: Losses) -> list[str]:
    """The lines of one mark without the class; several for an outline of several parts."""
    count_common(mark, losses, keeps=frozenset())
    if task == "segment" and mark["shape"] in {POLYGON, ROTATED_BBOX, BBOX}:
        return [_share(ring, size) for ring in _rings(mark, size, losses)]
    if task == "obb" and mark["shape"] in {ROTATED_BBOX, BBOX}:
        if mark["shape"] == BBOX:
            losses.count(BBOX, "written as a turned box of angle 0")
        return [_share(_cut(_corners(mark), size, losses), size)]
    if not as_box(mark, losses):
        return []
    box = _cut(list(box_of(mark)), size, losses)
    return [_box(box, size) if task == "detect" else _share(_corners_of_box(box), size)]


def _is_inside(mark: Row, item: Row, losses: Losses) -> bool:
    """Whether anything of the mark is left when it is cut at the picture's edge."""
    if mark["shape"] == TAG:
        return True
    width, height = size_of(item, NAME)
    x_min, y_min, x_max, y_max = box_of(mark)
    if x_max > 0 and y_max > 0 and x_min < width and y_min < height:
        return True
    losses.count("outside", "left out: nothing of it lies inside the picture")
    return False


def _rings(mark: Row, size: tuple[int, int], losses: Losses) -> list[list[float]]:
    if mark["shape"] == POLYGON:
        if any(len(part) > 1 for part in mark["polygon"]):
            losses.count("hole", "filled: an outline has no holes")
        if len(mark["polygon"]) > 1:
            losses.count("part", "each part is written as an object of its own", len(mark["polygon"]) - 1)
        return [_cut(part[0], size, losses) for part in mark["polygon"]]
    losses.count(mark["shape"], "written as an outline of four corners")
    return [_cut(_corners(mark), size, losses)]


def _corners(mark: Row) -> list[float]:
    return shapes.corners_of(mark["rotated"]) if mark["shape"] == ROTATED_BBOX else _corners_of_box(list(box_of(mark)))


def _corners_of_box(box: list[float]) -> list[float]:
    x_min, y_min, x_max, y_max = box
    return [x_min, y_min, x_max, y_min, x_max, y_max, x_min, y_max]


def _cut(values: list[float], size: tuple[int, int], losses: Losses) -> list[float]:
    """Move coordinates outside the picture onto its edge."""
    cut = [min(max(v, 0.0), float(size[i % 2])) for i, v in enumerate(values)]
    if cut != values:
        losses.count("outside", "cut at the picture's edge")
    return cut


def _box(box: list[float], size: tuple[int, int]) -> str:
    x_min, y_min, x_max, y_max = box
    w, h = size
    return _decimals([(x_min + x_max) / 2 / w, (y_min + y_max) / 2 / h, (x_max - x_min) / w, (y_max - y_min) / h])


def _share(ring: list[float], size: tuple[int, int]) -> str:
    return _decimals([v / size[i % 2] for i, v in enumerate(ring)])


def _decimals(values: list[float]) -> str:
    return " ".join(f"{v:.{_DECIMALS}f}".rstrip("0").rstrip(".") for v in values)
