"""No bytes make a reader crash: damaged files of every format end in a report or in an error of ours."""

from __future__ import annotations

import io
import json
import random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.support.label_sets import HEIGHT_PX, WIDTH_PX, a_label_set, a_mark, an_item, some_shape
from tests.support.pictures import a_png

from assay.formats import FORMATS, DictFiles, DictSink, codec, detect
from assay.kernel.errors import CorruptError, InvalidInputError, LimitError
from assay.kernel.marks import KEYPOINTS, MARKS_SCHEMA, SHAPES, LabelSet

N_RUNS = 150
ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**30, 1e308, -1e-320, "", " ", "1", "nan", "\x00", "\ud800", "../x", "=1", [],
    [[]], [[[]]], [1], [None], ["a"], {}, {"a": 1}, {"size": [1, 1], "counts": "0"}, {"id": {}}, "x" * 600,
)  # fmt: skip
ODD_BYTES = (
    b"",
    b"\x00",
    b"\xff",
    b"<",
    b">",
    b"&",
    b'"',
    b"{",
    b"[",
    b",",
    b"-",
    b"1e999",
    b"nan",
    b"\n",
    b"\xd9\xa0",
    b"!",
)


def a_mixed_set() -> LabelSet:
    """Every shape once on each of two pictures."""
    items = [an_item("a.png", split="train"), an_item("sub/b.png")]
    marks = [
        a_mark(
            some_shape(kind),
            item=item["item"],
            mark=f"{item['item']}-{kind}",
            label_class="face" if kind == KEYPOINTS else "car",
            author="user-3",
            attributes='{"occluded":true,"grade":3,"note":"x"}',
        )
        for item in items
        for kind in SHAPES
    ]
    skeletons = {"face": ("nose", "tail", "ear")}
    return a_label_set(items, marks, classes=("car", "face"), skeletons=skeletons)


def export(format_: str) -> dict[str, bytes]:
    sink = DictSink()
    report = codec(format_).write(a_mixed_set(), sink)
    return sink.contents | dict.fromkeys(report.image_paths.values(), a_png(WIDTH_PX, HEIGHT_PX))


def read_or_refuse(format_: str, contents: dict[str, bytes]) -> None:
    """Read in both modes and look for the format; anything but a result or an error of ours fails the test."""
    files = DictFiles(contents)
    detect(files)
    for mode in ("strict", "skip_rows"):
        try:
            label_set, report = codec(format_).read(files, mode=mode)  # type: ignore[arg-type]
        except (InvalidInputError, LimitError, CorruptError):
            continue
        assert report.n_marks == len(label_set.marks)
        label_set.marks.validate(full=True)
        for name in ("parquet", "coco", "jsonl"):  # what is read can be written
            try:
                codec(name).write(label_set, DictSink())
            except InvalidInputError as error:
                assert "size" in str(error)  # noqa: PT017 - a picture whose size the damage took away


def mutate_bytes(data: bytes, rng: random.Random) -> bytes:
    """Cut, repeat, replace or insert in one to three places."""
    for _ in range(rng.randint(1, 3)):
        at, length = rng.randrange(len(data) + 1), rng.randint(0, 12)
        choice = rng.randrange(4)
        piece = rng.choice(ODD_BYTES) if choice else data[at : at + length] * rng.randint(0, 3)
        data = data[:at] + piece + data[at + (length if choice < 3 else 0) :]
    return data


def mutate_json(value: Any, rng: random.Random) -> Any:
    """Replace, drop or double one node somewhere in a document."""
    if rng.random() < 0.25 or not isinstance(value, (dict, list)) or not value:
        return rng.choice(ODD_VALUES)
    if isinstance(value, dict):
        key = rng.choice(sorted(value))
        if rng.random() < 0.15:
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: mutate_json(value[key], rng)}
    at = rng.randrange(len(value))
    if rng.random() < 0.15:
        return [*value, value[at]]
    return [*value[:at], mutate_json(value[at], rng), *value[at + 1 :]]


def mutate_table(data: bytes, rng: random.Random) -> bytes:
    """Replace one cell of a Parquet file by another cell of its column, or by something odd of its type."""
    table = pq.read_table(io.BytesIO(data))
    rows = table.to_pylist()
    row, column = rng.choice(rows), rng.choice(table.schema.names)
    type_ = table.schema.field(column).type
    odd: list[Any] = [None, rng.choice(rows)[column]]
    if pa.types.is_floating(type_):
        odd += [float("nan"), float("inf"), 1e300, -5.0]
    elif pa.types.is_string(type_):
        odd += ["", "\x00", "tag", "[", "{}", "../x", '{"a": 1}']
    elif pa.types.is_list(type_):
        odd += [
            [],
            [1.0] if column in {"points", "rotated"} else [[]],
            [float("nan")] * 6 if column == "points" else [[[1.0]]],
        ]
    row[column] = rng.choice(odd)
    schema = MARKS_SCHEMA if "mark" in table.schema.names else table.schema
    fields = [field.with_nullable(True) for field in schema]
    sink = io.BytesIO()
    try:
        pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(fields)), sink, store_schema=False)
    except (pa.ArrowException, TypeError):  # the odd value does not fit the type at all
        return data
    return sink.getvalue()


def run(format_: str, n_runs: int, seed: int) -> None:
    rng = random.Random(seed)
    good = export(format_)
    labels = sorted(path for path in good if not path.endswith(".png"))
    for _ in range(n_runs):
        path = rng.choice(labels)
        data = good[path]
        if path.endswith(".json") and rng.random() < 0.7:
            data = json.dumps(mutate_json(json.loads(data), rng)).encode()
        elif path.endswith(".jsonl") and rng.random() < 0.7:
            lines = data.splitlines()
            at = rng.randrange(len(lines))
            lines[at] = json.dumps(mutate_json(json.loads(lines[at]), rng)).encode()
            data = b"\n".join(lines)
        elif path.endswith(".parquet") and rng.random() < 0.7:
            data = mutate_table(data, rng)
        else:
            data = mutate_bytes(data, rng)
        read_or_refuse(format_, {**good, path: data})


@pytest.mark.slow
@pytest.mark.parametrize("format_", FORMATS)
def test_a_damaged_file_is_refused_or_read_and_never_crashes(format_: str) -> None:
    run(format_, N_RUNS, seed=20_261_124)
