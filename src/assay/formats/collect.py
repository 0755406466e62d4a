"""Gathers rows from any codec into one label set and one report; the same checks for every format."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from assay.formats.errors import FileRefusedError, RowsRefusedError, TooLargeError, UnsafePathError, shown
from assay.formats.files import Files
from assay.formats.limits import MAX_CLASSES, MAX_MARKS_PER_ITEM, MAX_NOTES, MAX_RINGS_CHECKED
from assay.formats.model import Mode, Note, ReadReport
from assay.formats.paths import SPLITS, is_image
from assay.formats.shapes import Shape, crosses_itself
from assay.formats.values import RowError, attributes_json, kind, looks_like, name
from assay.kernel.marks import ITEMS_SCHEMA, MARKS_SCHEMA, POLYGON, LabelSet

_BATCH = 16_384
_OUTSIDE_PX = 0.01  # sources round; a hundredth beyond the edge is the edge


class _Notes:
    """The first thousand notes of one kind, and how many there were."""

    def __init__(self) -> None:
        self.kept: list[Note] = []
        self.n = 0

    def add(self, note: Note) -> None:
        self.n += 1
        if len(self.kept) < MAX_NOTES:
            self.kept.append(note)


class Collector:
    """Builds a `LabelSet` row by row and remembers what was refused, and where."""

    def __init__(self, format_name: str, files: Files) -> None:
        self.format_name = format_name
        self.files = files
        self.image_paths: dict[str, str] = {}
        self.skeletons: dict[str, tuple[str, ...]] = {}
        self._items: dict[str, tuple[str, int | None, int | None, str | None]] = {}
        self._marks: list[list[object]] = [[] for _ in MARKS_SCHEMA]
        self._batches: list[pa.RecordBatch] = []
        self._mark_ids: set[str] = set()
        self._authors: set[str] = set()
        self._n_marks_of: dict[str, int] = {}
        self._classes: dict[str, int | None] = {}
        self._rows, self._whole, self._warnings, self._repairs = _Notes(), _Notes(), _Notes(), _Notes()
        self._not_kept: dict[str, int] = {}
        self._n_rings = 0

    @contextmanager
    def row(self, file: str, place: str) -> Iterator[None]:
        """Turn a `RowError` or an unsafe path inside the block into a refused row with its place."""
        try:
            yield
        except RowError as error:
            self.refuse(file, place + error.place, error.reason)
        except UnsafePathError as error:
            self.refuse(file, place, error.reason)

    @contextmanager
    def whole_file(self, file: str) -> Iterator[None]:
        """Turn a refused file inside the block into a note, for formats of many files."""
        try:
            yield
        except FileRefusedError as error:
            self._whole.add(Note(file, error.place, error.reason))
        except TooLargeError as error:
            self._whole.add(Note(file, "", error.reason))

    def refuse(self, file: str, place: str, reason: str) -> None:
        """Leave out a row."""
        self._rows.add(Note(file, place, reason))

    def refuse_file(self, file: str, reason: str) -> None:
        """Leave out a file of many."""
        self._whole.add(Note(file, "", reason))

    def warn(self, file: str, place: str, reason: str) -> None:
        """Note something that is taken as it is and looks wrong."""
        self._warnings.add(Note(file, place, reason))

    def repair(self, file: str, place: str, reason: str) -> None:
        """Note something that is taken after a change."""
        self._repairs.add(Note(file, place, reason))

    def leave_out(self, what: str, n: int = 1) -> None:
        """Count something the source holds and Assay does not."""
        self._not_kept[what] = self._not_kept.get(what, 0) + n

    def add_class(self, value: object, *, number: int | None = None, what: str = "the class name") -> str:
        """Take a class into the list, in order; the same name again changes nothing."""
        text = name(value, what)
        if text not in self._classes:
            if len(self._classes) >= MAX_CLASSES:
                raise TooLargeError("The number of classes", limit=f"{MAX_CLASSES}")
            self._classes[text] = number
        return text

    def has_class(self, text: str) -> bool:
        """Whether a class is in the list already."""
        return text in self._classes

    def has_item(self, item: str) -> bool:
        """Whether an item was added already."""
        return item in self._items

    @property
    def n_taken(self) -> int:
        """Items and marks taken so far."""
        return len(self._items) + len(self._mark_ids)

    def size_of(self, item: str) -> tuple[int | None, int | None]:
        """Width and height of an item as the source states them."""
        _, width, height, _ = self._items[item]
        return width, height

    def known_size_of(self, item: str) -> tuple[int, int]:
        """Width and height of an item; a row that needs them is refused where the source does not state them."""
        width, height = self.size_of(item)
        if width is None or height is None:
            raise RowError("the size of the picture is not known")
        return width, height

    def add_item(
        self, item: str, *, width_px: int | None, height_px: int | None, split: str | None, image: str | None = None
    ) -> None:
        """Take an item; its id is its file name. A second one of the same name is refused."""
        if item in self._items:
            raise RowError(f"the picture {shown(item)} appears twice")
        if split not in SPLITS:
            raise RowError(f"the split is {kind(split)}, not train, val or test")
        self._items[item] = (item, width_px, height_px, split)
        self._n_marks_of[item] = 0
        if image is not None:
            self.image_paths[item] = image

    def add_mark(
        self,
        item: str,
        mark: str,
        shape: Shape,
        *,
        label_class: str,
        place: tuple[str, str],
        author: str,
        attributes: object = None,
        confidence: float | None = None,
        is_crowd: bool = False,
    ) -> None:
        """Take a mark on an item that was added; its class must be in the list."""
        if mark in self._mark_ids:
            raise RowError(f"the mark {shown(mark)} appears twice")
        if confidence is not None and not 0 <= confidence <= 1:
            raise RowError(f"the confidence {confidence:g} is outside 0 to 1")
        if self._n_marks_of[item] >= MAX_MARKS_PER_ITEM:
            raise RowError(f"there are more than {MAX_MARKS_PER_ITEM} marks on one picture, over the limit")
        encoded = attributes_json(attributes)
        if author not in self._authors:  # looked at once, not for each of a million marks
            self._authors.add(name(author, "the author"))
        self._look_at(item, shape, place)
        box = shape.box or (None, None, None, None)
        values = (item, mark, author.strip(), label_class, shape.kind, *box, shape.rotated, shape.polygon)
        row = (*values, shape.rle, shape.points, encoded, confidence, is_crowd)
        for column, value in zip(self._marks, row, strict=True):
            column.append(value)
        if len(self._marks[0]) >= _BATCH:
            self._pack()
        self._mark_ids.add(mark)
        self._n_marks_of[item] += 1

    def _pack(self) -> None:
        """Move the rows gathered so far into Arrow, which takes a sixth of the memory."""
        arrays = [pa.array(values, type=column.type) for values, column in zip(self._marks, MARKS_SCHEMA, strict=True)]
        self._batches.append(pa.RecordBatch.from_arrays(arrays, schema=MARKS_SCHEMA))
        self._marks = [[] for _ in MARKS_SCHEMA]

    def _look_at(self, item: str, shape: Shape, place: tuple[str, str]) -> None:
        """Refuse what lies beside the picture; note what reaches over its edge or crosses itself."""
        _, width, height, _ = self._items[item]
        if shape.box is not None and width is not None and height is not None:
            x_min, y_min, x_max, y_max = shape.box
            if x_max < 0 or y_max < 0 or x_min > width or y_min > height:
                raise RowError(f"the {shape.kind} lies outside the picture of {width} × {height} px")
            over = max(-x_min, -y_min, x_max - width, y_max - height)
            if over > _OUTSIDE_PX:
                self.warn(*place, f"the {shape.kind} reaches {over:g} px over the picture's edge")
        if shape.kind == POLYGON and shape.polygon is not None and self._n_rings < MAX_RINGS_CHECKED:
            rings = [ring for part in shape.polygon for ring in part]
            self._n_rings += len(rings)
            if any(crosses_itself(ring) for ring in rings):
                self.warn(*place, "the polygon crosses itself")

    def finish(self, mode: Mode) -> tuple[LabelSet, ReadReport]:
        """Close the books; in the mode `strict` any refused row or file raises `RowsRefusedError` with the report."""
        self._note_lookalikes()
        report = self._report()
        if mode == "strict" and (report.n_refused or report.n_refused_files):
            raise RowsRefusedError(report)
        numbers = {text: number for text, number in self._classes.items() if number is not None}
        self._pack()
        rows = [(item, *values) for item, values in self._items.items()]
        columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in ITEMS_SCHEMA]
        arrays = [pa.array(values, type=column.type) for values, column in zip(columns, ITEMS_SCHEMA, strict=True)]
        label_set = LabelSet(
            items=pa.table(arrays, schema=ITEMS_SCHEMA),
            marks=pa.Table.from_batches(self._batches, schema=MARKS_SCHEMA),
            classes=tuple(self._classes),
            skeletons=dict(self.skeletons),
            class_numbers={self.format_name: numbers} if numbers else {},
        )
        return label_set, report

    def _note_lookalikes(self) -> None:
        seen: dict[str, str] = {}
        for text in self._classes:
            twin = seen.setdefault(looks_like(text), text)
            if twin != text:
                self.warn("", f"class {shown(text)}", f"looks the same as the class {shown(twin)}")

    def _report(self) -> ReadReport:
        used = set(self.image_paths.values())
        return ReadReport(
            format=self.format_name,
            n_items=len(self._items),
            n_marks=len(self._mark_ids),
            refused=tuple(self._rows.kept),
            n_refused=self._rows.n,
            refused_files=tuple(self._whole.kept),
            n_refused_files=self._whole.n,
            warnings=tuple(self._warnings.kept),
            n_warnings=self._warnings.n,
            repairs=tuple(self._repairs.kept),
            n_repairs=self._repairs.n,
            not_kept=dict(sorted(self._not_kept.items())),
            unlabelled=tuple(path for path in self.files.names() if is_image(path) and path not in used),
            image_paths=dict(self.image_paths),
        )
