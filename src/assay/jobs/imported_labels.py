"""Keeps labels that came along with pictures, by an author "imported, quality unknown"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from assay.annotations import Mark, MarksRefusedError, Origin, check_marks, take_in
from assay.formats.files import DictFiles
from assay.formats.model import ReadOptions, ReadReport
from assay.formats.registry import codec, detect
from assay.guidelines import current_guideline_version
from assay.items import Import, items_of_import
from assay.jobs.intake import Source, read_texts
from assay.kernel.actor import Actor
from assay.kernel.marks import LabelSet
from assay.labels import LabelClass, class_id, current_schema_version, publish_schema, schema_in
from assay.storage import House, Tx

MAX_TEXT_BYTES = 512 * 1024 * 1024
TEXT_ENDINGS = (".json", ".xml", ".txt", ".yaml", ".yml", ".csv", ".jsonl", ".parquet")
ITEMS_AT_ONCE = 64
GEOMETRY = ("rotated", "polygon", "rle", "points")
SIDES = ("x_min_px", "y_min_px", "x_max_px", "y_max_px")


def keep_labels(actor: Actor, project: str, found: Import, source: Source, *, house: House) -> tuple[int, list[str]]:
    """Read the label files of a source and keep their marks on the import's items.

    A project without a label schema gets one with the classes of the labels. Marks that a schema does not allow are
    left out and named.

    Returns:
        Marks kept, and warnings for the report.
    """
    texts, _ = read_texts(source, lambda name: name.lower().endswith(TEXT_ENDINGS), MAX_TEXT_BYTES)
    with house.read(actor, project) as rx:
        items = items_of_import(rx, found.id)
    files = DictFiles(texts)
    name = detect(files) if texts else None
    if name is None:
        return 0, []
    sizes = {path: (width, height) for path, (_, width, height) in items.items()}
    label_set, report = codec(name).read(files, mode="skip_rows", options=ReadOptions(sizes=sizes))
    _ensure_schema(actor, project, label_set, house)
    warnings = _words(report)
    n_marks = 0
    for part in _parts(_by_picture(label_set, report, items)):
        kept, refused = _keep(actor, project, found, part, items, house)
        n_marks += kept
        warnings += refused
    return n_marks, warnings[:200]


def _words(report: ReadReport) -> list[str]:
    """What to say about the label files."""
    words = [f"Labels read as {report.format}: {report.n_marks} marks on {report.n_items} pictures."]
    words += [f"{n.file} {n.place}: {n.reason}".replace(" :", ":") for n in (*report.refused_files, *report.refused)]
    words += [f"{n.file} {n.place}: {n.reason}".replace(" :", ":") for n in (*report.warnings, *report.repairs)]
    words += [f"{n} x {what} is not kept." for what, n in report.not_kept.items()]
    return words


def _ensure_schema(actor: Actor, project: str, label_set: LabelSet, house: House) -> None:
    with house.read(actor, project) as rx:
        known = current_schema_version(rx)
    if known or not label_set.classes:
        return
    shapes = defaultdict(set)
    for name, shape in zip(
        label_set.marks["label_class"].to_pylist(), label_set.marks["shape"].to_pylist(), strict=True
    ):
        shapes[name].add(shape)
    classes: dict[str, LabelClass] = {}
    for name in label_set.classes:
        key = class_id(name)
        classes.setdefault(key, LabelClass(key, name[:128], tuple(sorted(shapes.get(name) or {"bbox"}))))
    publish_schema(actor, project, list(classes.values()), house=house)


def _by_picture(
    label_set: LabelSet, report: ReadReport, items: Mapping[str, Any]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Marks by the picture's name in the import; pictures without marks are kept as looked at and empty."""
    paths = dict(report.image_paths)
    grouped: dict[str, list[dict[str, Any]]] = {}
    names = {row["item"]: row["file_name"] for row in label_set.items.to_pylist()}
    for item, file_name in names.items():
        path = paths.get(item, file_name)
        if path in items:
            grouped[path] = []
    for row in label_set.marks.to_pylist():
        path = paths.get(row["item"], names[row["item"]])
        if path in grouped:
            grouped[path].append(row)
    yield from sorted(grouped.items())


def _parts(
    grouped: Iterator[tuple[str, list[dict[str, Any]]]],
) -> Iterator[list[tuple[str, list[dict[str, Any]]]]]:
    part: list[tuple[str, list[dict[str, Any]]]] = []
    for pair in grouped:
        part.append(pair)
        if len(part) >= ITEMS_AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _keep(
    actor: Actor,
    project: str,
    found: Import,
    part: list[tuple[str, list[dict[str, Any]]]],
    items: Mapping[str, tuple[str, int, int]],
    house: House,
) -> tuple[int, list[str]]:
    n_marks, refused = 0, []
    key = f"labels/{found.id}/{part[0][0]}"[:160]
    with house.write(actor, project, "keep labels that came along", key=key) as tx:
        if tx.replayed:
            return sum(len(rows) for _, rows in part), []
        schema_version, guideline_version = current_schema_version(tx), current_guideline_version(tx)
        for name, rows in part:
            item_id, width, height = items[name]
            marks, problems = _allowed(tx, rows, schema_version, (width, height))
            refused += [f"{name}: {problem}" for problem in problems]
            take_in(
                tx,
                marks,
                item_id=item_id,
                size_px=(width, height),
                author_id=found.id,
                origin=Origin.IMPORTED,
                client_key=item_id,
                seconds=0.0,
                schema_version=schema_version,
                guideline_version=guideline_version,
            )
            n_marks += len(marks)
        tx.record("import.labels_kept", subject=f"import/{found.id}", n_items=len(part), n_marks=n_marks)
    return n_marks, refused


def _allowed(
    tx: Tx, rows: list[dict[str, Any]], schema_version: int, size_px: tuple[int, int]
) -> tuple[list[Mark], list[str]]:
    """The marks the schema allows, and what is wrong with the others."""
    schema = schema_in(tx, schema_version)
    marks, problems = [], []
    for row in rows:
        mark = _mark(row)
        try:
            check_marks([mark], schema, *size_px)
        except MarksRefusedError as error:
            problems.append(error.problems[0].text)
        else:
            marks.append(mark)
    return marks, problems


def _mark(row: Mapping[str, Any]) -> Mark:
    geometry = {name: row[name] for name in GEOMETRY if row[name] is not None}
    box = tuple(
        row[side] if row[side] is not None else 0.0 for side in ("x_min_px", "y_min_px", "x_max_px", "y_max_px")
    )
    return Mark(
        label_class=class_id(row["label_class"]),
        shape=row["shape"],
        bbox=(box[0], box[1], box[2], box[3]),
        attributes=orjson.loads(row["attributes"]) if row["attributes"] else {},
        geometry=geometry or None,
    )
