"""Escalations and rulings: table and queries."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.escalations.model import Escalation, Ruling
from assay.kernel.canonical import canonical_json
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

escalations = sa.Table(
    "escalations",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("item_id"),
    identifier("batch_id", nullable=True),
    identifier("assignment_id", nullable=True),
    sa.Column("clause", sa.String(32)),
    sa.Column("guideline_version", sa.Integer, nullable=False),
    sa.Column("label_class", sa.String(64)),
    document("bbox", nullable=True),
    sa.Column("question", sa.Text, nullable=False),
    identifier("raised_by"),
    instant("raised_at_us"),
    sa.Column("state", sa.String(16), nullable=False),  # open, ruled, withdrawn
    document("ruling", nullable=True),
    sa.Column("words", sa.Text, nullable=False),  # question and ruling in small letters, for searching
    sa.Index("ix_escalations_state", "project_id", "state", "id"),
    sa.Index("ix_escalations_author", "project_id", "raised_by", "id"),
    sa.Index("ix_escalations_item", "project_id", "item_id", "id"),
)

_one = sa.select(escalations).where(escalations.c.project_id == PROJECT, escalations.c.id == sa.bindparam("wanted"))
_lock = _one.with_for_update()
_of_author = (
    sa.select(escalations)
    .where(escalations.c.project_id == PROJECT, escalations.c.raised_by == sa.bindparam("author"))
    .order_by(escalations.c.id.desc())
    .limit(200)
)
_close = (
    sa.update(escalations)
    .where(
        escalations.c.project_id == PROJECT, escalations.c.id == sa.bindparam("wanted"), escalations.c.state == "open"
    )
    .values(state=sa.bindparam("after"), ruling=sa.bindparam("answer"), words=sa.bindparam("haystack"))
)


def add_escalation(tx: Tx, escalation: Escalation) -> None:
    """Keep a question."""
    box = escalation.bbox
    tx.insert(
        escalations,
        {
            "id": escalation.id,
            "item_id": escalation.item_id,
            "batch_id": escalation.batch_id,
            "assignment_id": escalation.assignment_id,
            "clause": escalation.clause,
            "guideline_version": escalation.guideline_version,
            "label_class": escalation.label_class,
            "bbox": None if box is None else canonical_json(list(box)).decode(),
            "question": escalation.question,
            "raised_by": escalation.raised_by,
            "raised_at_us": escalation.raised_at_us,
            "state": escalation.state,
            "words": escalation.question.lower(),
        },
    )


def find_escalation(rx: Rx, escalation_id: str) -> Escalation | None:
    """One escalation."""
    row = rx.first(_one, wanted=escalation_id)
    return None if row is None else _read(row)


def lock_escalation(tx: Tx, escalation_id: str) -> Escalation | None:
    """One escalation, that nobody else answers until this transaction has ended."""
    row = tx.first(_lock, wanted=escalation_id)  # SQLite has one writer and leaves FOR UPDATE out
    return None if row is None else _read(row)


def close_escalation(tx: Tx, escalation: Escalation, state: str, ruling: Ruling | None) -> bool:
    """Answer or withdraw it; False when it is not open any more."""
    answer = None if ruling is None else canonical_json(ruling.to_json()).decode()
    words = f"{escalation.question} {ruling.text if ruling else ''} {ruling.label_class or '' if ruling else ''}"
    return tx.change(_close, wanted=escalation.id, after=state, answer=answer, haystack=words.lower()) == 1


def escalations_of(rx: Rx, user_id: str) -> list[Escalation]:
    """The newest two hundred that somebody raised, newest first."""
    return [_read(row) for row in rx.rows(_of_author, author=user_id)]


def list_escalations(
    rx: Rx,
    *,
    state: str,
    words: Sequence[str] = (),
    clause: str = "",
    label_class: str = "",
    before: str = "",
    n: int = 100,
) -> list[Escalation]:
    """Escalations in a state, newest first: those that hold every word, and are about a clause or class if named."""
    statement = sa.select(escalations).where(
        escalations.c.project_id == PROJECT, escalations.c.state == sa.bindparam("in_state")
    )
    params: dict[str, Any] = {"in_state": state}
    for place, word in enumerate(words):
        statement = statement.where(escalations.c.words.like(sa.bindparam(f"word_{place}"), escape="\\"))
        params[f"word_{place}"] = f"%{_literal(word.lower())}%"
    for column, value in (("clause", clause), ("label_class", label_class)):
        if value:
            statement = statement.where(escalations.c[column] == sa.bindparam(f"of_{column}"))
            params[f"of_{column}"] = value
    if before:
        statement = statement.where(escalations.c.id < sa.bindparam("before"))
        params["before"] = before
    return [_read(row) for row in rx.rows(statement.order_by(escalations.c.id.desc()).limit(n), **params)]


def _literal(word: str) -> str:
    """A word in which LIKE sees no pattern."""
    return re.sub(r"([%_\\])", r"\\\1", word)


def _read(row: Any) -> Escalation:  # noqa: ANN401 - a database row
    ruling = None if row.ruling is None else json.loads(row.ruling)
    box = None if row.bbox is None else json.loads(row.bbox)
    return Escalation(
        id=row.id,
        item_id=row.item_id,
        batch_id=row.batch_id,
        assignment_id=row.assignment_id,
        clause=row.clause,
        guideline_version=row.guideline_version,
        label_class=row.label_class,
        bbox=None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3])),
        question=row.question,
        raised_by=row.raised_by,
        raised_at_us=row.raised_at_us,
        state=row.state,
        ruling=None if ruling is None else Ruling(**{**ruling, "proposals": tuple(ruling["proposals"])}),
    )
