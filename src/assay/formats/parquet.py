"""Our own labels as Parquet: everything a label set holds, readable by pandas, DuckDB, Spark and Polars."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from assay.formats import rle
from assay.formats.collect import Collector
from assay.formats.errors import FileRefusedError, TooLargeError
from assay.formats.files import Files, Sink
from assay.formats.json_strict import whole_document
from assay.formats.limits import MAX_DATASET_BYTES, MAX_PX, MIB
from assay.formats.model import (
    DEFAULT_READ,
    DEFAULT_WRITE,
    LossReport,
    Mode,
    ReadOptions,
    ReadReport,
    WriteOptions,
)
from assay.formats.paths import join_inside
from assay.formats.pictures import Pictures
from assay.formats.rows import Losses, check_label_set, item_rows
from assay.formats.shapes import Shape, bbox, keypoints, mask, point, polygon, polyline, rotated_bbox, tag
from assay.formats.values import RowError, integer, kind, name, side
from assay.kernel.canonical import canonical_json
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
    TAG,
    LabelSet,
)

NAME = "parquet"
HEAD, ITEMS, MARKS = "labels.json", "items.parquet", "marks.parquet"
_FORMAT = "assay-labels/1"
_ROW_GROUP = 65_536
_BATCH = 4_096
_MAX_BATCH_BYTES = 256 * MIB
_MAX_ROWS, _MAX_VALUES = 50_000_000, 2_000_000_000
_BOX_COLUMNS = ("x_min_px", "y_min_px", "x_max_px", "y_max_px")
_COLUMNS_OF = {
    BBOX: (),
    ROTATED_BBOX: ("rotated",),
    POLYGON: ("polygon",),
    MASK: ("rle",),
    POLYLINE: ("points",),
    KEYPOINTS: ("points", "polygon"),
    POINT: ("points",),
    TAG: (),
}


def parquet_bytes(table: pa.Table) -> bytes:
    """Encode a table so that the same rows give the same bytes with the same library.

    Everything that could differ is fixed: order as given, one chunk, no stored Arrow schema, no pandas metadata.
    """
    plain = table.combine_chunks().replace_schema_metadata(None)
    sink = io.BytesIO()
    pq.write_table(
        plain,
        sink,
        row_group_size=_ROW_GROUP,
        version="2.6",
        data_page_version="1.0",
        compression="zstd",
        compression_level=6,
        use_dictionary=True,
        write_statistics=True,
        store_schema=False,
        write_page_checksum=True,
    )
    return sink.getvalue()


def read_table(files: Files, file: str, schema: pa.Schema) -> pa.Table:
    """Read a Parquet file with exactly the columns of `schema`, in batches whose unpacked size is watched.

    Raises:
        FileRefusedError: no Parquet, damaged, or other columns or types.
        TooLargeError: it unpacks to more than its size lets expect.
    """
    data = files.read(file, cap_bytes=MAX_DATASET_BYTES)
    try:
        # Texts stay dictionaries until their sizes are known: a few bytes may stand for a million copies.
        texts = [column.name for column in schema if pa.types.is_string(column.type)]
        parquet = pq.ParquetFile(io.BytesIO(data), read_dictionary=texts, page_checksum_verification=True)
        if parquet.schema_arrow.names != schema.names:
            raise FileRefusedError(file, f"its columns are not {', '.join(schema.names)}")
        _check_counts(parquet.metadata, file)
        batches = [_unpacked(batch, file) for batch in parquet.iter_batches(batch_size=_BATCH, use_threads=False)]
        table = pa.Table.from_batches(batches, schema=None if batches else _plain(parquet.schema_arrow)).cast(schema)
        for column in schema:
            if not column.nullable and table[column.name].null_count:
                raise FileRefusedError(file, f"the column {column.name} has gaps")
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError, OverflowError):
        raise FileRefusedError(file, "it is damaged or not a Parquet file of these columns") from None
    return table


def _check_counts(metadata: pq.FileMetaData, file: str) -> None:
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    n_values = sum(group.column(j).num_values for group in groups for j in range(group.num_columns))
    if metadata.num_rows > _MAX_ROWS or n_values > _MAX_VALUES:
        raise TooLargeError(f"{file} ({metadata.num_rows} rows)", limit=f"{_MAX_ROWS} rows and {_MAX_VALUES} values")


def _plain(schema: pa.Schema) -> pa.Schema:
    types = [column.type.value_type if pa.types.is_dictionary(column.type) else column.type for column in schema]
    return pa.schema([pa.field(column.name, type_) for column, type_ in zip(schema, types, strict=True)])


def _unpacked(batch: pa.RecordBatch, file: str) -> pa.RecordBatch:
    """Texts in place of references to a dictionary, once it is known how much that takes."""
    n_bytes = batch.nbytes
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            lengths = pc.cast(pc.binary_length(column.dictionary), pa.int64())
            n_bytes += pc.sum(lengths.take(column.indices)).as_py() or 0
    if n_bytes > _MAX_BATCH_BYTES:
        raise TooLargeError(f"{_BATCH} rows of {file}", limit=f"{_MAX_BATCH_BYTES // MIB} MiB")
    return batch.cast(_plain(batch.schema))


def sniff(files: Files) -> bool:
    """Whether the three files are there."""
    return {HEAD, ITEMS, MARKS} <= set(files.names())


def read(files: Files, *, mode: Mode = "strict", options: ReadOptions = DEFAULT_READ) -> tuple[LabelSet, ReadReport]:
    """Read `labels.json`, `items.parquet` and `marks.parquet`; every row passes the same checks as any other format."""
    head = _head(files)
    collector = Collector(NAME, files)
    pictures = Pictures(files, options.sizes)
    for text in head["classes"]:
        collector.add_class(text)
    collector.skeletons.update(head["skeletons"])
    items, marks = read_table(files, ITEMS, ITEMS_SCHEMA), read_table(files, MARKS, MARKS_SCHEMA)
    kept: dict[str, list[bool]] = {ITEMS: [], MARKS: []}
    file_names: set[str] = set()
    for file, table in ((ITEMS, items), (MARKS, marks)):
        for batch in table.to_batches(max_chunksize=_BATCH):
            for row in batch.to_pylist():
                n_before = collector.n_taken
                with collector.row(file, f"row {len(kept[file])}"):
                    if file == ITEMS:
                        _take_item(collector, pictures, file_names, row)
                    else:
                        _take_mark(collector, row, f"row {len(kept[file])}")
                kept[file].append(collector.n_taken > n_before)
    label_set, report = collector.finish(mode)
    # The rows are taken as they lie in the file, so that ids and numbers come back bit by bit.
    return (
        LabelSet(
            items=items.filter(pa.array(kept[ITEMS], pa.bool_())),
            marks=marks.filter(pa.array(kept[MARKS], pa.bool_())),
            classes=label_set.classes,
            skeletons=label_set.skeletons,
            class_numbers=head["class_numbers"],
        ),
        report,
    )


def _head(files: Files) -> dict[str, Any]:
    document = whole_document(files, HEAD)
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise FileRefusedError(HEAD, f"its format is not {_FORMAT}")
    try:
        classes = [name(text, "a class") for text in _need(document, "classes", list)]
        skeletons = {
            name(text, "a class"): tuple(name(point_, "a keypoint") for point_ in points)
            for text, points in _need(document, "skeletons", dict).items()
        }
        numbers = {
            str(form): {str(text): integer(str(n), "a class number") for text, n in given.items()}
            for form, given in _need(document, "class_numbers", dict).items()
        }
    except (RowError, TypeError, AttributeError) as error:
        reason = error.reason if isinstance(error, RowError) else "its fields are not as documented"
        raise FileRefusedError(HEAD, reason) from None
    return {"classes": classes, "skeletons": skeletons, "class_numbers": numbers}


def _need(document: dict[str, Any], key: str, type_: type) -> Any:  # noqa: ANN401 - list or dict
    if not isinstance(document.get(key), type_):
        raise RowError(f"{key} is {kind(document.get(key))}")
    return document[key]


def _take_item(collector: Collector, pictures: Pictures, file_names: set[str], row: dict[str, Any]) -> None:
    file_name = join_inside("", name(row["file_name"], "file_name"))
    if file_name != row["file_name"]:
        raise RowError("file_name is not in its shortest form")
    if file_name in file_names:
        raise RowError("two items have this file_name")
    for key in ("width_px", "height_px"):
        if row[key] is not None:
            side(row[key], key)
    collector.add_item(
        name(row["item"], "item"),
        width_px=row["width_px"],
        height_px=row["height_px"],
        split=row["split"],
        image=pictures.find([file_name, f"images/{file_name}"]),
    )
    file_names.add(file_name)


def _take_mark(collector: Collector, row: dict[str, Any], place: str) -> None:
    if not collector.has_item(row["item"]):
        raise RowError("its item is not in items.parquet, or was refused")
    if not collector.has_class(row["label_class"]):
        raise RowError("its class is not in labels.json")
    attributes = None if row["attributes"] is None else _attributes(row["attributes"])
    collector.add_mark(
        row["item"],
        name(row["mark"], "mark"),
        shape_of_row(row, collector.size_of(row["item"])),
        label_class=row["label_class"],
        place=(MARKS, place),
        author=row["author"],
        attributes=attributes,
        confidence=row["confidence"],
        is_crowd=row["is_crowd"],
    )


def _attributes(encoded: str) -> object:
    try:
        value = json.loads(encoded)
        is_canonical = isinstance(value, dict) and canonical_json(value).decode() == encoded
    except (ValueError, RecursionError):
        is_canonical = False
    if not is_canonical:
        raise RowError("attributes are not a canonical JSON object", place=".attributes")
    return value


def shape_of_row(row: dict[str, Any], size: tuple[int | None, int | None]) -> Shape:
    """Rebuild and check the geometry of a row of the marks table, its envelope included."""
    form = row["shape"]
    if form not in _COLUMNS_OF:
        raise RowError("the shape is unknown")
    filled = {key for key in ("rotated", "polygon", "rle", "points") if row[key] is not None}
    if not filled <= set(_COLUMNS_OF[form]) or (form != TAG and None in [row[key] for key in _BOX_COLUMNS]):
        raise RowError(f"a {form} has other columns of geometry")
    x_min, y_min, x_max, y_max = box = tuple(row[key] for key in _BOX_COLUMNS)
    if form == BBOX:
        return bbox(x_min, y_min, x_max, y_max)
    shape = _build(form, row, size)
    if shape.box is None:
        if any(value is not None for value in box):
            raise RowError("a tag has no envelope")
        return shape
    if form == KEYPOINTS:
        is_same = all(abs(value) <= MAX_PX for value in box) and x_min <= x_max and y_min <= y_max
    else:
        is_same = all(abs(a - b) <= 1 for a, b in zip(shape.box, box, strict=True))
    if not is_same:
        raise RowError("the envelope is not that of the geometry")
    return shape


def _build(form: str, row: dict[str, Any], size: tuple[int | None, int | None]) -> Shape:
    if form == TAG:
        return tag()
    if row[_COLUMNS_OF[form][0]] is None:
        raise RowError(f"the {form} has no {_COLUMNS_OF[form][0]}")
    if form == MASK:
        if size[0] is None or size[1] is None:
            raise RowError("the size of the picture is not known")
        return mask(rle.counts_of_string(row["rle"]), size[0], size[1])
    if form == POINT and len(row["points"]) != 2:  # noqa: PLR2004 - x and y
        raise RowError("a point has two coordinates")
    if form == KEYPOINTS and row["polygon"] is not None:
        polygon(row["polygon"])
    builders: dict[str, Callable[[], Shape]] = {
        ROTATED_BBOX: lambda: rotated_bbox(*row["rotated"]),
        POLYGON: lambda: polygon(row["polygon"]),
        POLYLINE: lambda: polyline(row["points"]),
        KEYPOINTS: lambda: keypoints(row["points"]),
        POINT: lambda: point(*row["points"]),
    }
    return builders[form]()


def write(label_set: LabelSet, sink: Sink, *, options: WriteOptions = DEFAULT_WRITE) -> LossReport:
    """Write all three files; nothing is lost. Pictures belong in `images/`."""
    del options
    check_label_set(label_set)
    losses = Losses(NAME)
    head = {
        "format": _FORMAT,
        "classes": list(label_set.classes),
        "skeletons": {text: list(names) for text, names in label_set.skeletons.items()},
        "class_numbers": label_set.class_numbers,
    }
    sink.write(HEAD, canonical_json(head) + b"\n")
    sink.write(ITEMS, parquet_bytes(label_set.items))
    sink.write(MARKS, parquet_bytes(label_set.marks))
    losses.files += [HEAD, ITEMS, MARKS]
    losses.n_items, losses.n_marks = len(label_set.items), len(label_set.marks)
    losses.image_paths = {row["item"]: f"images/{row['file_name']}" for row in item_rows(label_set)}
    return losses.report()
