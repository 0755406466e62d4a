"""Codecs between annotation files and tables of marks, and the release folder."""

from assay.formats.class_tree import TreeClass, read_classes
from assay.formats.errors import (
    BrokenReleaseError,
    FileRefusedError,
    FolderExistsError,
    PackageMissingError,
    RowsRefusedError,
    TooLargeError,
    UnknownFormatError,
    UnsafePathError,
    UnwritableError,
)
from assay.formats.files import DictFiles, DictSink, Files, FolderFiles, FolderSink, Sink
from assay.formats.image_size import size_of_stream, upright_size
from assay.formats.model import Loss, LossReport, Note, ReadOptions, ReadReport, WriteOptions
from assay.formats.paths import join_inside
from assay.formats.registry import FORMATS, Codec, codec, detect
from assay.formats.rows import check_label_set
from assay.formats.values import disarmed

__all__ = [
    "FORMATS",
    "BrokenReleaseError",
    "Codec",
    "DictFiles",
    "DictSink",
    "FileRefusedError",
    "Files",
    "FolderExistsError",
    "FolderFiles",
    "FolderSink",
    "Loss",
    "LossReport",
    "Note",
    "PackageMissingError",
    "ReadOptions",
    "ReadReport",
    "RowsRefusedError",
    "Sink",
    "TooLargeError",
    "TreeClass",
    "UnknownFormatError",
    "UnsafePathError",
    "UnwritableError",
    "WriteOptions",
    "check_label_set",
    "codec",
    "detect",
    "disarmed",
    "join_inside",
    "read_classes",
    "size_of_stream",
    "upright_size",
]
