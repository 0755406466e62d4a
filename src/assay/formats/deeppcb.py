"""DeepPCB: printed boards with their defect-free templates; a text file a board with corners and a class number."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from assay.formats import shapes
from assay.formats.collect import Collector
from assay.formats.errors import FileRefusedError, UnwritableError
from assay.formats.files import Files, Sink, head
from assay.formats.limits import MAX_TEXT_BYTES
from assay.formats.model import (
    DEFAULT_READ,
    DEFAULT_WRITE,
    LossReport,
    Mode,
    ReadOptions,
    ReadReport,
    WriteOptions,
)
from assay.formats.pictures import Pictures
from assay.formats.values import RowError, integer, number
from assay.kernel.marks import LabelSet

NAME = "deeppcb"
CLASSES = ("open", "short", "mousebite", "spur", "copper", "pin-hole")
"""By their numbers in the files, from 1 on."""
_FOLDER_END = "_not"
_LINE = re.compile(rb"\s*[0-9]+(?:[ ,\t]+[0-9]+){3}[ ,\t]+[1-6]\s*(?:\r?\n|$)")
_FIELDS = 5


def sniff(files: Files) -> bool:
    """Whether a text file in a folder `X_not` has lines of five numbers, and its board lies in `X`."""
    names = set(files.names())
    return any(
        (_picture(file) + "_test.jpg") in names and _LINE.match(head(files, file, 4096))
        for file in _label_files(files)[:20]
    )


def _label_files(files: Files) -> list[str]:
    return [
        file
        for file in files.names()
        if file.endswith(".txt") and PurePosixPath(file).parent.name.endswith(_FOLDER_END)
    ]


def _picture(label_file: str) -> str:
    """Path of the board that a label file belongs to, without `_test.jpg` or `_temp.jpg`."""
    path = PurePosixPath(label_file)
    folder = path.parent.with_name(path.parent.name.removesuffix(_FOLDER_END))
    return str(folder / path.stem)


def read(files: Files, *, mode: Mode = "strict", options: ReadOptions = DEFAULT_READ) -> tuple[LabelSet, ReadReport]:
    """Read every board that has a label file; an empty one is a board without defects.

    A line is `x1 y1 x2 y2 class`, in pixels, class 1 to 6; commas may stand for spaces. Templates (`_temp.jpg`) are
    pictures that no label file speaks of.
    """
    collector = Collector(NAME, files)
    pictures = Pictures(files, options.sizes)
    for class_number, name in enumerate(CLASSES, 1):
        collector.add_class(name, number=class_number)
    found = _label_files(files)
    if not found:
        raise FileRefusedError("", "there is no folder of label files whose name ends in _not")
    for file in found:
        item = f"{_picture(file)}_test.jpg"
        image = pictures.find([item])
        if image is None:
            collector.refuse_file(file, "its board, the picture that ends in _test.jpg, is not there")
            continue
        with collector.whole_file(file):
            width, height = pictures.size(image) or (None, None)
            lines = _text(files, file).splitlines()
            collector.add_item(item, width_px=width, height_px=height, split=None, image=image)
            for line_number, line in enumerate(lines, 1):
                if line.strip():
                    _take_line(collector, (file, f"line {line_number}"), item, line, options.author)
    return collector.finish(mode)


def _text(files: Files, file: str) -> str:
    try:
        return files.read(file, cap_bytes=MAX_TEXT_BYTES).decode("ascii")
    except UnicodeDecodeError:
        raise FileRefusedError(file, "it is not plain text") from None


def _take_line(collector: Collector, place: tuple[str, str], item: str, line: str, author: str) -> None:
    with collector.row(*place):
        fields = line.replace(",", " ").split()
        if len(fields) != _FIELDS:
            raise RowError(f"it has {len(fields)} numbers instead of {_FIELDS}: x1 y1 x2 y2 class")
        code = integer(fields[4], "class")
        if not 1 <= code <= len(CLASSES):
            raise RowError(f"class {code} is not between 1 and {len(CLASSES)}")
        shape = shapes.bbox(*(number(text, name) for text, name in zip(fields, ("x1", "y1", "x2", "y2"), strict=False)))
        collector.add_mark(
            item, "#".join(place), shape, label_class=CLASSES[code - 1], place=place, author=author, confidence=None
        )


def write(label_set: LabelSet, sink: Sink, *, options: WriteOptions = DEFAULT_WRITE) -> LossReport:
    """Refuse: the layout has six fixed classes and is only read."""
    del label_set, sink, options
    raise UnwritableError("The DeepPCB layout is only read.", hint="Write coco or yolo; both hold the same boxes.")
