"""Reads a release folder back, after checking it; also as one of the formats that can be converted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assay.formats.errors import BrokenReleaseError, UnwritableError
from assay.formats.files import DictFiles, Files, Sink, head
from assay.formats.limits import MAX_DATASET_BYTES, MAX_DOCUMENT_BYTES
from assay.formats.model import DEFAULT_READ, DEFAULT_WRITE, LossReport, Mode, ReadOptions, ReadReport, WriteOptions
from assay.formats.parquet import read_table
from assay.formats.paths import is_image
from assay.formats.pictures import Pictures
from assay.formats.release import model
from assay.formats.release.freeze import label_set_of
from assay.formats.release.lists import parse_json
from assay.formats.release.model import Release, ReleaseDocuments, ReleaseTables
from assay.formats.release.verify import verify_release
from assay.kernel.marks import LabelSet

NAME = "release"


def read_release(folder: Path) -> Release:
    """Check a release folder and read it.

    Raises:
        BrokenReleaseError: any byte is not what was frozen.
    """
    report = verify_release(folder)
    if not report.ok or report.digest is None:
        raise BrokenReleaseError(tuple(f"{fault.file} {fault.reason}" for fault in report.faults))
    names = [path.name for path in folder.iterdir() if path.is_file()]
    files = DictFiles({name: (folder / name).read_bytes() for name in names})
    tables, documents = _tables(files), _documents(files)
    return Release(
        digest=report.digest,
        facts=_json(files, model.RELEASE)["facts"],
        tables=tables,
        documents=documents,
        signatures=report.signatures,
        label_set=label_set_of(tables.items, tables.annotations, documents.schema),
    )


def _tables(files: Files) -> ReleaseTables:
    has_gold = model.GOLD in files.names()
    return ReleaseTables(
        items=read_table(files, model.ITEMS, model.ITEMS_SCHEMA),
        annotations=read_table(files, model.ANNOTATIONS, model.ANNOTATIONS_SCHEMA),
        submissions=read_table(files, model.SUBMISSIONS, model.SUBMISSIONS_SCHEMA),
        splits=read_table(files, model.SPLITS, model.SPLITS_SCHEMA),
        gold=read_table(files, model.GOLD, model.GOLD_SCHEMA) if has_gold else None,
    )


def _documents(files: Files) -> ReleaseDocuments:
    return ReleaseDocuments(
        schema=_json(files, model.SCHEMA),
        guideline=_json(files, model.GUIDELINE),
        guideline_md=files.read(model.GUIDELINE_MD, cap_bytes=MAX_DOCUMENT_BYTES).decode(),
        quality=_json(files, model.QUALITY),
    )


def _json(files: Files, file: str) -> Any:  # noqa: ANN401 - any JSON value
    return parse_json(files.read(file, cap_bytes=MAX_DOCUMENT_BYTES), file)


def sniff(files: Files) -> bool:
    """Whether the files are a release."""
    names = set(files.names())
    return {model.MANIFEST, model.SUMS, model.ITEMS} <= names and model.FORMAT.encode() in head(files, model.MANIFEST)


def read(files: Files, *, mode: Mode = "strict", options: ReadOptions = DEFAULT_READ) -> tuple[LabelSet, ReadReport]:
    """Read items and accepted marks of a release among other files, after checking it.

    Raises:
        BrokenReleaseError: any byte is not what was frozen; there is no skipping of rows in a release.
    """
    del mode
    contents = {name: files.read(name, cap_bytes=MAX_DATASET_BYTES) for name in files.names()}
    report = verify_release(contents)
    if not report.ok:
        raise BrokenReleaseError(tuple(f"{fault.file} {fault.reason}" for fault in report.faults))
    tables = _tables(files)
    label_set = label_set_of(tables.items, tables.annotations, _documents(files).schema)
    pictures = Pictures(files, options.sizes)
    rows = tables.items.select(["item", "image_path"]).to_pylist()
    found = {row["item"]: pictures.find([row["image_path"]]) for row in rows if row["image_path"] is not None}
    images = {item: path for item, path in found.items() if path is not None}
    used = set(images.values())
    return label_set, ReadReport(
        format=NAME,
        n_items=len(label_set.items),
        n_marks=len(label_set.marks),
        unlabelled=tuple(name for name in files.names() if is_image(name) and name not in used),
        image_paths=images,
    )


def write(label_set: LabelSet, sink: Sink, *, options: WriteOptions = DEFAULT_WRITE) -> LossReport:
    """Refuse: a release is more than labels."""
    del label_set, sink, options
    raise UnwritableError(
        "A release is not made from labels alone.", hint="Make one with `assay release create`, or write parquet."
    )
