"""Rate cards and the ledger: their tables and queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from assay.costs.model import Basis, Contract, Entry, Fact, Monthly, RateCard, Stage
from assay.kernel.canonical import canonical_json
from assay.storage import Event, Rx, Tx
from assay.storage.events import events
from assay.storage.house import event_of
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

COMPUTE_FIELD = '"cpu_s":'
"""An event whose body says how long a machine worked for it is booked, whatever it is called."""

rate_cards = sa.Table(
    "rate_cards",
    metadata,
    project_id(),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    document("body"),
    instant("valid_from_us"),
    identifier("created_by"),
    instant("created_at_us"),
    sa.PrimaryKeyConstraint("project_id", "version"),
)

ledger = sa.Table(
    "ledger",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("key", sa.String(160), nullable=False),
    identifier("of_entry"),  # the entry it adjusts; its own id for a first booking
    instant("at_us"),
    sa.Column("month", sa.String(7), nullable=False),  # UTC, as 2026-11
    sa.Column("stage", sa.String(16), nullable=False),
    sa.Column("unit", sa.String(16), nullable=False),
    sa.Column("quantity", sa.BigInteger, nullable=False),  # thousandths of the unit; 0 in an adjustment
    sa.Column("basis", sa.String(16), nullable=False),  # measured, contract, assumed, fee
    sa.Column("role", sa.String(16), nullable=False),
    identifier("user_id", nullable=True),
    identifier("item_id", nullable=True),
    identifier("batch_id", nullable=True),
    sa.Column("n_marks", sa.Integer, nullable=False),
    sa.Column("subject", sa.String(96), nullable=False),
    sa.Column("event_id", sa.String(32), nullable=False),  # empty for what the calendar brings
    document("detail"),
    sa.Column("rate_micro", sa.BigInteger, nullable=False),
    sa.Column("amount_micro", sa.BigInteger, nullable=False),
    sa.Column("card_version", sa.Integer, nullable=False),
    instant("booked_at_us"),
    sa.UniqueConstraint("project_id", "key"),
    sa.Index("ix_ledger_sums", "project_id", "month", "stage", "batch_id"),
    sa.Index("ix_ledger_item", "project_id", "item_id"),
    sa.Index("ix_ledger_of", "project_id", "of_entry"),
)

# How far the book-keeper has read the event log, and up to which day the calendar is booked.
ledger_marks = sa.Table(
    "ledger_marks",
    metadata,
    project_id(),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("day", sa.Integer, nullable=False),  # UTC days since 1970; all before it are booked
    sa.PrimaryKeyConstraint("project_id"),
)


# --- rate cards -----------------------------------------------------------------------------------------------------

_cards = sa.select(rate_cards).where(rate_cards.c.project_id == PROJECT).order_by(rate_cards.c.version)


def all_cards(rx: Rx) -> list[RateCard]:
    """Every rate card, oldest first."""
    return [card_of(row) for row in rx.rows(_cards)]


def add_card(tx: Tx, card: RateCard) -> bool:
    """Keep a rate card; False when the version exists."""
    return tx.insert_new(
        rate_cards,
        {
            "version": card.version,
            "currency": card.currency,
            "body": canonical_json(card_body(card)).decode(),
            "valid_from_us": card.valid_from_us,
            "created_by": card.created_by,
            "created_at_us": card.created_at_us,
        },
    )


def card_body(card: RateCard) -> dict[str, Any]:
    """The amounts of a card as JSON, in micro-units."""
    return {
        "per_hour": dict(sorted(card.per_hour.items())),
        "contracts": [{"name": c.name, "people": sorted(c.people), "per_image": c.per_image} for c in card.contracts],
        "monthly": [
            {"name": m.name, "stage": m.stage.value, "fee": m.fee, "minutes": m.minutes, "role": m.role}
            for m in card.monthly
        ],
        "retraining_minutes": card.retraining_minutes,
        "compute_minute": card.compute_minute,
        "stored_gb_month": card.stored_gb_month,
        "gold_minutes": card.gold_minutes,
        "hours_a_week": card.hours_a_week,
    }


def card_of(row: Any) -> RateCard:  # noqa: ANN401 - a database row
    """A rate card from its row."""
    body = json.loads(row.body)
    contracts = tuple(Contract(c["name"], frozenset(c["people"]), c["per_image"]) for c in body.pop("contracts"))
    monthly = tuple(Monthly(**{**m, "stage": Stage(m["stage"])}) for m in body.pop("monthly"))
    return RateCard(
        version=row.version,
        currency=row.currency,
        valid_from_us=row.valid_from_us,
        contracts=contracts,
        monthly=monthly,
        created_by=row.created_by,
        created_at_us=row.created_at_us,
        **body,
    )


# --- the mark in the log --------------------------------------------------------------------------------------------

_mark = sa.select(ledger_marks).where(ledger_marks.c.project_id == PROJECT)
_move = (
    sa.update(ledger_marks)
    .where(
        ledger_marks.c.project_id == PROJECT,
        ledger_marks.c.seq == sa.bindparam("seq_before"),
        ledger_marks.c.day == sa.bindparam("day_before"),
    )
    .values(seq=sa.bindparam("new_seq"), day=sa.bindparam("new_day"))
)


def read_mark(rx: Rx) -> tuple[int, int]:
    """How far the log is booked (its last event's place, -1 for none) and the first day the calendar is not."""
    row = rx.first(_mark)
    return (-1, 0) if row is None else (row.seq, row.day)


def move_mark(tx: Tx, before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Note how far is booked now; False when another book-keeper was here meanwhile."""
    if before == (-1, 0) and tx.insert_new(ledger_marks, {"seq": after[0], "day": after[1]}):
        return True
    moved = tx.change(_move, seq_before=before[0], day_before=before[1], new_seq=after[0], new_day=after[1])
    return moved == 1


def events_after(rx: Rx, seq: int, actions: Sequence[str], n: int) -> tuple[list[Event], int]:
    """The next events that have a price, and the place of the last event looked at.

    Args:
        rx: an open transaction.
        seq: look behind this place in the log.
        actions: those that are booked; so are all that say how long a machine worked.
        n: events looked at.
    """
    rows = rx.rows(_page, after=seq, most=n)
    wanted = set(actions)
    chosen = [row for row in rows if row.action in wanted or COMPUTE_FIELD in row.body]
    return [event_of(row) for row in chosen], rows[-1].seq if rows else seq


_page = (
    sa.select(events)
    .where(events.c.project_id == PROJECT, events.c.seq > sa.bindparam("after"))
    .order_by(events.c.seq)
    .limit(sa.bindparam("most"))
)


_began = (
    sa.select(events.c.at_us)
    .where(events.c.project_id == PROJECT, events.c.seq.is_not(None))
    .order_by(events.c.seq)
    .limit(1)
)


def began_us(rx: Rx) -> int:
    """When the project began: the moment of its first event."""
    return int(rx.value(_began) or rx.now_us)


_busy = sa.select(events.c.project_id).where(events.c.seq > sa.bindparam("after"), events.c.project_id != "").distinct()


def projects_since(rx: Rx, seq: int) -> set[str]:
    """Projects in which something happened behind a place in the log; for the book-keeper, who works for all."""
    return {row[0] for row in rx.rows(_busy, after=seq)}


# --- entries --------------------------------------------------------------------------------------------------------


def add_entries(tx: Tx, entries: Sequence[Entry], months: Sequence[str]) -> None:
    """Book entries; a key that is taken makes the whole write fail, for then something was booked twice."""
    tx.insert(ledger, [_row(tx, entry, month) for entry, month in zip(entries, months, strict=True)])


def _row(tx: Tx, entry: Entry, month: str) -> dict[str, Any]:
    fact = entry.fact
    return {
        "id": entry.id,
        "key": fact.key,
        "of_entry": entry.of,
        "at_us": fact.at_us,
        "month": month,
        "stage": fact.stage.value,
        "unit": fact.unit,
        "quantity": fact.quantity,
        "basis": fact.basis.value,
        "role": fact.role,
        "user_id": fact.user_id,
        "item_id": fact.item_id,
        "batch_id": fact.batch_id,
        "n_marks": fact.n_marks,
        "subject": fact.subject,
        "event_id": fact.event_id,
        "detail": canonical_json(fact.detail).decode(),
        "rate_micro": entry.rate,
        "amount_micro": entry.amount,
        "card_version": entry.card_version,
        "booked_at_us": tx.now_us,
    }


def entry_of(row: Any) -> Entry:  # noqa: ANN401 - a database row
    """An entry from its row."""
    fact = Fact(
        key=row.key,
        at_us=row.at_us,
        stage=Stage(row.stage),
        unit=row.unit,
        quantity=row.quantity,
        basis=Basis(row.basis),
        role=row.role,
        user_id=row.user_id,
        item_id=row.item_id,
        batch_id=row.batch_id,
        n_marks=row.n_marks,
        subject=row.subject,
        event_id=row.event_id,
        detail=json.loads(row.detail),
    )
    return Entry(row.id, row.of_entry, fact, row.rate_micro, row.amount_micro, row.card_version)


_known_keys = sa.select(ledger.c.key).where(
    ledger.c.project_id == PROJECT, ledger.c.key.in_(sa.bindparam("keys", expanding=True))
)
_after = (
    sa.select(ledger)
    .where(ledger.c.project_id == PROJECT, ledger.c.id > sa.bindparam("after"))
    .order_by(ledger.c.id)
    .limit(sa.bindparam("most"))
)
_first_bookings = _after.where(ledger.c.of_entry == ledger.c.id, ledger.c.at_us >= sa.bindparam("since"))
_amounts = (
    sa.select(ledger.c.of_entry, sa.func.sum(ledger.c.amount_micro).label("amount"))
    .where(ledger.c.project_id == PROJECT, ledger.c.of_entry.in_(sa.bindparam("entries", expanding=True)))
    .group_by(ledger.c.of_entry)
)
_of_item = (
    sa.select(ledger)
    .where(ledger.c.project_id == PROJECT, ledger.c.item_id == sa.bindparam("item"))
    .order_by(ledger.c.at_us, ledger.c.id)
)


def known_keys(rx: Rx, keys: Sequence[str]) -> set[str]:
    """Which of these keys are booked."""
    return {row.key for row in rx.rows(_known_keys, keys=list(keys))}


def entries_after(rx: Rx, after: str, n: int) -> list[Entry]:
    """A page of the ledger in the order it was booked."""
    return [entry_of(row) for row in rx.rows(_after, after=after, most=n)]


def first_bookings(rx: Rx, after: str, since_us: int, n: int) -> list[Entry]:
    """A page of first bookings of what happened since an instant; adjustments are left out."""
    return [entry_of(row) for row in rx.rows(_first_bookings, after=after, since=since_us, most=n)]


def amounts_now(rx: Rx, entry_ids: Sequence[str]) -> dict[str, int]:
    """What each first booking comes to with all its adjustments."""
    return {row.of_entry: int(row.amount) for row in rx.rows(_amounts, entries=list(entry_ids))}


def entries_of_item(rx: Rx, item_id: str) -> list[Entry]:
    """What was booked for one item."""
    return [entry_of(row) for row in rx.rows(_of_item, item=item_id)]


# --- sums -----------------------------------------------------------------------------------------------------------

_is_first = ledger.c.of_entry == ledger.c.id
_person_ms = sa.case((sa.and_(_is_first, ledger.c.unit == "second"), ledger.c.quantity), else_=0)
_sums = (
    sa.select(
        ledger.c.month,
        ledger.c.stage,
        ledger.c.batch_id,
        sa.func.sum(sa.case((_is_first, 1), else_=0)).label("n"),
        sa.func.count(sa.distinct(ledger.c.item_id)).label("n_items"),
        sa.func.sum(_person_ms).label("ms"),
        sa.func.sum(ledger.c.amount_micro).label("amount"),
    )
    .where(ledger.c.project_id == PROJECT)
    .group_by(ledger.c.month, ledger.c.stage, ledger.c.batch_id)
    .order_by(ledger.c.month, ledger.c.stage, ledger.c.batch_id)
)
_item_months = (
    sa.select(ledger.c.month, sa.func.count(sa.distinct(ledger.c.item_id)).label("n"))
    .where(ledger.c.project_id == PROJECT, ledger.c.stage.in_(("annotate", "rework")))
    .group_by(ledger.c.month)
)
_item_sums = (
    sa.select(ledger.c.item_id, sa.func.sum(ledger.c.amount_micro).label("amount"))
    .where(ledger.c.project_id == PROJECT, ledger.c.item_id.is_not(None))
    .group_by(ledger.c.item_id)
)
_people = (
    sa.select(
        ledger.c.user_id,
        ledger.c.month,
        sa.func.sum(sa.case((_is_first, 1), else_=0)).label("n"),
        sa.func.sum(_person_ms).label("ms"),
    )
    .where(ledger.c.project_id == PROJECT, ledger.c.stage.in_(("annotate", "rework")), ledger.c.user_id.is_not(None))
    .group_by(ledger.c.user_id, ledger.c.month)
    .order_by(ledger.c.user_id, ledger.c.month)
)
_total = sa.select(sa.func.sum(ledger.c.amount_micro)).where(ledger.c.project_id == PROJECT)
_assumed = sa.select(sa.func.count()).where(ledger.c.project_id == PROJECT, _is_first, ledger.c.card_version == 0)


def sums(rx: Rx) -> list[Any]:
    """Rows (month, stage, batch_id, n, n_items, ms, amount) over the whole ledger."""
    return rx.rows(_sums)


def items_by_month(rx: Rx) -> dict[str, int]:
    """How many different items people answered in each month."""
    return {row.month: row.n for row in rx.rows(_item_months)}


def amount_by_item(rx: Rx) -> dict[str, int]:
    """What was spent on each item."""
    return {row.item_id: int(row.amount) for row in rx.rows(_item_sums)}


def people_by_month(rx: Rx) -> list[Any]:
    """Rows (user_id, month, n, ms): each annotator's answers and time."""
    return rx.rows(_people)


def total(rx: Rx) -> int:
    """The sum of the whole ledger, micro-units."""
    return int(rx.value(_total) or 0)


def count_unpriced(rx: Rx) -> int:
    """Bookings made while there was no rate card and never priced since, or priced by adjustments only."""
    return int(rx.value(_assumed) or 0)


def adjustment(entry: Entry, new_id: str, key: str, amount: int, rate: int, version: int) -> Entry:
    """The further entry that brings a booking to another price."""
    fact = replace(entry.fact, key=key, quantity=0, n_marks=0)
    return Entry(new_id, entry.of, fact, rate, amount, version)
