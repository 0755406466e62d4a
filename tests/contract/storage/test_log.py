"""The audit log: sealed in order, unchangeable from inside, every change from outside found; on both databases."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from tests.contract.storage.tables import P, Q, write_note

from assay.kernel.canonical import canonical_json
from assay.kernel.merkle import leaf_hash, merkle_root
from assay.storage import Head, House, LogDamagedError, check_log, log, newest_event, read_head, seal
from assay.storage.errors import ConstraintBrokenError
from assay.storage.events import events, leaf_value, log_heads

COLUMNS = ("project_id", "at_us", "actor_id", "actor_kind", "action", "subject", "why", "body", "leaf", "id")


def fill(house: House, n: int) -> Head:
    """Write and seal n events; returns the head."""
    for i in range(n):
        write_note(house, f"{i:03}", project=P if i % 2 else Q)
    seal(house)
    return read_head(house)


def tamper(house: House, statement: str, **parameters: object) -> None:
    """Run a statement as somebody with the database's password would, past the triggers."""
    with house.bookkeeping() as connection:
        if house.database.name == "sqlite":
            for trigger in ("events_no_update", "events_no_delete"):
                connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {trigger}"))
        else:
            connection.execute(sa.text("ALTER TABLE events DISABLE TRIGGER ALL"))
        connection.execute(sa.text(statement), parameters)


def test_an_empty_log_has_an_empty_head(house: House) -> None:
    assert seal(house) == 0
    assert read_head(house) == Head(0, merkle_root([]).hex(), 0)
    assert check_log(house).size == 0


def test_events_are_sealed_once_in_the_order_they_were_made(house: House) -> None:
    for i in range(5):
        write_note(house, str(i))
    assert seal(house) == 5
    assert seal(house) == 0
    write_note(house, "later")
    assert seal(house) == 1
    with house.database.reading() as connection:
        rows = connection.execute(sa.select(events).order_by(events.c.seq)).all()
    assert [row.seq for row in rows] == list(range(6))
    assert [json.loads(row.body)["name"] for row in rows] == ["0", "1", "2", "3", "4", "later"]
    leaves = [leaf_hash(canonical_json(leaf_value(row))) for row in rows]
    assert read_head(house).root == merkle_root(leaves).hex()


def test_two_sealers_at_once_leave_no_gap_and_no_double(house: House) -> None:
    for i in range(60):
        write_note(house, f"{i:03}")

    def write_and_seal(i: int) -> None:
        write_note(house, f"more-{i}")
        seal(house)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write_and_seal, range(20)))
    seal(house)
    assert check_log(house).size == 80


def test_a_later_head_still_contains_an_earlier_one(house: House) -> None:
    trusted = fill(house, 5)
    for i in range(7):
        write_note(house, f"more-{i}")
        seal(house)
    assert check_log(house, trusted=trusted).size == 12


@pytest.mark.parametrize("column", COLUMNS)
def test_a_change_in_any_column_is_found(house: House, column: str) -> None:
    fill(house, 6)
    if column == "at_us":
        tamper(house, "UPDATE events SET at_us = at_us + 1 WHERE seq = 3")
    elif column == "body":
        tamper(house, "UPDATE events SET body = replace(body, '003', '004') WHERE seq = 3")
    else:
        tamper(house, f"UPDATE events SET {column} = 'x' || substr({column}, 2) WHERE seq = 3")  # noqa: S608 - own names
    with pytest.raises(LogDamagedError, match="entry 3"):
        check_log(house)


@pytest.mark.parametrize("seq", [0, 2, 5])
def test_a_removed_event_is_found(house: House, seq: int) -> None:
    fill(house, 6)
    tamper(house, "DELETE FROM events WHERE seq = :seq", seq=seq)
    with pytest.raises(LogDamagedError):
        check_log(house)


def test_two_exchanged_events_are_found(house: House) -> None:
    fill(house, 6)
    tamper(house, "UPDATE events SET seq = 100 WHERE seq = 2")
    tamper(house, "UPDATE events SET seq = 2 WHERE seq = 3")
    tamper(house, "UPDATE events SET seq = 3 WHERE seq = 100")
    with pytest.raises(LogDamagedError, match="head"):  # each fits its own leaf; the order is in the root
        check_log(house)


@pytest.mark.parametrize("change", ["size = 5", "root = 'x'", r"""frontier = '{"peaks"\:[],"size"\:6}'"""])
def test_a_changed_head_is_found(house: House, change: str) -> None:
    fill(house, 6)
    tamper(house, f"UPDATE log_heads SET {change}")  # noqa: S608 - own text
    with pytest.raises(LogDamagedError):
        check_log(house)


def test_a_log_rewritten_with_all_its_hashes_is_found_by_a_trusted_head(house: House) -> None:
    trusted = fill(house, 6)
    tamper(house, "UPDATE events SET why = 'forged' WHERE seq = 4")
    _reseal(house)
    assert check_log(house).size == 6  # it fits itself again, and only an outside head can tell
    with pytest.raises(LogDamagedError):
        check_log(house, trusted=trusted)


def test_a_cut_tail_with_a_matching_head_is_found_by_a_trusted_head(house: House) -> None:
    trusted = fill(house, 6)
    tamper(house, "DELETE FROM events WHERE seq >= 4")
    _reseal(house)
    assert check_log(house).size == 4
    with pytest.raises(LogDamagedError):
        check_log(house, trusted=trusted)


def test_a_head_of_an_empty_log_is_contained_in_every_log(house: House) -> None:
    trusted = read_head(house)
    fill(house, 3)
    assert check_log(house, trusted=trusted).size == 3


def _reseal(house: House) -> None:
    """Do what a forger with full access would do: give everything fresh hashes."""
    tamper(house, "UPDATE events SET seq = NULL, leaf = NULL")
    with house.bookkeeping() as connection:
        connection.execute(sa.delete(log_heads))
    seal(house)


REPLACE = """INSERT OR REPLACE INTO events
  SELECT id, project_id, at_us, actor_id, actor_kind, action, subject, 'other', body, seq, leaf FROM events"""


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET why = 'other'",
        "UPDATE events SET body = '{}'",
        "UPDATE events SET id = 'other'",
        "DELETE FROM events",
        REPLACE,
        "TRUNCATE events",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_event(house: House, statement: str, *, sealed: bool) -> None:
    only = "sqlite" if "REPLACE" in statement else "postgresql" if "TRUNCATE" in statement else house.database.name
    write_note(house, "first")
    if sealed:
        seal(house)
    if house.database.name == only:
        with pytest.raises(ConstraintBrokenError), house.bookkeeping() as connection:
            connection.execute(sa.text(statement))
    with house.database.reading() as connection:
        assert connection.execute(sa.select(events.c.why)).scalar_one() == "a test"


def test_a_sealed_event_cannot_be_sealed_anew(house: House) -> None:
    fill(house, 2)
    with pytest.raises(ConstraintBrokenError), house.bookkeeping() as connection:
        connection.execute(sa.update(events).values(leaf="0" * 64))


def test_the_newest_event_of_a_project_is_told_before_and_after_its_seal_whatever_others_do(house: House) -> None:
    assert newest_event(house, P) == ""
    write_note(house, "mine")
    newest = newest_event(house, P)
    with house.database.reading() as connection:
        assert connection.execute(sa.select(events.c.id)).scalar_one() == newest
    for i in range(3):
        write_note(house, f"theirs-{i}", project=Q)
    assert newest_event(house, P) == newest
    seal(house)
    assert newest_event(house, P) == newest
    write_note(house, "mine again")
    assert newest_event(house, P) > newest


def test_looking_for_the_newest_event_never_walks_over_other_projects(sqlite_house: House) -> None:
    with sqlite_house.database.reading() as connection:
        for statement in (log._newest_unsealed, log._newest_sealed):
            compiled = statement.compile(connection.engine)
            values = ("",) * len(compiled.positiontup or ())
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values).all()
            text = " ".join(str(row) for row in plan)
            assert "ix_events_unsealed" in text or "ix_events_project_seq" in text
            assert "TEMP B-TREE" not in text
