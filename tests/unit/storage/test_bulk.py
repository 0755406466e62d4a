"""Many rows as one statement: what is sent, and what is refused instead of being guessed."""

from __future__ import annotations

import enum
from typing import Any

import pytest
import sqlalchemy as sa

from assay.storage.bulk import one_statement

things = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("name", sa.String(3)),
    sa.Column("n", sa.Integer, default=4),
    sa.Column("size", sa.BigInteger),
    sa.Column("share", sa.Float),
)


class Word(enum.StrEnum):
    """Text with a type of its own."""

    AS_IT_IS = "as"


def test_lists_are_unnested_and_a_column_nobody_gives_gets_its_default() -> None:
    statement, sent = one_statement([(things, [{"name": "a", "size": 1}, {"name": None, "size": 2}])])
    assert sent == {"p0_name": ["a", None], "p0_n": [4, 4], "p0_size": [1, 2]}
    assert str(statement) == (
        'INSERT INTO "things" ("name", "n", "size") SELECT * FROM unnest('
        "CAST(%(p0_name)s AS text[]), CAST(%(p0_n)s AS bigint[]), CAST(%(p0_size)s AS bigint[]))"
    )


def test_rows_of_several_tables_travel_together_and_one_row_as_plain_values() -> None:
    one, many = {"name": Word.AS_IT_IS, "share": 1}, [{"name": "a"}, {"name": "b"}]
    statement, sent = one_statement([(things, many), (things, [one])])
    assert str(statement).startswith('WITH i0 AS (INSERT INTO "things" ("name", "n") SELECT * FROM unnest(')
    assert str(statement).endswith(
        "VALUES (CAST(%(p1_name)s AS text), CAST(%(p1_n)s AS bigint), CAST(%(p1_share)s AS double precision))"
    )
    assert sent["p1_name"] == "as"
    assert type(sent["p1_name"]) is str
    assert sent["p1_share"] == 1.0


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ([{"name": "a", "size": 1}, {"name": "b"}], KeyError),
        ([{"name": 1}], TypeError),
        ([{"name": "a", "size": 1.5}, {"name": "b", "size": 1}], TypeError),
    ],
    ids=["a key is missing in a later row", "a number for text", "a fraction for a whole number"],
)
def test_what_does_not_fit_its_column_is_refused(rows: list[dict[str, Any]], error: type[Exception]) -> None:
    with pytest.raises(error):
        one_statement([(things, rows)])


def test_changes_travel_with_the_rows_under_parameters_of_their_own() -> None:
    grow = sa.update(things).where(things.c.name == sa.bindparam("which")).values(size=things.c.size + 2)
    drop = sa.delete(things).where(things.c.name == sa.bindparam("which"))
    statement, sent = one_statement([(things, [{"name": "a"}])], [(grow, {"which": "b"}), (drop, {"which": "c"})])
    assert statement == (
        "WITH i0 AS (UPDATE things SET size=(things.size + %(c0_size_1)s::BIGINT)"
        " WHERE things.name = %(c0_which)s::VARCHAR), "
        "i1 AS (DELETE FROM things WHERE things.name = %(c1_which)s::VARCHAR) "
        'INSERT INTO "things" ("name", "n") VALUES (CAST(%(p0_name)s AS text), CAST(%(p0_n)s AS bigint))'
    )
    assert sent == {"c0_which": "b", "c0_size_1": 2, "c1_which": "c", "p0_name": "a", "p0_n": 4}
