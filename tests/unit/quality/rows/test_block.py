"""Rows that cannot be measured are refused by item; what is not compared is counted."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa
import pytest
from tests.support.quality_rows import SCHEMA, mark, rows_of

from assay.quality.rows import RowInvalidError, RowsInvalidError, RowTooMuchError, Settings, Sums, read_block, report_of

BOX = ("cat", 1.0, 2.0, 5.0, 9.0)


def one_row(**change: Any) -> pa.RecordBatch:
    row = {"item": "a.png", "submissions": [{"author": "ann", "marks": [mark(*BOX)]}], "accepted": [mark(*BOX)]}
    return pa.RecordBatch.from_pylist([{**row, **change}], schema=SCHEMA)


@pytest.mark.parametrize("box", [(math.nan, 0, 1, 1), (0, 0, math.inf, 1), (3, 0, 3, 1), (5, 0, 1, 1), (0, 0, 2e9, 1)])
def test_a_mark_that_is_no_box_names_its_item_and_number(box: tuple[float, float, float, float]) -> None:
    good = [{"author": "ann", "marks": [mark(*BOX), mark("cat", *box)]}]
    for change in ({"submissions": good}, {"accepted": [mark(*BOX), mark("cat", *box)]}):
        with pytest.raises(RowInvalidError, match=r"^Item a\.png: mark 1 is"):
            read_block(one_row(**change), 0)


def test_a_missing_side_is_no_box() -> None:
    lame = [{"author": "ann", "marks": [{**mark(*BOX), "x_min_px": None}]}]
    with pytest.raises(RowInvalidError, match=r"a\.png: mark 0"):
        read_block(one_row(submissions=lame), 0)


def test_nobody_hands_an_item_in_twice() -> None:
    rows = one_row(submissions=[{"author": "ann", "marks": []}, {"author": "bo"}, {"author": "ann", "marks": []}])
    with pytest.raises(RowInvalidError, match=r"a\.png: ann handed it in twice"):
        read_block(rows, 0)


@pytest.mark.parametrize(
    "change", [{"submissions": [{"marks": []}]}, {"accepted": [{**mark(*BOX), "label_class": None}]}]
)
def test_people_and_classes_have_names(change: dict[str, Any]) -> None:
    with pytest.raises(RowsInvalidError, match="have no value"):
        read_block(one_row(**change), 0)


@pytest.mark.parametrize(
    "columns",
    [
        {"item": ["a"]},
        {"item": ["a"], "submissions": ["b"]},
        {"item": ["a"], "submissions": [[{"author": "ann"}]]},
        {"item": ["a"], "submissions": [[{"author": "ann", "marks": [{"label_class": "cat"}]}]]},
        {"item": ["a"], "submissions": [[{"author": 1.5, "marks": [mark(*BOX)]}]]},
        {"item": ["a"], "submissions": [[{"author": "ann", "marks": [{**mark(*BOX), "x_min_px": "one"}]}]]},
    ],
)
def test_other_columns_are_refused_and_the_layout_told(columns: dict[str, Any]) -> None:
    with pytest.raises(RowsInvalidError) as refused:
        read_block(pa.RecordBatch.from_pydict(columns), 0)
    assert "submissions: list<" in (refused.value.hint or "")


def test_no_list_of_marks_is_an_empty_sheet_and_no_submissions_are_nobody() -> None:
    rows = pa.RecordBatch.from_pylist(
        [
            {"item": "a", "submissions": [{"author": "ann", "marks": None}, {"author": "bo", "marks": []}]},
            {"item": "b", "submissions": None},
        ],
        schema=SCHEMA,
    )
    sums = Sums(Settings())
    sums.add_rows(rows, 0)
    report = report_of(sums, backend="any")
    assert (report.n_items, report.n_compared, report.n_submissions) == (2, 1, 2)
    assert report.agreement.f1.value == 1.0


def test_other_shapes_and_crowds_are_counted_and_not_compared() -> None:
    marks = [{**mark(*BOX), "shape": "bbox", "is_crowd": False}, {**mark(*BOX), "shape": "polygon", "is_crowd": False}]
    marks += [{**mark(*BOX), "shape": "bbox", "is_crowd": True}, {**mark(*BOX), "shape": "tag", "x_min_px": None}]
    people = [{"author": "ann", "marks": marks}, {"author": "bo", "marks": marks[:1]}]
    sums = Sums(Settings())
    sums.add_rows(pa.RecordBatch.from_pylist([{"item": "a", "submissions": people}]), 0)
    report = report_of(sums, backend="any")
    assert report.n_left_out == 3
    assert [person.n_marks for person in report.people] == [1, 1]
    assert report.agreement.f1.value == 1.0


def test_the_order_of_people_in_a_row_does_not_matter() -> None:
    people = {"cy": [BOX], "ann": [("dog", 1.0, 2.0, 5.0, 9.0)], "bo": [BOX, ("cat", 1.0, 2.0, 5.0, 8.0)]}
    rows = rows_of([("a", people, []), ("b", dict(reversed(people.items())), [])])
    sums = [Sums(Settings()) for _ in range(2)]
    for number, one in enumerate(sums):
        one.add_rows(rows.slice(number, 1), 0)
    first, second = (report_of(one, backend="any") for one in sums)
    assert first.pairs == second.pairs
    assert first.people == second.people


def test_names_may_be_numbers_and_dictionaries() -> None:
    kind = pa.struct(
        [
            ("label_class", pa.int32()),
            *((side, pa.float32()) for side in SCHEMA.field("accepted").type.value_type.names[1:]),
        ]
    )
    sheet = pa.struct([("author", pa.dictionary(pa.int32(), pa.string())), ("marks", pa.large_list(kind))])
    schema = pa.schema([("item", pa.string()), ("submissions", pa.large_list(sheet))])
    values = {**mark(*BOX), "label_class": 7}
    row = {"item": "a", "submissions": [{"author": name, "marks": [values]} for name in ("ann", "bo")]}
    sums = Sums(Settings())
    sums.add_rows(pa.RecordBatch.from_pylist([row], schema=schema), 0)
    report = report_of(sums, backend="any")
    assert list(report.classes) == ["7"]
    assert report.agreement.f1.value == 1.0


@pytest.mark.slow
def test_a_hundred_thousand_marks_on_one_item_are_compared_and_ten_million_overlaps_refused() -> None:
    grid = [
        ("cat", 3.0 * (n % 400), 3.0 * (n // 400), 3.0 * (n % 400) + 2, 3.0 * (n // 400) + 2) for n in range(100_000)
    ]
    sums = Sums(Settings())
    sums.add_rows(rows_of([("dense", {"ann": grid, "bo": grid}, [])]), 0)
    assert report_of(sums, backend="any").agreement.f1.value == 1.0
    heap = [BOX] * 4_000
    with pytest.raises(RowTooMuchError, match="Item heap"):
        Sums(Settings()).add_rows(rows_of([("heap", {"ann": heap, "bo": heap}, [])]), 0)
