"""How good versions were measured to be: queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

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


def find_evaluation(rx: Rx, evaluation_id: str) -> Evaluation | None:
    """One evaluation."""
    row = rx.first(_evaluation, evaluation=evaluation_id)
    return None if row is None else _evaluation_of(row)


def evaluations_of(rx: Rx, version_id: str) -> list[Evaluation]:
    """A version's evaluations, newest first."""
    return [_evaluation_of(row) for row in rx.rows(_evaluations_of, version=version_id)]


def outcomes_of(rx: Rx, evaluation_id: str) -> list[ItemOutcome]:
    """Every item's outcome, by item."""
    return [
        ItemOutcome(
            item_id=row.item_id,
            n_units=row.n_units,
            n_errors=row.n_errors,
            correct=row.correct,
            slices=json.loads(row.slices) if row.slices else {},
            detail=tuple(json.loads(row.detail)) if row.detail else (),
        )
        for row in rx.rows(_outcomes, evaluation=evaluation_id)
    ]


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
