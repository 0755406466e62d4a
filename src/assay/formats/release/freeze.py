"""Turns tables and documents into the bytes of a release: the same input gives the same bytes, anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from assay import __version__
from assay.formats.errors import UnwritableError, shown
from assay.formats.parquet import parquet_bytes
from assay.formats.paths import join_inside
from assay.formats.release import model
from assay.formats.release.lists import digest_of, manifest_bytes, pretty_json, sha256, sums_bytes
from assay.formats.release.model import FrozenRelease, ReleaseDocuments, ReleaseTables
from assay.formats.release.readme import README_TEXT
from assay.formats.rows import check_label_set
from assay.kernel import marks
from assay.kernel.marks import LabelSet

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")

# Table file, its columns, and the columns its rows are sorted by.
_TABLES: dict[str, tuple[pa.Schema, tuple[str, ...]]] = {
    model.ITEMS: (model.ITEMS_SCHEMA, ("item",)),
    model.ANNOTATIONS: (model.ANNOTATIONS_SCHEMA, ("item", "mark")),
    model.SUBMISSIONS: (model.SUBMISSIONS_SCHEMA, ("item", "submission")),
    model.SPLITS: (model.SPLITS_SCHEMA, ("item",)),
    model.GOLD: (model.GOLD_SCHEMA, ("item",)),
}


def image_path(sha256_hex: str, suffix: str) -> str:
    """Where a picture lies in a release that holds pictures; `suffix` is such as `.jpg`."""
    if not _SHA256.fullmatch(sha256_hex) or not _SUFFIX.fullmatch(suffix):
        raise UnwritableError(f"No picture can be called {shown(sha256_hex + suffix)}.")
    return f"{model.IMAGES}{sha256_hex[:2]}/{sha256_hex}{suffix}"


def freeze_release(tables: ReleaseTables, documents: ReleaseDocuments, facts: Mapping[str, Any]) -> FrozenRelease:
    """Make the bytes of a release and its digest.

    Rows are sorted by their ids and Parquet is written with fixed options, so only another version of the library
    changes a byte; the versions stand in release.json. Pictures are bound by their hashes in items.parquet, so that
    the digest is the same with and without them. Times are only those given in `facts` and in the tables.

    Args:
        tables: rows in any order.
        documents: schema, guideline and quality.
        facts: name, project, times, versions, parent: any JSON object; it stands in release.json and manifest.json.

    Raises:
        UnwritableError: columns that are not those of the format, ids twice, rows that point nowhere, splits that do
            not agree, or a picture's path that is not its hash.
    """
    given = {
        model.ITEMS: tables.items,
        model.ANNOTATIONS: tables.annotations,
        model.SUBMISSIONS: tables.submissions,
        model.SPLITS: tables.splits,
    }
    if tables.gold is not None:
        given[model.GOLD] = tables.gold
    sorted_tables = {file: _sorted(table, *_TABLES[file], file) for file, table in given.items()}
    _check(sorted_tables, documents.schema)
    files = {file: parquet_bytes(table) for file, table in sorted_tables.items()}
    release = {
        "facts": dict(facts),
        "counts": {file.removesuffix(".parquet"): len(table) for file, table in sorted_tables.items()},
        "written_by": {"assay": __version__, "pyarrow": pa.__version__},
    }
    files |= {
        model.RELEASE: pretty_json(release),
        model.SCHEMA: pretty_json(documents.schema),
        model.GUIDELINE: pretty_json(documents.guideline),
        model.QUALITY: pretty_json(documents.quality),
        model.GUIDELINE_MD: documents.guideline_md.encode(),
        model.README: README_TEXT.encode(),
    }
    sums = {path: sha256(data) for path, data in files.items()}
    manifest = manifest_bytes(sums, {path: len(data) for path, data in files.items()}, release)
    files |= {model.SUMS: sums_bytes(sums), model.MANIFEST: manifest}
    images = sorted_tables[model.ITEMS]["image_path"].drop_null().unique().sort().to_pylist()
    return FrozenRelease(digest_of(sums), dict(sorted(files.items())), tuple(images))


def classes_of(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Class names of a label schema, in order."""
    try:
        return tuple(str(entry["name"]) for entry in schema["classes"])
    except (KeyError, TypeError):
        raise UnwritableError("The label schema has no list `classes` of objects with a `name`.") from None


def _sorted(table: pa.Table, schema: pa.Schema, keys: tuple[str, ...], file: str) -> pa.Table:
    if not table.schema.equals(schema):
        raise UnwritableError(f"The table for {file} does not have the columns {', '.join(schema.names)}.")
    return table.sort_by([(key, "ascending") for key in keys]).combine_chunks()


def _check(tables: Mapping[str, pa.Table], schema: Mapping[str, Any]) -> None:
    items, annotations = tables[model.ITEMS], tables[model.ANNOTATIONS]
    check_label_set(label_set_of(items, annotations, schema))
    for file, key in ((model.SUBMISSIONS, "submission"), (model.SPLITS, "item"), (model.GOLD, "item")):
        if file in tables and pc.count_distinct(tables[file][key]).as_py() != len(tables[file]):
            raise UnwritableError(f"The table for {file} holds a {key} twice.")
    for file in (model.SUBMISSIONS, model.SPLITS, model.GOLD):
        if file in tables:
            _check_points(tables[file]["item"], items["item"], f"An item of {file}", model.ITEMS)
    _check_points(
        annotations["submission"].drop_null(),
        tables[model.SUBMISSIONS]["submission"],
        f"A submission of {model.ANNOTATIONS}",
        model.SUBMISSIONS,
    )
    with_split = items.filter(items["split"].is_valid())
    if not with_split.select(model.SPLITS_SCHEMA.names).cast(model.SPLITS_SCHEMA).equals(tables[model.SPLITS]):
        raise UnwritableError(f"{model.SPLITS} does not agree with the columns split and group_id of {model.ITEMS}.")
    for row in items.select(["sha256", "image_path", "file_name"]).to_pylist():
        join_inside("", row["file_name"])
        path = row["image_path"]
        if path is not None and path != image_path(row["sha256"], path[path.rfind(".") :]):
            raise UnwritableError(f"The picture {shown(path)} does not lie where its hash says.")


def _check_points(column: pa.ChunkedArray, known: pa.ChunkedArray, what: str, where: str) -> None:
    strangers = column.filter(pc.invert(pc.is_in(column, value_set=known.combine_chunks())))
    if len(strangers):
        raise UnwritableError(f"{what}, {shown(strangers[0].as_py())}, is not in {where}.")


def label_set_of(items: pa.Table, annotations: pa.Table, schema: Mapping[str, Any]) -> LabelSet:
    """The part of a release that any codec takes; a class of the schema may name its `keypoints`."""
    classes = classes_of(schema)
    named = {text: entry.get("keypoints") for text, entry in zip(classes, schema["classes"], strict=True)}
    return LabelSet(
        items=items.select(marks.ITEMS_SCHEMA.names),
        marks=annotations.select(marks.MARKS_SCHEMA.names),
        classes=classes,
        skeletons={text: tuple(points) for text, points in named.items() if points},
    )
