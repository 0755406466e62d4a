"""Keeps labels that came along with pictures, by an author "imported, quality unknown"."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from assay.annotations import (
    MAX_MARKS,
    Mark,
    MarksRefusedError,
    Origin,
    check_marks,
    fitting_attributes,
    take_in,
)
from assay.formats.files import DictFiles
from assay.formats.model import ReadOptions, ReadReport
from assay.formats.registry import codec, detect
from assay.guidelines import current_guideline_version
from assay.items import Import, items_of_import
from assay.jobs.intake import Source, read_texts
from assay.kernel.actor import Actor
from assay.kernel.marks import LabelSet
from assay.labels import (
    Attribute,
    AttributeKind,
    LabelClass,
    LabelSchema,
    class_id,
    current_schema_version,
    publish_schema,
    schema_in,
)
from assay.storage import House

MAX_TEXT_BYTES = 512 * 1024 * 1024
TEXT_ENDINGS = (".json", ".xml", ".txt", ".yaml", ".yml", ".csv", ".jsonl", ".parquet")
ITEMS_AT_ONCE = 64
MAX_WARNINGS = 200
GEOMETRY = ("rotated", "polygon", "rle", "points")
SIDES = ("x_min_px", "y_min_px", "x_max_px", "y_max_px")


def keep_labels(actor: Actor, project: str, found: Import, source: Source, *, house: House) -> tuple[int, list[str]]:
    """Read the label files of a source and keep their marks on the import's items.

    A project without a label schema gets one with the classes of the labels, their shapes and attributes. Marks that a
    schema does not allow are left out and named; attributes it does not know are left out and counted.

    Returns:
        Marks kept, and warnings for the report.
    """
    with house.read(actor, project) as rx:
        items = items_of_import(rx, found.id)
    if not items:
        return 0, []
    texts, _ = read_texts(source, lambda name: name.lower().endswith(TEXT_ENDINGS), MAX_TEXT_BYTES)
    # Codecs look for pictures by their paths; their bytes were dealt with and their sizes are known.
    files = DictFiles({**dict.fromkeys(items, b""), **texts})
    name = detect(files) if texts else None
    if name is None:
        return 0, []
    sizes = {path: (width, height) for path, (_, width, height) in items.items()}
    label_set, report = codec(name).read(files, mode="skip_rows", options=ReadOptions(sizes=sizes))
    _ensure_schema(actor, project, label_set, house)
    grouped, n_elsewhere = _by_picture(label_set, report, items)
    warnings = _words(report)
    if n_elsewhere:
        warnings.append(f"{n_elsewhere} marks lie on pictures that were refused or are in the project already.")
    with house.read(actor, project) as rx:
        lost = lost_attributes(label_set, schema_in(rx, None))
    warnings += [f"The attribute {name!r} of {n} marks is not in the schema and is not kept." for name, n in lost]
    n_marks = 0
    for part in _parts(iter(sorted(grouped.items()))):
        kept, refused = _keep(actor, project, found, part, items, house)
        n_marks += kept
        warnings += refused
    return n_marks, warnings[:MAX_WARNINGS]


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
    publish_schema(actor, project, classes_of(label_set), house=house)


def classes_of(label_set: LabelSet) -> list[LabelClass]:
    """The classes of labels, with the shapes and attributes their marks have."""
    names = {class_id(name): name.strip()[:128] for name in reversed(label_set.classes)}
    shapes: dict[str, set[str]] = defaultdict(set)
    values: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    columns = (label_set.marks[name].to_pylist() for name in ("label_class", "shape", "attributes"))
    for name, shape, attributes in zip(*columns, strict=True):
        shapes[class_id(name)].add(shape)
        for key, value in orjson.loads(attributes or b"{}").items():
            values[class_id(name)][key].append(value)
    return [
        LabelClass(
            key,
            names[key],
            tuple(sorted(shapes[key] or {"bbox"})),
            attributes=tuple(
                Attribute(attribute, kind)
                for attribute, seen in sorted(values[key].items())
                if attribute.strip() and (kind := _kind_of(seen)) is not None
            ),
        )
        for key in dict.fromkeys(class_id(name) for name in label_set.classes)
    ]


def _kind_of(values: Sequence[Any]) -> AttributeKind | None:
    """The kind of attribute that can take all of these values; None when there is none."""
    kinds = {type(value) for value in values}
    if kinds <= {int, float} and kinds:
        return AttributeKind.INT if kinds == {int} else AttributeKind.FLOAT
    return {bool: AttributeKind.BOOL, str: AttributeKind.TEXT}.get(kinds.pop()) if len(kinds) == 1 else None


def class_finder(schema: LabelSchema) -> Callable[[str], str]:
    """Tells which class of a schema a file means by a name: its display name, its id, or what its id would be.

    A name the schema does not know gives the id it would have, which is then refused by name.
    """
    names = {c.name.casefold(): c.id for c in schema.classes}
    ids = {c.id for c in schema.classes}

    def find(name: str) -> str:
        return name if name in ids else names.get(name.strip().casefold(), class_id(name))

    return find


def _by_picture(
    label_set: LabelSet, report: ReadReport, items: Mapping[str, Any]
) -> tuple[dict[str, list[dict[str, Any]]], int]:
    """Marks by the picture's name in the import, and how many lie on pictures that are not in it.

    Pictures without marks are kept as looked at and empty.
    """
    paths = dict(report.image_paths)
    grouped: dict[str, list[dict[str, Any]]] = {}
    names = {row["item"]: row["file_name"] for row in label_set.items.to_pylist()}
    for item, file_name in names.items():
        path = paths.get(item, file_name)
        if path in items:
            grouped[path] = []
    n_elsewhere = 0
    for row in label_set.marks.to_pylist():
        path = paths.get(row["item"], names[row["item"]])
        if path in grouped:
            grouped[path].append(row)
        else:
            n_elsewhere += 1
    return grouped, n_elsewhere


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
    # Items get fresh ids when an import is run again, so its labels are then kept again.
    key = f"labels/{found.id}/{items[part[0][0]][0]}"
    with house.write(actor, project, "keep labels that came along", key=key) as tx:
        schema = schema_in(tx, None)
        guideline_version = current_guideline_version(tx)
        for name, rows in part:
            item_id, width, height = items[name]
            marks, problems = allowed_marks(rows, schema, (width, height))
            n_marks += len(marks)
            refused += [f"{name}: {problem}" for problem in problems]
            if tx.replayed:
                continue
            take_in(
                tx,
                marks,
                item_id=item_id,
                size_px=(width, height),
                author_id=found.id,
                origin=Origin.IMPORTED,
                client_key=item_id,
                seconds=0.0,
                schema_version=schema.version,
                guideline_version=guideline_version,
            )
        if not tx.replayed:
            tx.record("import.labels_kept", subject=f"import/{found.id}", n_items=len(part), n_marks=n_marks)
    return n_marks, refused


def lost_attributes(label_set: LabelSet, schema: LabelSchema) -> list[tuple[str, int]]:
    """Attributes of marks that their class does not know or cannot hold, with how many marks lose each."""
    find = class_finder(schema)
    known = {c.id: c.attributes for c in schema.classes}
    counts: Counter[str] = Counter()
    columns = (label_set.marks[name].to_pylist() for name in ("label_class", "attributes"))
    for name, attributes in zip(*columns, strict=True):
        given = orjson.loads(attributes or b"{}")
        counts.update(given.keys() - fitting_attributes(given, known.get(find(name), ())).keys())
    return sorted(counts.items())


def allowed_marks(
    rows: Sequence[Mapping[str, Any]], schema: LabelSchema, size_px: tuple[int, int]
) -> tuple[list[Mark], list[str]]:
    """The marks a schema allows on one picture, and what is wrong with the others."""
    find = class_finder(schema)
    known = {c.id: c.attributes for c in schema.classes}
    room = {c.id: c.rules.max_count for c in schema.classes if c.rules.max_count is not None}
    marks: list[Mark] = []
    problems: list[str] = []
    for row in rows:
        label_class = find(row["label_class"])
        mark = _mark(row, label_class, known.get(label_class, ()))
        try:
            check_marks([mark], schema, *size_px, geometry_only=True, envelopes=False)
        except MarksRefusedError as error:
            problems.append(error.problems[0].text.replace("Mark 1", f"mark {row['mark']}", 1))
            continue
        if room.get(mark.label_class) == 0 or len(marks) == MAX_MARKS:
            problems.append(f"mark {row['mark']} is one more {row['label_class']} than the schema allows")
            continue
        if mark.label_class in room:
            room[mark.label_class] -= 1
        marks.append(mark)
    return marks, problems


def _mark(row: Mapping[str, Any], label_class: str, known: Sequence[Attribute]) -> Mark:
    geometry = {name: row[name] for name in GEOMETRY if row[name] is not None}
    box = tuple(row[side] if row[side] is not None else 0.0 for side in SIDES)
    return Mark(
        label_class=label_class,
        shape=row["shape"],
        bbox=(box[0], box[1], box[2], box[3]),
        attributes=fitting_attributes(orjson.loads(row["attributes"] or b"{}"), known),
        geometry=geometry or None,
    )
