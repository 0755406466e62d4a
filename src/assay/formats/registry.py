"""The list of formats, and which of them a folder holds; a codec is loaded when first asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from assay.formats.errors import UnknownFormatError, shown
from assay.formats.files import Files, Sink
from assay.formats.model import DEFAULT_READ, DEFAULT_WRITE, LossReport, Mode, ReadOptions, ReadReport, WriteOptions
from assay.kernel.marks import LabelSet

# The order in which folders are looked at: the most particular first. Module that reads, module that writes.
_MODULES = {
    "release": ("release.read", "release.read"),
    "parquet": ("parquet", "parquet"),
    "cvat": ("cvat", "cvat_writer"),
    "voc": ("voc", "voc"),
    "labelme": ("labelme", "labelme_writer"),
    "label-studio": ("label_studio", "label_studio_writer"),
    "coco": ("coco", "coco_writer"),
    "yolo": ("yolo", "yolo_writer"),
    "deeppcb": ("deeppcb", "deeppcb"),
    "jsonl": ("json_lines", "json_lines"),
    "csv": ("csv_boxes", "csv_boxes"),
}
READ_ONLY = ("release", "deeppcb")
FORMATS = tuple(name for name in _MODULES if name not in READ_ONLY)
"""Formats that are read and written; `READ_ONLY` ones are only read."""


class Reader(Protocol):
    """How every format is read."""

    def __call__(
        self, files: Files, *, mode: Mode = "strict", options: ReadOptions = DEFAULT_READ
    ) -> tuple[LabelSet, ReadReport]:
        """Read all label files among `files`."""
        ...


class Writer(Protocol):
    """How every format is written."""

    def __call__(self, label_set: LabelSet, sink: Sink, *, options: WriteOptions = DEFAULT_WRITE) -> LossReport:
        """Write all label files into `sink`."""
        ...


@dataclass(frozen=True, slots=True)
class Codec:
    """One format.

    Attributes:
        name: as on the command line.
        sniff: whether the files look like this format; reads only their beginnings.
        read: files to a label set and a report of every refused row.
        write: a label set to files and a report of what the format cannot hold.
    """

    name: str
    sniff: Callable[[Files], bool]
    read: Reader
    write: Writer


def codec(name: str) -> Codec:
    """The codec of that name; `UnknownFormatError` when there is none."""
    if name not in _MODULES:
        raise UnknownFormatError(f"There is no format {shown(name)}.", hint=f"Choose one of {', '.join(_MODULES)}.")
    reader, writer = (import_module(f"assay.formats.{module}") for module in _MODULES[name])
    return Codec(name, reader.sniff, reader.read, writer.write)


def detect(files: Files) -> str | None:
    """Name of the format the label files are in, the most particular first; None when no codec knows them.

    Only beginnings of files are read, and nothing is decoded.
    """
    return next((name for name in _MODULES if codec(name).sniff(files)), None)
