"""Evaluations and their items in pages: queries that read no more than they are asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.models.model import Evaluation, ItemOutcome
from assay.models.store import evaluation_items, evaluations
from assay.storage import Rx
from assay.storage.tables import PROJECT

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
_LAST = "g"  # sorts after every id, which are hexadecimal, whatever the collation


def newest_evaluations(rx: Rx, version_ids: Sequence[str]) -> dict[str, Evaluation]:
    """The newest evaluation of each of these versions; versions that were never evaluated are left out."""
    ids = [row.id for row in rx.rows(_newest_ids, versions=list(version_ids))]
    found = [_evaluation(row) for row in rx.rows(_by_ids, ids=ids)]
    return {e.version_id: e for e in found}


def evaluations_before(rx: Rx, version_id: str, before: str, n: int) -> list[Evaluation]:
    """A version's evaluations older than the id `before` (empty for the newest), newest first, at most `n`."""
    return [_evaluation(row) for row in rx.rows(_before, version=version_id, before=before or _LAST, n=n)]


def evaluation_on(rx: Rx, version_id: str, gold_digest: str) -> str | None:
    """The newest evaluation of a version on exactly this gold."""
    found: str | None = rx.value(_on_gold, version=version_id, gold=gold_digest)
    return found


def outcomes_after(rx: Rx, evaluation_id: str, after: str, n: int) -> list[ItemOutcome]:
    """Items' outcomes behind the item `after` (empty for the first), by item, at most `n`."""
    return [_outcome(row) for row in rx.rows(_items_after, evaluation=evaluation_id, after=after, n=n)]


def outcomes_of_items(rx: Rx, evaluation_id: str, item_ids: Sequence[str]) -> dict[str, ItemOutcome]:
    """The outcomes of these items, by item."""
    rows = rx.rows(_some_items, evaluation=evaluation_id, items=list(item_ids))
    return {row.item_id: _outcome(row) for row in rows}


def _outcome(row: Any) -> ItemOutcome:  # noqa: ANN401 - a database row
    return ItemOutcome(
        item_id=row.item_id,
        n_units=row.n_units,
        n_errors=row.n_errors,
        correct=row.correct,
        slices=json.loads(row.slices) if row.slices else {},
        detail=tuple(json.loads(row.detail)) if row.detail else (),
    )


def _evaluation(row: Any) -> Evaluation:  # noqa: ANN401 - a database row
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
