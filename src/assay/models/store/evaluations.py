"""How good versions were measured to be: queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.kernel.ids import AFTER_EVERY_ID
from assay.models.model import (
    Evaluation,
    ItemOutcome,
)
from assay.models.store.tables import (
    evaluation_items,
    evaluations,
)
from assay.models.store.texts import as_json
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT

_evaluation = sa.select(evaluations).where(
    evaluations.c.project_id == PROJECT, evaluations.c.id == sa.bindparam("evaluation")
)
_evaluations_of = (
    sa.select(evaluations)
    .where(evaluations.c.project_id == PROJECT, evaluations.c.version_id == sa.bindparam("version"))
    .order_by(evaluations.c.id.desc())
)
_outcomes = (
    sa.select(evaluation_items)
    .where(evaluation_items.c.project_id == PROJECT, evaluation_items.c.evaluation_id == sa.bindparam("evaluation"))
    .order_by(evaluation_items.c.item_id)
)


_newest_ids = (
    sa.select(sa.func.max(evaluations.c.id).label("id"))
    .where(
        evaluations.c.project_id == PROJECT,
        evaluations.c.version_id.in_(sa.bindparam("versions", expanding=True)),
    )
    .group_by(evaluations.c.version_id)
)
_by_ids = sa.select(evaluations).where(
    evaluations.c.project_id == PROJECT, evaluations.c.id.in_(sa.bindparam("ids", expanding=True))
)
_before = (
    sa.select(evaluations)
    .where(
        evaluations.c.project_id == PROJECT,
        evaluations.c.version_id == sa.bindparam("version"),
        evaluations.c.id < sa.bindparam("before"),
    )
    .order_by(evaluations.c.id.desc())
    .limit(sa.bindparam("n"))
)
_on_gold = (
    sa.select(evaluations.c.id)
    .where(
        evaluations.c.project_id == PROJECT,
        evaluations.c.version_id == sa.bindparam("version"),
        evaluations.c.gold_digest == sa.bindparam("gold"),
    )
    .order_by(evaluations.c.id.desc())
    .limit(1)
)
_items_after = (
    sa.select(evaluation_items)
    .where(
        evaluation_items.c.project_id == PROJECT,
        evaluation_items.c.evaluation_id == sa.bindparam("evaluation"),
        evaluation_items.c.item_id > sa.bindparam("after"),
    )
    .order_by(evaluation_items.c.item_id)
    .limit(sa.bindparam("n"))
)
_some_items = sa.select(evaluation_items).where(
    evaluation_items.c.project_id == PROJECT,
    evaluation_items.c.evaluation_id == sa.bindparam("evaluation"),
    evaluation_items.c.item_id.in_(sa.bindparam("items", expanding=True)),
)


def find_evaluation(rx: Rx, evaluation_id: str) -> Evaluation | None:
    """One evaluation."""
    row = rx.first(_evaluation, evaluation=evaluation_id)
    return None if row is None else _evaluation_of(row)


def evaluations_of(rx: Rx, version_id: str) -> list[Evaluation]:
    """A version's evaluations, newest first."""
    return [_evaluation_of(row) for row in rx.rows(_evaluations_of, version=version_id)]


def outcomes_of(rx: Rx, evaluation_id: str) -> list[ItemOutcome]:
    """Every item's outcome, by item."""
    return [_outcome_of(row) for row in rx.rows(_outcomes, evaluation=evaluation_id)]


def newest_evaluations(rx: Rx, version_ids: Sequence[str]) -> dict[str, Evaluation]:
    """The newest evaluation of each of these versions; versions that were never evaluated are left out."""
    ids = [row.id for row in rx.rows(_newest_ids, versions=list(version_ids))]
    found = [_evaluation_of(row) for row in rx.rows(_by_ids, ids=ids)]
    return {e.version_id: e for e in found}


def evaluations_before(rx: Rx, version_id: str, before: str, n: int) -> list[Evaluation]:
    """A version's evaluations older than the id `before` (empty for the newest), newest first, at most `n`."""
    return [_evaluation_of(row) for row in rx.rows(_before, version=version_id, before=before or AFTER_EVERY_ID, n=n)]


def evaluation_on(rx: Rx, version_id: str, gold_digest: str) -> str | None:
    """The newest evaluation of a version on exactly this gold."""
    found: str | None = rx.value(_on_gold, version=version_id, gold=gold_digest)
    return found


def outcomes_after(rx: Rx, evaluation_id: str, after: str, n: int) -> list[ItemOutcome]:
    """Items' outcomes behind the item `after` (empty for the first), by item, at most `n`."""
    return [_outcome_of(row) for row in rx.rows(_items_after, evaluation=evaluation_id, after=after, n=n)]


def outcomes_of_items(rx: Rx, evaluation_id: str, item_ids: Sequence[str]) -> dict[str, ItemOutcome]:
    """The outcomes of these items, by item."""
    rows = rx.rows(_some_items, evaluation=evaluation_id, items=list(item_ids))
    return {row.item_id: _outcome_of(row) for row in rows}


def add_evaluation(tx: Tx, evaluation: Evaluation, outcomes: Sequence[ItemOutcome]) -> None:
    """Keep an evaluation with every item's outcome."""
    tx.insert(
        evaluations,
        {
            "id": evaluation.id,
            "version_id": evaluation.version_id,
            "release_id": evaluation.release_id,
            "gold_digest": evaluation.gold_digest,
            "against_id": evaluation.against_id,
            "n_items": evaluation.n_items,
            "report": as_json(evaluation.report),
            "digest": evaluation.digest,
            "created_by": evaluation.created_by,
            "created_at_us": evaluation.created_at_us,
        },
    )
    rows = [
        {
            "evaluation_id": evaluation.id,
            "item_id": o.item_id,
            "n_units": o.n_units,
            "n_errors": o.n_errors,
            "correct": o.correct,
            "slices": as_json(o.slices) if o.slices else None,
            "detail": as_json(list(o.detail)) if o.detail else None,
        }
        for o in outcomes
    ]
    tx.insert(evaluation_items, rows)


def _outcome_of(row: Any) -> ItemOutcome:  # noqa: ANN401 - a database row
    return ItemOutcome(
        item_id=row.item_id,
        n_units=row.n_units,
        n_errors=row.n_errors,
        correct=row.correct,
        slices=json.loads(row.slices) if row.slices else {},
        detail=tuple(json.loads(row.detail)) if row.detail else (),
    )


def _evaluation_of(row: Any) -> Evaluation:  # noqa: ANN401 - a database row
    return Evaluation(
        id=row.id,
        version_id=row.version_id,
        release_id=row.release_id,
        gold_digest=row.gold_digest,
        against_id=row.against_id,
        n_items=row.n_items,
        report=json.loads(row.report),
        digest=row.digest,
        created_by=row.created_by,
        created_at_us=row.created_at_us,
    )
