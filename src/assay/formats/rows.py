"""What every writer shares: items with their marks in order, and a count of what the format cannot hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from assay.formats import rle, shapes
from assay.formats.errors import UnwritableError, shown
from assay.formats.limits import MIN_SIDE_PX
from assay.formats.model import Loss, LossReport
from assay.formats.paths import SPLITS
from assay.kernel.marks import (
    BBOX,
    ITEMS_SCHEMA,
    KEYPOINTS,
    MARKS_SCHEMA,
    MASK,
    POINT,
    POLYGON,
    POLYLINE,
    ROTATED_BBOX,
    SHAPES,
    TAG,
    LabelSet,
)

Row = dict[str, Any]
_BATCH = 4096
_BOX_COLUMNS = ("x_min_px", "y_min_px", "x_max_px", "y_max_px")
_COLUMNS_OF = {
    BBOX: _BOX_COLUMNS,
    ROTATED_BBOX: (*_BOX_COLUMNS, "rotated"),
    POLYGON: (*_BOX_COLUMNS, "polygon"),
    MASK: (*_BOX_COLUMNS, "rle"),
    **dict.fromkeys((POLYLINE, KEYPOINTS, POINT), (*_BOX_COLUMNS, "points")),
}


class Losses:
    """Counts what a writer leaves out or changes, and which files it made."""

    def __init__(self, format_name: str) -> None:
        self.format_name = format_name
        self.n_items = 0
        self.n_marks = 0
        self.files: list[str] = []
        self.image_paths: dict[str, str] = {}
        self._losses: dict[tuple[str, str], int] = {}

    def count(self, what: str, why: str, n: int = 1) -> None:
        """One more of a kind; `why` says what was done instead."""
        if n:
            self._losses[what, why] = self._losses.get((what, why), 0) + n

    def report(self) -> LossReport:
        """The account of the whole write."""
        losses = tuple(Loss(what, n, why) for (what, why), n in sorted(self._losses.items()))
        return LossReport(
            self.format_name, self.n_items, self.n_marks, losses, tuple(sorted(self.files)), dict(self.image_paths)
        )


def check_label_set(label_set: LabelSet) -> None:
    """Make sure that a label set keeps its promises before anything is written; `UnwritableError` otherwise."""
    items, marks = label_set.items, label_set.marks
    if not items.schema.equals(ITEMS_SCHEMA) or not marks.schema.equals(MARKS_SCHEMA):
        raise UnwritableError("The tables do not have the columns of items and marks.")
    for table, column in ((items, "item"), (items, "file_name"), (marks, "mark")):
        if pc.count_distinct(table[column]).as_py() != len(table):
            raise UnwritableError(f"The column {column} holds a value twice.")
    _check_geometry(marks)
    strangers = pc.invert(pc.is_in(marks["item"], value_set=items["item"].combine_chunks()))
    if pc.any(strangers).as_py():
        first = marks.filter(strangers)["item"][0].as_py()
        raise UnwritableError(f"A mark lies on the item {shown(first)}, which is not among the items.")
    for table, column, known in (
        (marks, "label_class", label_set.classes),
        (marks, "shape", SHAPES),
        (items, "split", SPLITS),
    ):
        unknown = [value for value in pc.unique(table[column]).to_pylist() if value not in set(known)]
        if unknown:
            raise UnwritableError(f"A row has the {column} {shown(unknown[0])}, which is not in the list.")


def _check_geometry(marks: pa.Table) -> None:
    """Every mark but a tag has an envelope, every shape its own column, and no number is NaN or infinite."""
    for column in (*_BOX_COLUMNS, "rotated", "polygon", "points", "confidence"):
        values = marks[column]
        while pa.types.is_list(values.type) or pa.types.is_fixed_size_list(values.type):
            values = pc.list_flatten(values)
        if not pc.all(pc.is_finite(values), skip_nulls=True, min_count=0).as_py():
            raise UnwritableError(f"The column {column} holds a value that is no number.")
    for shape, columns in _COLUMNS_OF.items():
        of_shape = marks.filter(pc.equal(marks["shape"], shape))
        for column in columns:
            if of_shape[column].null_count:
                raise UnwritableError(f"A {shape} has no {column}.")


def items_with_marks(label_set: LabelSet) -> Iterator[tuple[Row, list[Row]]]:
    """Each item with its marks, both in the order of their tables."""
    places = pc.index_in(label_set.marks["item"], value_set=label_set.items["item"].combine_chunks())
    order = np.argsort(np.asarray(places), kind="stable")
    marks = _rows(label_set.marks.take(pa.array(order)))
    waiting = next(marks, None)
    for item in item_rows(label_set):
        own: list[Row] = []
        while waiting is not None and waiting["item"] == item["item"]:
            own.append(waiting)
            waiting = next(marks, None)
        yield item, own


def item_rows(label_set: LabelSet) -> Iterator[Row]:
    """The items as dictionaries, in the order of their table."""
    return _rows(label_set.items)


def _rows(table: pa.Table) -> Iterator[Row]:
    for batch in table.to_batches(max_chunksize=_BATCH):
        yield from batch.to_pylist()


def box_of(mark: Row) -> shapes.Box:
    """The envelope of a row of the marks table."""
    return mark["x_min_px"], mark["y_min_px"], mark["x_max_px"], mark["y_max_px"]


def size_of(item: Row, format_name: str) -> tuple[int, int]:
    """Width and height of an item, for formats that cannot do without."""
    if item["width_px"] is None or item["height_px"] is None:
        raise UnwritableError(
            f"The size of {shown(item['file_name'])} is not known, and {format_name} cannot be written without.",
            hint="Import the pictures first, or choose a format with pixels, such as coco or voc.",
        )
    return item["width_px"], item["height_px"]


def has_box(mark: Row) -> bool:
    """Whether the envelope has an extent, so that a box can stand for the mark."""
    x_min, y_min, x_max, y_max = box_of(mark)
    return mark["shape"] != TAG and min(x_max - x_min, y_max - y_min) >= MIN_SIDE_PX


def count_unturned(mark: Row, losses: Losses) -> None:
    """Count a turned box of angle 0, which formats with one kind of box give back as an upright one."""
    if mark["shape"] == ROTATED_BBOX and mark["rotated"][4] == 0:
        losses.count(ROTATED_BBOX, "one of angle 0 becomes an upright box")


def is_box_of_points(mark: Row) -> bool:
    """Whether the box of a keypoints row is just the envelope of its labelled points."""
    return shapes.keypoints(mark["points"]).box == box_of(mark)


def as_box(mark: Row, losses: Losses) -> bool:
    """Whether to write the mark as a box in a format of boxes; counts what that loses."""
    if mark["shape"] == BBOX:
        return True
    if not has_box(mark):
        losses.count(mark["shape"], "left out: the format holds boxes with an extent only")
        return False
    losses.count(mark["shape"], "written as its upright box")
    return True


def is_simple(mark: Row) -> bool:
    """Whether a polygon has one part and no hole."""
    return len(mark["polygon"]) == 1 and len(mark["polygon"][0]) == 1


def has_holes(mark: Row) -> bool:
    """Whether any part of a polygon has a hole."""
    return any(len(part) > 1 for part in mark["polygon"])


def counts_of(mark: Row, item: Row, format_name: str) -> list[int]:
    """Run lengths of a mask, or of a polygon filled at pixel centres."""
    if mark["shape"] == MASK:
        return rle.counts_of_string(mark["rle"])
    assert mark["shape"] == POLYGON, "only areas have run lengths"
    width, height = size_of(item, format_name)
    return rle.counts_of_mask(shapes.rasterise(mark["polygon"], width, height))


def window_of(mark: Row, item: Row, format_name: str) -> tuple[NDArray[np.bool_], int, int]:
    """Pixels of an area's tight window, with its left and top, for formats that write masks so."""
    width, height = size_of(item, format_name)
    pixels = rle.mask_of_counts(counts_of(mark, item, format_name), width, height)
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    if len(rows) == 0:  # an outline thinner than any pixel's centre
        return np.zeros((0, 0), dtype=np.bool_), 0, 0
    left, top = int(columns[0]), int(rows[0])
    return pixels[top : rows[-1] + 1, left : columns[-1] + 1], left, top


def count_common(mark: Row, losses: Losses, *, keeps: frozenset[str]) -> None:
    """Count author, attributes, confidence and crowd flag where they are set and the format has no place for them."""
    if "author" not in keeps and mark["author"] != "imported":
        losses.count("author", "left out: the format does not say who made a mark")
    if "attributes" not in keeps and mark["attributes"] is not None:
        losses.count("attributes", "left out: the format has no attributes")
    if "confidence" not in keeps and mark["confidence"] is not None:
        losses.count("confidence", "left out: the format has no scores")
    if "is_crowd" not in keeps and mark["is_crowd"]:
        losses.count("is_crowd", "written as one object: the format has no crowds")


def count_unused(label_set: LabelSet, losses: Losses, *, keeps: frozenset[str]) -> None:
    """Count what a format loses of the set as a whole: unused classes, splits, names of keypoints."""
    if "classes" not in keeps:
        used = set(pc.unique(label_set.marks["label_class"]).to_pylist())
        unused = len([text for text in label_set.classes if text not in used])
        losses.count("unused class", "left out: the format lists classes by their use only", unused)
    if "split" not in keeps:
        n_split = len(label_set.items) - label_set.items["split"].null_count
        losses.count("split", "left out: the format does not say train, val or test", n_split)
    if "skeletons" not in keeps:
        losses.count("skeleton", "left out: the format does not name keypoints", len(label_set.skeletons))


def numbers_of(label_set: LabelSet, format_name: str, *, first: int) -> Mapping[str, int]:
    """Class numbers for writing: those the same format gave where it did, the next free ones for other classes."""
    given = label_set.class_numbers.get(format_name, {})
    numbers = {text: given[text] for text in label_set.classes if text in given}
    taken = set(numbers.values())
    following = first
    for text in label_set.classes:
        if text in numbers:
            continue
        while following in taken:
            following += 1
        numbers[text] = following
        taken.add(following)
    return numbers
