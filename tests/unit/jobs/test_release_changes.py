"""What changed between two releases, class by class."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from assay.jobs.release_changes import changes_between, places_between

CLASSES = [("rbc", "Red cell"), ("wbc", "White cell")]
Row = tuple[str, str, float]


def table(rows: list[Row]) -> bytes:
    """Marks as `(item, class name, x)`, each 20 px wide."""
    columns: dict[str, list[Any]] = {
        "item": [r[0] for r in rows],
        "label_class": [r[1] for r in rows],
        "x_min_px": [r[2] for r in rows],
        "y_min_px": [0.0] * len(rows),
        "x_max_px": [r[2] + 20 for r in rows],
        "y_max_px": [20.0] * len(rows),
    }
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def changed(before: list[Row], after: list[Row]) -> dict[str, dict[str, Any]]:
    found = changes_between(table(before), table(after), CLASSES)
    assert found is not None
    for row in found:
        assert row["after"] == row["before"] + row["added"] - row["removed"] - row["class_changed"] + sum(
            r["class_changed"] for r in found if r is not row
        )
    return {row["label_class"]: row for row in found}


def test_a_first_release_has_no_changes() -> None:
    assert changes_between(None, table([]), CLASSES) is None


def test_nothing_changed_is_counted_as_nothing() -> None:
    rows: list[Row] = [("a", "Red cell", 0), ("a", "White cell", 50), ("b", "Red cell", 10)]
    found = changed(rows, rows[::-1])
    assert [
        (r["before"], r["added"], r["removed"], r["moved"], r["class_changed"], r["after"]) for r in found.values()
    ] == [
        (2, 0, 0, 0, 0, 2),
        (1, 0, 0, 0, 0, 1),
    ]


def test_each_kind_of_change_is_counted_on_its_class() -> None:
    before: list[Row] = [("a", "Red cell", 0), ("a", "Red cell", 50), ("a", "Red cell", 100), ("a", "White cell", 150)]
    after: list[Row] = [("a", "Red cell", 0), ("a", "Red cell", 52), ("a", "White cell", 100), ("a", "White cell", 300)]
    found = changed(before, after)
    assert (found["rbc"]["moved"], found["rbc"]["class_changed"], found["rbc"]["removed"]) == (1, 1, 0)
    assert (found["wbc"]["added"], found["wbc"]["removed"], found["wbc"]["class_changed"]) == (1, 1, 0)


def test_the_same_box_on_another_image_is_another_mark() -> None:
    found = changed([("a", "Red cell", 0)], [("b", "Red cell", 0)])
    assert (found["rbc"]["added"], found["rbc"]["removed"]) == (1, 1)


def test_a_hair_of_rounding_is_no_move() -> None:
    assert changed([("a", "Red cell", 0)], [("a", "Red cell", 1e-6)])["rbc"]["moved"] == 0


def test_classes_of_one_release_only_are_left_out() -> None:
    found = changes_between(table([("a", "Gone", 0)]), table([("a", "New", 0)]), CLASSES)
    assert found is not None
    assert all(row["before"] == row["after"] == 0 for row in found)


def full(rows: list[Row]) -> bytes:
    """The same with everything a mark of a release says of itself."""
    plain = pq.read_table(io.BytesIO(table(rows)))
    said = {
        "mark": [f"{row[0]}-{number:05d}" for number, row in enumerate(rows)],
        "author": ["consensus"] * len(rows),
        "origin": ["consensus"] * len(rows),
        "guideline_version": [2] * len(rows),
        "schema_version": [1] * len(rows),
        "evidence": ["{}"] * len(rows),
    }
    for name, values in said.items():
        plain = plain.append_column(name, pa.array(values, pa.int64() if name.endswith("version") else pa.string()))
    buffer = io.BytesIO()
    pq.write_table(plain, buffer)
    return buffer.getvalue()


def test_places_are_those_that_are_counted_and_name_both_sides() -> None:
    before: list[Row] = [("a", "Red cell", 0), ("a", "White cell", 50), ("b", "Red cell", 10), ("b", "Red cell", 90)]
    after: list[Row] = [("a", "Red cell", 0), ("a", "Red cell", 50), ("b", "Red cell", 13), ("c", "White cell", 5)]
    places = places_between(full(before), full(after))
    told = [(p.kind, p.item, p.before and p.before["label_class"], p.after and p.after["label_class"]) for p in places]
    assert told == [
        ("class_changed", "a", "White cell", "Red cell"),
        ("moved", "b", "Red cell", "Red cell"),
        ("removed", "b", "Red cell", None),
        ("added", "c", None, "White cell"),
    ]
    counted = changed(before, after).values()
    assert sum(r["added"] + r["removed"] + r["moved"] + r["class_changed"] for r in counted) == len(places)


def test_equal_releases_have_no_place_that_differs() -> None:
    rows: list[Row] = [("a", "Red cell", 0), ("b", "White cell", 7)]
    assert places_between(full(rows), full(rows[::-1])) == []
