"""Checks of production: their table and queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.kernel.canonical import canonical_json
from assay.serving.model import Check, ClassCount, Judged, Reason
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

served_checks = sa.Table(
    "served_checks",
    metadata,
    identifier("prediction_id", primary_key=True),
    project_id(),
    identifier("version_id"),
    identifier("item_id"),
    sa.Column("reason", sa.String(16), nullable=False),  # random, low, always
    sa.Column("confidence", sa.Float),
    sa.Column("threshold", sa.Float, nullable=False),
    sa.Column("rulebook_version", sa.Integer, nullable=False),
    document("context"),
    instant("predicted_at_us"),
    instant("drawn_at_us"),
    sa.Column("queued", sa.Boolean, nullable=False),
    identifier("batch_id", nullable=True),
    # What people's answer says of it; null until it stands.
    sa.Column("n_units", sa.Integer),
    sa.Column("n_errors", sa.Integer),
    document("by_class", nullable=True),
    instant("judged_at_us", nullable=True),
    sa.Index("ix_served_checks_item", "project_id", "item_id"),
    sa.Index("ix_served_checks_queued", "project_id", "queued", "prediction_id"),
    sa.Index("ix_served_checks_time", "project_id", "reason", "predicted_at_us", "prediction_id"),
)

_of_item = (
    sa.select(served_checks)
    .where(served_checks.c.project_id == PROJECT, served_checks.c.item_id == sa.bindparam("item"))
    .order_by(served_checks.c.prediction_id)
)
_unqueued = (
    sa.select(served_checks)
    .where(served_checks.c.project_id == PROJECT, served_checks.c.queued.is_(False))
    .order_by(served_checks.c.prediction_id)
    .limit(sa.bindparam("most"))
)
_set_queued = (
    sa.update(served_checks)
    .where(
        served_checks.c.project_id == PROJECT,
        served_checks.c.prediction_id.in_(sa.bindparam("predictions", expanding=True)),
    )
    .values(queued=True, batch_id=sa.bindparam("new_batch"))
)
_set_judged = (
    sa.update(served_checks)
    .where(served_checks.c.project_id == PROJECT, served_checks.c.prediction_id == sa.bindparam("prediction"))
    .values(
        n_units=sa.bindparam("units"),
        n_errors=sa.bindparam("errors"),
        by_class=sa.bindparam("classes"),
        judged_at_us=sa.bindparam("at"),
    )
)
_between = (
    sa.select(served_checks)
    .where(
        served_checks.c.project_id == PROJECT,
        served_checks.c.reason == "random",
        served_checks.c.predicted_at_us >= sa.bindparam("since"),
        served_checks.c.predicted_at_us < sa.bindparam("until"),
    )
    .order_by(served_checks.c.predicted_at_us, served_checks.c.prediction_id)
)
_page = (
    sa.select(served_checks)
    .where(served_checks.c.project_id == PROJECT, served_checks.c.prediction_id < sa.bindparam("before"))
    .order_by(served_checks.c.prediction_id.desc())
    .limit(sa.bindparam("most"))
)
_counts = (
    sa.select(
        served_checks.c.reason,
        sa.func.count().label("n"),
        sa.func.count(served_checks.c.judged_at_us).label("n_judged"),
    )
    .where(served_checks.c.project_id == PROJECT)
    .group_by(served_checks.c.reason)
)
_first = sa.select(sa.func.min(served_checks.c.predicted_at_us)).where(served_checks.c.project_id == PROJECT)


def add_check(tx: Tx, check: Check) -> bool:
    """Keep a check; False when the prediction has one."""
    return tx.insert_new(
        served_checks,
        {
            "prediction_id": check.prediction_id,
            "version_id": check.version_id,
            "item_id": check.item_id,
            "reason": check.reason.value,
            "confidence": check.confidence,
            "threshold": check.threshold,
            "rulebook_version": check.rulebook_version,
            "context": canonical_json(dict(check.context)).decode(),
            "predicted_at_us": check.predicted_at_us,
            "drawn_at_us": check.drawn_at_us,
            "queued": False,
        },
    )


def checks_of_item(rx: Rx, item_id: str) -> list[Check]:
    """Every check of an item's predictions, oldest first."""
    return [check_of(row) for row in rx.rows(_of_item, item=item_id)]


def unqueued(rx: Rx, n: int) -> list[Check]:
    """Checks that are not in the queue yet."""
    return [check_of(row) for row in rx.rows(_unqueued, most=n)]


def set_queued(tx: Tx, prediction_ids: Sequence[str], batch_id: str | None) -> None:
    """Note that people will see these items."""
    tx.change(_set_queued, predictions=list(prediction_ids), new_batch=batch_id)


def set_judged(tx: Tx, prediction_id: str, result: Judged) -> None:
    """Keep what people's newest answer says of a prediction."""
    classes = {label: [c.n_units, c.n_errors] for label, c in result.by_class.items()}
    tx.change(
        _set_judged,
        prediction=prediction_id,
        units=result.n_units,
        errors=result.n_errors,
        classes=canonical_json(classes).decode(),
        at=tx.now_us,
    )


def random_between(rx: Rx, since_us: int, until_us: int) -> list[Check]:
    """The random share of predictions made in a stretch of time, in order."""
    return [check_of(row) for row in rx.rows(_between, since=since_us, until=until_us)]


def checks_before(rx: Rx, before: str, n: int) -> list[Check]:
    """A page of checks, newest first; `before` is the last one's prediction, `g` for the first page."""
    return [check_of(row) for row in rx.rows(_page, before=before, most=n)]


def check_counts(rx: Rx) -> dict[str, tuple[int, int]]:
    """How many checks there are for each reason, and how many of them are judged."""
    return {row.reason: (row.n, row.n_judged) for row in rx.rows(_counts)}


def first_prediction_us(rx: Rx) -> int | None:
    """When the first prediction that anybody looks at was made."""
    found = rx.value(_first)
    return None if found is None else int(found)


def check_of(row: Any) -> Check:  # noqa: ANN401 - a database row
    """A check from its row."""
    result = None
    if row.judged_at_us is not None:
        by_class = {label: ClassCount(n, wrong) for label, (n, wrong) in json.loads(row.by_class).items()}
        result = Judged(row.n_units, row.n_errors, by_class)
    return Check(
        prediction_id=row.prediction_id,
        version_id=row.version_id,
        item_id=row.item_id,
        reason=Reason(row.reason),
        confidence=row.confidence,
        threshold=row.threshold,
        rulebook_version=row.rulebook_version,
        context=json.loads(row.context),
        predicted_at_us=row.predicted_at_us,
        drawn_at_us=row.drawn_at_us,
        queued=row.queued,
        batch_id=row.batch_id,
        judged=result,
        judged_at_us=row.judged_at_us,
    )
