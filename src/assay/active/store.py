"""Selections and their items: tables and queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.active.model import ChosenItem, Selection
from assay.kernel.canonical import canonical_json
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

selections = sa.Table(
    "selections",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("n_items", sa.Integer, nullable=False),
    document("rules"),
    document("facts"),
    identifier("batch_id", nullable=True),
    identifier("created_by"),
    instant("created_at_us"),
    sa.Index("ix_selections_project", "project_id", "id"),
)

selection_items = sa.Table(
    "selection_items",
    metadata,
    project_id(),
    identifier("selection_id"),
    sa.Column("rank", sa.Integer, nullable=False),
    identifier("item_id"),
    sa.Column("reason", sa.String(32), nullable=False),
    document("detail"),
    sa.PrimaryKeyConstraint("selection_id", "rank"),
    sa.Index("ix_selection_items_item", "project_id", "item_id"),
)

_newest = (
    sa.select(selections)
    .where(selections.c.project_id == PROJECT, selections.c.id < sa.bindparam("before"))
    .order_by(selections.c.id.desc())
    .limit(sa.bindparam("most"))
)
_reasons = (
    sa.select(selection_items.c.selection_id, selection_items.c.reason, sa.func.count().label("n"))
    .where(
        selection_items.c.project_id == PROJECT,
        selection_items.c.selection_id.in_(sa.bindparam("wanted", expanding=True)),
    )
    .group_by(selection_items.c.selection_id, selection_items.c.reason)
    .order_by(selection_items.c.selection_id, selection_items.c.reason)
)
_one = sa.select(selections).where(selections.c.project_id == PROJECT, selections.c.id == sa.bindparam("selection"))
_items = (
    sa.select(selection_items)
    .where(
        selection_items.c.project_id == PROJECT,
        selection_items.c.selection_id == sa.bindparam("selection"),
        selection_items.c.rank > sa.bindparam("after"),
    )
    .order_by(selection_items.c.rank)
    .limit(sa.bindparam("most"))
)
_of_item = (
    sa.select(selection_items)
    .where(selection_items.c.project_id == PROJECT, selection_items.c.item_id == sa.bindparam("item"))
    .order_by(selection_items.c.selection_id)
)
_set_batch = (
    sa.update(selections)
    .where(
        selections.c.project_id == PROJECT,
        selections.c.id == sa.bindparam("selection"),
        selections.c.batch_id.is_(None),
    )
    .values(batch_id=sa.bindparam("batch"))
)


def add_selection(tx: Tx, value: Selection, chosen: Sequence[ChosenItem]) -> None:
    """Keep a fresh selection."""
    tx.insert(
        selections,
        {
            "id": value.id,
            "name": value.name,
            "n_items": value.n,
            "rules": canonical_json(dict(value.rules)).decode(),
            "facts": canonical_json(dict(value.facts)).decode(),
            "batch_id": value.batch_id,
            "created_by": value.created_by,
            "created_at_us": value.created_at_us,
        },
    )
    rows = [
        {
            "selection_id": value.id,
            "rank": c.rank,
            "item_id": c.item_id,
            "reason": c.reason,
            "detail": canonical_json(dict(c.detail)).decode(),
        }
        for c in chosen
    ]
    tx.insert(selection_items, rows)


def selections_before(rx: Rx, before: str, limit: int) -> list[Selection]:
    """Selections, newest first; `before` is an id, or a string that sorts behind all."""
    return [_selection(row) for row in rx.rows(_newest, before=before, most=limit)]


def reason_counts(rx: Rx, selection_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """How many items each selection has for each reason."""
    found: dict[str, dict[str, int]] = {one: {} for one in selection_ids}
    for row in rx.rows(_reasons, wanted=list(selection_ids)):
        found[row.selection_id][row.reason] = row.n
    return found


def find_selection(rx: Rx, selection_id: str) -> Selection | None:
    """One selection."""
    row = rx.first(_one, selection=selection_id)
    return None if row is None else _selection(row)


def chosen_items(rx: Rx, selection_id: str, *, after: int, limit: int) -> list[ChosenItem]:
    """Items of a selection by rank, those behind `after`; -1 begins."""
    return [_chosen(row) for row in rx.rows(_items, selection=selection_id, after=after, most=limit)]


def reasons_of_item(rx: Rx, item_id: str) -> list[tuple[str, ChosenItem]]:
    """Why an item was ever chosen: selection and place in it, oldest first."""
    return [(row.selection_id, _chosen(row)) for row in rx.rows(_of_item, item=item_id)]


def set_batch(tx: Tx, selection_id: str, batch_id: str) -> bool:
    """Note the batch it became; False when it has one."""
    return tx.change(_set_batch, selection=selection_id, batch=batch_id) == 1


def _selection(row: Any) -> Selection:  # noqa: ANN401 - a database row
    return Selection(
        id=row.id,
        name=row.name,
        n=row.n_items,
        rules=json.loads(row.rules),
        facts=json.loads(row.facts),
        batch_id=row.batch_id,
        created_by=row.created_by,
        created_at_us=row.created_at_us,
    )


def _chosen(row: Any) -> ChosenItem:  # noqa: ANN401 - a database row
    return ChosenItem(row.rank, row.item_id, row.reason, json.loads(row.detail))
