"""CSV of boxes: a line a box, with a header; formulas are disarmed on the way out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from assay.formats import shapes
from assay.formats.collect import Collector
from assay.formats.errors import FileRefusedError
from assay.formats.files import Files, Sink, head
from assay.formats.limits import MAX_DATASET_BYTES
from assay.formats.model import (
    DEFAULT_READ,
    DEFAULT_WRITE,
    LossReport,
    Mode,
    ReadOptions,
    ReadReport,
    WriteOptions,
)
from assay.formats.paths import join_inside, split_of
from assay.formats.pictures import Pictures
from assay.formats.rows import (
    Losses,
    Row,
    as_box,
    box_of,
    check_label_set,
    count_common,
    count_unused,
    items_with_marks,
)
from assay.formats.values import RowError, decimal, disarmed, integer, number, side
from assay.kernel.marks import LabelSet

NAME = "csv"
_FILE = "boxes.csv"
_HEADER = ("filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax", "author", "confidence", "split")
_ALIASES = {
    "file_name": "filename",
    "image": "filename",
    "image_path": "filename",
    "path": "filename",
    "label": "class",
    "class_name": "class",
    "label_class": "class",
    "cell_type": "class",
    "x_min": "xmin",
    "y_min": "ymin",
    "x_max": "xmax",
    "y_max": "ymax",
    "x1": "xmin",
    "y1": "ymin",
    "x2": "xmax",
    "y2": "ymax",
}
_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_NEEDED = frozenset({"filename", "class", *_CORNERS})
_LONGEST_FIELD = 131_072  # the csv module's own limit


def sniff(files: Files) -> bool:
    """Whether some CSV file has a header with file, class and four edges."""
    return bool(_label_files(files))


def _label_files(files: Files) -> list[str]:
    return [file for file in files.names() if file.lower().endswith(".csv") and _columns_of(head(files, file))]


def _columns_of(start: bytes) -> bool:
    line = start.decode("utf-8-sig", errors="replace").splitlines()[:1]
    return bool(line) and set(_names(line[0].split(","))) >= _NEEDED


def _names(header: list[str]) -> list[str]:
    plain = [text.strip().strip('"').lower() for text in header]
    return [_ALIASES.get(text, text) for text in plain]


def read(files: Files, *, mode: Mode = "strict", options: ReadOptions = DEFAULT_READ) -> tuple[LabelSet, ReadReport]:
    """Read every CSV of boxes in a folder; edges are pixel edges, as here.

    A line with a file and nothing else is a picture without marks. Width, height, author, confidence and split are
    optional columns.
    """
    collector = Collector(NAME, files)
    pictures = Pictures(files, options.sizes)
    found = _label_files(files)
    if not found:
        raise FileRefusedError("", f"there is no CSV file with the columns {', '.join(sorted(_NEEDED))}")
    for file in found:
        for line, row in _lines(collector, file):
            place = f"line {line}"
            with collector.row(file, place):
                _take_line(collector, pictures, (file, place), row, options)
    return collector.finish(mode)


def _lines(collector: Collector, file: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and fields by column. A field over the limit refuses its line, an open quote the file."""
    try:
        text = collector.files.read(file, cap_bytes=MAX_DATASET_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefusedError(file, "it is not UTF-8 text") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" not in str(error):
                raise FileRefusedError(
                    file, "a quote is not closed, or stands inside a field", place=f"line {line}"
                ) from None
            collector.refuse(file, f"line {line}", f"a field is over the limit of {_LONGEST_FIELD} characters")
            continue
        if header is None:
            header = _names(fields)
            if len(set(header)) != len(header):
                raise FileRefusedError(file, "two columns have the same name", place="line 1")
        elif fields:
            yield line, dict(zip(header, [*fields, *[""] * (len(header) - len(fields))], strict=False))


def _take_line(
    collector: Collector, pictures: Pictures, place: tuple[str, str], row: dict[str, str], options: ReadOptions
) -> None:
    item = join_inside("", row["filename"])
    label_class = collector.add_class(row["class"]) if row["class"] or any(row[key] for key in _CORNERS) else ""
    if label_class:
        shape = shapes.bbox(*(number(row[key], key) for key in _CORNERS))
    if not collector.has_item(item):
        image = pictures.find([item, f"images/{item}"])
        width, height = _size(row) or pictures.size(image) or (None, None)
        split = row.get("split") or split_of(place[0])
        collector.add_item(item, width_px=width, height_px=height, split=split, image=image)
    if label_class:
        score = row.get("confidence", "")
        collector.add_mark(
            item,
            "#".join(place),
            shape,
            label_class=label_class,
            place=place,
            author=row.get("author") or options.author,
            confidence=number(score, "confidence") if score else None,
        )


def _size(row: dict[str, str]) -> tuple[int, int] | None:
    if not row.get("width") or not row.get("height"):
        return None
    return side(integer(row["width"], "width"), "width"), side(integer(row["height"], "height"), "height")


def write(label_set: LabelSet, sink: Sink, *, options: WriteOptions = DEFAULT_WRITE) -> LossReport:
    """Write `boxes.csv`; cells that a spreadsheet would run start with an apostrophe."""
    del options
    check_label_set(label_set)
    losses = Losses(NAME)
    count_unused(label_set, losses, keeps=frozenset({"split"}))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEADER)
    for item, marks in items_with_marks(label_set):
        rows = [_cells(item, mark, losses) for mark in marks if as_box(mark, losses)]
        losses.n_marks += len(rows)
        losses.n_items += 1
        losses.image_paths[item["item"]] = f"images/{item['file_name']}"
        for row in rows or [[item["file_name"], item["width_px"], item["height_px"], *[""] * 7, item["split"]]]:
            writer.writerow([_safe(cell, losses) for cell in row])
    sink.write(_FILE, text.getvalue().encode())
    losses.files.append(_FILE)
    return losses.report()


def _cells(item: Row, mark: Row, losses: Losses) -> list[Any]:
    count_common(mark, losses, keeps=frozenset({"author", "confidence"}))
    edges = [decimal(value) for value in box_of(mark)]
    sizes = [item["width_px"], item["height_px"]]
    return [item["file_name"], *sizes, mark["label_class"], *edges, mark["author"], mark["confidence"], item["split"]]


def _safe(cell: Any, losses: Losses) -> Any:  # noqa: ANN401 - text, number or nothing
    """Disarm names; numbers are written by us and may start with a minus."""
    if not isinstance(cell, str) or _is_number(cell):
        return cell
    safe = disarmed(cell)
    if safe != cell:
        losses.count("formula", "written with an apostrophe in front, so that no spreadsheet runs it")
    return safe


def _is_number(cell: str) -> bool:
    try:
        number(cell, "cell")
    except RowError:
        return False
    return True
