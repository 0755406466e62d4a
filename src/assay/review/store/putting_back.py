"""Work that goes back to review."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from assay.review.model import PutBack
from assay.review.store.tables import put_backs
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT

_put_backs = sa.select(put_backs).where(put_backs.c.project_id == PROJECT).order_by(put_backs.c.created_at_us)
_put_back = sa.select(put_backs).where(put_backs.c.project_id == PROJECT, put_backs.c.id == sa.bindparam("put_back"))
_put_back_held = _put_back.with_for_update()
_count_put_back = (
    sa.update(put_backs)
    .where(put_backs.c.project_id == PROJECT, put_backs.c.id == sa.bindparam("put_back"))
    .values(n_review=sa.bindparam("n_back"), n_sampled=sa.bindparam("n_probe"))
)


def add_put_back(tx: Tx, value: PutBack) -> None:
    """Keep a put-back."""
    tx.insert(put_backs, asdict(value))


def all_put_backs(rx: Rx) -> list[PutBack]:
    """Every put-back, oldest first."""
    return [_put_back_row(row) for row in rx.rows(_put_backs)]


def hold_put_back(tx: Tx, put_back_id: str) -> PutBack | None:
    """One put-back, for one verdict after the other: two at the same moment could each think the other is open."""
    row = tx.first(_put_back_held, put_back=put_back_id)
    return None if row is None else _put_back_row(row)


def count_put_back(tx: Tx, put_back_id: str, *, n_review: int, n_sampled: int) -> None:
    """Correct its counts after more of it went back."""
    tx.change(_count_put_back, put_back=put_back_id, n_back=n_review, n_probe=n_sampled)


def _put_back_row(row: Any) -> PutBack:  # noqa: ANN401 - a database row
    return PutBack(
        id=row.id,
        user_id=row.user_id,
        alarm_id=row.alarm_id,
        since_at_us=row.since_at_us,
        sample_since_at_us=row.sample_since_at_us,
        n_review=row.n_review,
        n_sampled=row.n_sampled,
        why=row.why,
        created_by=row.created_by,
        created_at_us=row.created_at_us,
        reversed_at_us=row.reversed_at_us,
    )
