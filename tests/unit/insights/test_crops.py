"""Which places on gold are shown as pictures: of a kind of error, of a clause, or of all errors."""

from __future__ import annotations

import pytest

from assay.gold import ErrorKind, GoldMark, VerdictMark
from assay.insights.queries import is_asked

BOX = (0.0, 0.0, 5.0, 5.0)


def mark(kind: ErrorKind, *clauses: str) -> VerdictMark:
    gold = GoldMark("cell", "bbox", BOX, clauses) if kind is not ErrorKind.SPURIOUS else None
    return VerdictMark(kind, gold, None if kind is ErrorKind.MISSED else ("cell", BOX), None)


@pytest.mark.parametrize(
    ("found", "kind", "clause", "asked"),
    [
        (mark(ErrorKind.MISSED, "4.2"), ErrorKind.MISSED, None, True),
        (mark(ErrorKind.MISSED, "4.2"), ErrorKind.SPURIOUS, None, False),
        (mark(ErrorKind.MISSED, "4.2", "5.1"), None, "5.1", True),
        (mark(ErrorKind.MISCLASSIFIED, "4.2"), None, "5.1", False),
        (mark(ErrorKind.RIGHT, "4.2"), None, "4.2", False),
        (mark(ErrorKind.SPURIOUS), None, "4.2", False),
        (mark(ErrorKind.SPURIOUS), None, None, True),
        (mark(ErrorKind.MISLOCALISED, "4.2"), ErrorKind.MISSED, "4.2", False),
    ],
)
def test_a_place_is_shown_when_its_kind_and_clause_are_asked_for(
    found: VerdictMark,
    kind: ErrorKind | None,
    clause: str | None,
    asked: bool,  # noqa: FBT001 - a table
) -> None:
    assert is_asked(found, kind, clause) is asked
