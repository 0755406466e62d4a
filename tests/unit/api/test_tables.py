"""Tables as pages and as CSV."""

from __future__ import annotations

import asyncio
import csv
import io

import pytest
from starlette.responses import StreamingResponse

from assay.api.errors import BadCursorError
from assay.api.tables import cell, columns_of, make_cursor, read_cursor, table
from assay.wire.common import EstimateOut, Page, Person, WireModel


class Line(WireModel):
    """A row of this test."""

    who: Person
    figure: EstimateOut | None
    tags: list[str]
    body: dict[str, int]


def _line(n: int) -> Line:
    figure = EstimateOut(value=0.5, low=0.1, high=0.9, n=n, n_items=1, method="m") if n % 2 else None
    return Line(who=Person(id=str(n), name=f"=N{n}", simulated=False), figure=figure, tags=["a", "b"], body={"x": n})


def _fetch(cursor: str, n: int) -> tuple[list[Line], str | None]:
    start = (read_cursor(cursor, int) or (0,))[0]
    rows = [_line(k) for k in range(start, min(start + n, 450))]
    return rows, make_cursor(start + n) if start + n < 450 else None


def _csv(response: object) -> list[list[str]]:
    assert isinstance(response, StreamingResponse)

    async def read() -> str:
        return "".join(
            [part if isinstance(part, str) else bytes(part).decode() async for part in response.body_iterator]
        )

    return list(csv.reader(io.StringIO(asyncio.run(read()))))


def test_pages_follow_one_another_without_gap_or_overlap() -> None:
    seen, cursor = [], ""
    while True:
        page = table(_fetch, cursor=cursor, limit=100, form="json", name="lines")
        assert isinstance(page, Page)
        seen += [row.who.id for row in page.rows]
        if page.next is None:
            break
        cursor = page.next
    assert seen == [str(n) for n in range(450)]


def test_csv_holds_every_row_nested_things_as_dotted_columns_and_nothing_a_spreadsheet_runs() -> None:
    rows = _csv(table(_fetch, cursor="", limit=1, form="csv", name="lines"))
    assert rows[0] == [
        "who.id", "who.name", "who.simulated",
        "figure.value", "figure.low", "figure.high", "figure.n", "figure.n_items", "figure.method",
        "tags", "body",
    ]  # fmt: skip
    assert len(rows) == 451
    assert rows[1] == ["0", "'=N0", "false", "", "", "", "", "", "", '["a","b"]', '{"x":0}']
    assert rows[450][:5] == ["449", "'=N449", "false", "0.5", "0.1"]


def test_an_empty_table_still_has_its_headings() -> None:
    rows = _csv(table(lambda _c, _n: ([], None), cursor="", limit=1, form="csv", name="lines", model=Line))
    assert len(rows) == 1
    assert rows[0] == [".".join(path) for path in columns_of(Line)]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx"])
def test_text_that_begins_like_a_formula_is_disarmed(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_numbers_stay_numbers() -> None:
    assert [cell(v) for v in (None, True, -1, 0.1, 1e-9, "x")] == ["", "true", "-1", "0.1", "1e-09", "x"]


@pytest.mark.parametrize(
    "cursor", ["x", "%%%", "bnVsbA", "WzFd", "WyJhIl0", "W10", "e30", "é", make_cursor(1, 2), make_cursor(1.5)]
)
def test_a_cursor_of_another_make_is_refused(cursor: str) -> None:
    if cursor == make_cursor(1):
        assert read_cursor(cursor, int) == (1,)
        return
    with pytest.raises(BadCursorError):
        read_cursor(cursor, int)


def test_a_cursor_holds_the_key_of_a_row() -> None:
    assert read_cursor(make_cursor("é", 3), str, int) == ("é", 3)
    assert read_cursor("", str) is None
