"""Label sets made by hand and by hypothesis, and a comparison that says what differs."""

from __future__ import annotations

import json
import math
import string
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from assay.formats import rle, shapes
from assay.kernel.canonical import canonical_json
from assay.kernel.marks import ITEMS_SCHEMA, MARKS_SCHEMA, SHAPES, LabelSet

WIDTH_PX, HEIGHT_PX = 37, 23
GEOMETRY = ("rotated", "polygon", "rle", "points")
BOX = ("x_min_px", "y_min_px", "x_max_px", "y_max_px")


def an_item(file_name: str = "a.png", **changes: object) -> dict[str, Any]:
    """A row of the items table."""
    row = {"item": file_name, "file_name": file_name, "width_px": WIDTH_PX, "height_px": HEIGHT_PX, "split": None}
    return row | changes


def a_mark(shape: shapes.Shape | None = None, /, **changes: object) -> dict[str, Any]:
    """A row of the marks table: a box unless another shape is given."""
    geometry = shapes.bbox(1.5, 2.25, 10.0, 20.125) if shape is None else shape
    row: dict[str, Any] = {
        "item": "a.png",
        "mark": "m0",
        "author": "imported",
        "label_class": "car",
        "shape": geometry.kind,
        **dict(zip(BOX, geometry.box or (None,) * 4, strict=True)),
        "rotated": geometry.rotated,
        "polygon": geometry.polygon,
        "rle": geometry.rle,
        "points": geometry.points,
        "attributes": None,
        "confidence": None,
        "is_crowd": False,
    }
    return row | changes


def a_label_set(
    items: list[dict[str, Any]], marks: list[dict[str, Any]], *, classes: tuple[str, ...] = ("car",), **more: Any
) -> LabelSet:
    """A label set from rows."""
    return LabelSet(
        items=pa.Table.from_pylist(items, schema=ITEMS_SCHEMA),
        marks=pa.Table.from_pylist(marks, schema=MARKS_SCHEMA),
        classes=classes,
        **more,
    )


# Coordinates with every kind of fraction, inside the picture.
xs = st.one_of(st.integers(0, WIDTH_PX).map(float), st.floats(0, WIDTH_PX))
ys = st.one_of(st.integers(0, HEIGHT_PX).map(float), st.floats(0, HEIGHT_PX))
names = st.one_of(
    st.sampled_from(["car", "=1+1", "<b>&\"'", "no", "1e3", "a:b", "ö ü", "کتاب", "a b", "x\u202ey", "#", "-1"]),
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co", "Zl", "Zp"]), min_size=1, max_size=8).filter(
        lambda text: bool(text.strip()) and text == text.strip() and "\ufffe" not in text
    ),
)
file_names = st.lists(
    st.text(string.ascii_letters + string.digits + "_- ä=", min_size=1, max_size=6).map(lambda t: f"p{t}q.png"),
    min_size=1,
    max_size=4,
    unique_by=lambda name: name.casefold(),
).map(lambda found: [f"sub/{name}" if i % 2 else name for i, name in enumerate(found)])
json_values = st.one_of(
    st.booleans(), st.integers(-(2**40), 2**40), st.floats(-1e6, 1e6), st.text(string.printable + "ü<", max_size=6)
)
attributes = st.one_of(
    st.none(),
    st.dictionaries(
        st.sampled_from(["occluded", "pose", "grade", "z_order", "note"]), json_values, min_size=1, max_size=3
    ),
)


@st.composite
def rings(draw: st.DrawFn) -> list[float]:
    """A convex ring that stays inside the picture and has some extent."""
    n = draw(st.integers(3, 7))
    x, y = draw(st.floats(8, 20)), draw(st.floats(8, 15))
    radius = draw(st.floats(1, 7))
    turn = draw(st.floats(0, 1))
    turns = [turn + 2 * math.pi * i / n for i in range(n)]
    return [v for t in turns for v in (x + radius * math.cos(t), y + radius * math.sin(t))]


@st.composite
def masks(draw: st.DrawFn) -> shapes.Shape:
    """A mask of one to three rectangles and some loose pixels."""
    import numpy as np

    pixels = np.zeros((HEIGHT_PX, WIDTH_PX), dtype=bool)
    for _ in range(draw(st.integers(1, 3))):
        x, y = draw(st.integers(0, WIDTH_PX - 1)), draw(st.integers(0, HEIGHT_PX - 1))
        pixels[y : y + draw(st.integers(1, 9)), x : x + draw(st.integers(1, 9))] = True
    return shapes.mask(rle.counts_of_mask(pixels), WIDTH_PX, HEIGHT_PX)


@st.composite
def shape_of(draw: st.DrawFn, kind: str) -> shapes.Shape:  # noqa: PLR0911 - one a kind
    """A shape of that kind inside the picture."""
    if kind == "tag":
        return shapes.tag()
    if kind == "mask":
        return draw(masks())
    if kind == "polygon":
        n_parts = draw(st.integers(1, 2))
        return shapes.polygon([[draw(rings()) for _ in range(draw(st.integers(1, 2)))] for _ in range(n_parts)])
    if kind == "rotated_bbox":
        sizes = draw(st.tuples(st.floats(1, 9), st.floats(1, 9)))
        return shapes.rotated_bbox(18.0, 11.5, *sizes, draw(st.floats(0.01, 3.1)) * draw(st.sampled_from([-1, 1])))
    points = draw(st.lists(st.tuples(xs, ys), min_size=2, max_size=4, unique=True))
    flat = [v for point in points for v in point]
    if kind == "point":
        return shapes.point(*flat[:2])
    if kind == "polyline":
        return shapes.polyline(flat)
    if kind == "keypoints":
        visible = draw(st.lists(st.sampled_from([0.0, 1.0, 2.0]), min_size=3, max_size=3))
        three = [draw(st.tuples(xs, ys)) for _ in range(3)]
        values = [
            v
            for (x, y), seen in zip(three, [2.0, *visible[1:]], strict=True)
            for v in (x * (seen > 0), y * (seen > 0), seen)
        ]
        return shapes.keypoints(values)
    x0, x1 = sorted([flat[0], flat[2]])
    y0, y1 = sorted([flat[1], flat[3]])
    if min(x1 - x0, y1 - y0) < 1e-4:
        return shapes.bbox(0.0, 0.0, float(WIDTH_PX), float(HEIGHT_PX))
    return shapes.bbox(x0, y0, x1, y1)


@st.composite
def label_sets(draw: st.DrawFn, kinds: tuple[str, ...] = SHAPES) -> LabelSet:
    """Any label set a house may hold: odd names, empty items, several authors, all shapes of `kinds`."""
    classes = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    items = [an_item(name, split=draw(st.sampled_from(["train", "val", "test", None]))) for name in draw(file_names)]
    marks = []
    for i in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(kinds))
        author = draw(st.sampled_from(["imported", "user-7", "Zoë", "model-3"]))
        marks.append(
            a_mark(
                draw(shape_of(kind)),
                item=draw(st.sampled_from(items))["item"],
                mark=f"m{i}",
                author=author,
                label_class=draw(st.sampled_from(classes)),
                attributes=_encoded(draw(attributes)),
                confidence=draw(st.floats(0, 1)) if author == "model-3" else None,
                is_crowd=kind == "mask" and draw(st.booleans()),
            )
        )
    has_points = {mark["label_class"] for mark in marks if mark["shape"] == "keypoints"}
    skeletons = {text: ("nose", "tail", "ear") for text in classes if text in has_points and draw(st.booleans())}
    return a_label_set(items, marks, classes=tuple(classes), skeletons=skeletons)


def _encoded(value: dict[str, Any] | None) -> str | None:
    return None if value is None else canonical_json(value).decode()


def assert_same(given: LabelSet, back: LabelSet, *, within_px: float = 1e-6) -> None:
    """Same items, classes and marks in the same order; coordinates within so many pixels."""
    items = {row["file_name"]: row for row in given.items.to_pylist()}
    for row in back.items.to_pylist():
        assert (row["width_px"], row["height_px"], row["split"]) == tuple(
            items[row["file_name"]][key] for key in ("width_px", "height_px", "split")
        )
    assert len(back.items) == len(items)
    all_left, all_right = _marks_by_file(given), _marks_by_file(back)
    for name in items:
        left, right = all_left[name], all_right[name]
        assert len(left) == len(right), name
        for a, b in zip(left, right, strict=True):
            for key in ("author", "label_class", "shape", "rle", "confidence", "is_crowd"):
                assert a[key] == b[key], (key, a, b)
            assert _decoded(a["attributes"]) == _decoded(b["attributes"])
            for key in (*BOX, "rotated", "polygon", "points"):
                assert close(a[key], b[key], within_px), (key, a[key], b[key])


def _marks_by_file(label_set: LabelSet) -> dict[str, list[dict[str, Any]]]:
    """Marks of each picture, people before models and by author, since some formats group them so."""
    file_of = {row["item"]: row["file_name"] for row in label_set.items.to_pylist()}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in file_of.values()}
    for row in label_set.marks.to_pylist():
        found[file_of[row["item"]]].append(row)
    return {
        name: sorted(rows, key=lambda row: (row["confidence"] is not None, row["author"]))
        for name, rows in found.items()
    }


def _decoded(encoded: str | None) -> object:
    return None if encoded is None else json.loads(encoded)


def close(a: Any, b: Any, within: float) -> bool:
    """Whether nested lists of numbers agree."""
    if a is None or b is None:
        return a is b
    if isinstance(a, list):
        return len(a) == len(b) and all(close(x, y, within) for x, y in zip(a, b, strict=True))
    return abs(a - b) <= within


def some_shape(kind: str) -> shapes.Shape:
    """One fixed shape of each kind, inside the picture."""
    ring, hole = [2.0, 2.0, 20.0, 2.0, 20.0, 15.0, 2.0, 15.0], [5.0, 5.0, 9.0, 5.0, 9.0, 9.0]
    made = {
        "bbox": shapes.bbox(1.5, 2.25, 10.0, 20.125),
        "rotated_bbox": shapes.rotated_bbox(18.0, 11.5, 8.0, 4.0, 0.5),
        "polygon": shapes.polygon([[ring, hole]]),
        "mask": shapes.mask([30, 5, 18, 5, WIDTH_PX * HEIGHT_PX - 58], WIDTH_PX, HEIGHT_PX),
        "polyline": shapes.polyline([1.0, 1.0, 5.0, 6.5, 9.0, 2.0]),
        "keypoints": shapes.keypoints([3.0, 4.0, 2.0, 0.0, 0.0, 0.0, 8.0, 9.0, 1.0]),
        "point": shapes.point(7.25, 8.5),
        "tag": shapes.tag(),
    }
    return made[kind]
