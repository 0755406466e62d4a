"""Promotions: table and queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.kernel.canonical import canonical_json
from assay.kernel.ids import AFTER_EVERY_ID
from assay.promotions.model import Promotion, PromotionState
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

promotions = sa.Table(
    "promotions",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("version_id"),
    identifier("incumbent_id", nullable=True),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("requested_by", sa.String(64), nullable=False),
    instant("requested_at_us"),
    identifier("evaluation_id", nullable=True),
    document("gate", nullable=True),
    sa.Column("gate_digest", sa.String(64)),
    identifier("proposal_id", nullable=True),
    instant("taken_at_us", nullable=True),
    instant("watch_until_us", nullable=True),
    instant("ended_at_us", nullable=True),
    sa.Column("reason", sa.Text),
    sa.Index("ix_promotions_project", "project_id", "id"),
    sa.Index("ix_promotions_state", "state", "project_id"),
    sa.Index("ix_promotions_proposal", "project_id", "proposal_id"),
    sa.Index("ix_promotions_version", "project_id", "version_id", "id"),
)

_one = sa.select(promotions).where(promotions.c.project_id == PROJECT, promotions.c.id == sa.bindparam("wanted"))
_lock = _one.with_for_update()
_by_proposal = sa.select(promotions).where(
    promotions.c.project_id == PROJECT, promotions.c.proposal_id == sa.bindparam("wanted")
)
_all = sa.select(promotions).where(promotions.c.project_id == PROJECT).order_by(promotions.c.id.desc())
_in_states = _all.where(promotions.c.state.in_(sa.bindparam("states", expanding=True)))
_before = _all.where(promotions.c.id < sa.bindparam("before")).limit(sa.bindparam("n"))
_newest_ids = (
    sa.select(sa.func.max(promotions.c.id).label("id"))
    .where(
        promotions.c.project_id == PROJECT,
        promotions.c.version_id.in_(sa.bindparam("versions", expanding=True)),
    )
    .group_by(promotions.c.version_id)
)
_standing = sa.select(promotions.c.id, promotions.c.version_id, promotions.c.state).where(
    promotions.c.project_id == PROJECT, promotions.c.id.in_(sa.bindparam("ids", expanding=True))
)
_unfinished = (
    sa.select(promotions.c.project_id, promotions.c.id)
    .where(promotions.c.state.in_(sa.bindparam("states", expanding=True)))
    .order_by(promotions.c.id)
)


def add_promotion(tx: Tx, promotion: Promotion) -> None:
    """Keep a new promotion."""
    tx.insert(
        promotions,
        {
            "id": promotion.id,
            "version_id": promotion.version_id,
            "why": promotion.why,
            "state": promotion.state.value,
            "requested_by": promotion.requested_by,
            "requested_at_us": promotion.requested_at_us,
        },
    )


def find_promotion(rx: Rx, promotion_id: str) -> Promotion | None:
    """One promotion."""
    row = rx.first(_one, wanted=promotion_id)
    return None if row is None else _read(row)


def lock_promotion(tx: Tx, promotion_id: str) -> Promotion | None:
    """One promotion, that nobody else moves until this transaction has ended."""
    row = tx.first(_lock, wanted=promotion_id)  # SQLite has one writer and leaves FOR UPDATE out
    return None if row is None else _read(row)


def promotion_of_proposal(rx: Rx, proposal_id: str) -> Promotion | None:
    """The promotion that waits for a proposal."""
    row = rx.first(_by_proposal, wanted=proposal_id)
    return None if row is None else _read(row)


def list_promotions(rx: Rx, states: Sequence[PromotionState] = ()) -> list[Promotion]:
    """Promotions, newest first; only in `states` where some are named."""
    rows = rx.rows(_in_states, states=[s.value for s in states]) if states else rx.rows(_all)
    return [_read(row) for row in rows]


def promotions_before(rx: Rx, before: str, n: int) -> list[Promotion]:
    """Promotions asked for before the id `before` (empty for the newest), newest first, at most `n`."""
    return [_read(row) for row in rx.rows(_before, before=before or AFTER_EVERY_ID, n=n)]


def newest_of_versions(rx: Rx, version_ids: Sequence[str]) -> dict[str, tuple[str, PromotionState]]:
    """Id and state of the newest promotion of each of these versions; versions without one are left out."""
    ids = [row.id for row in rx.rows(_newest_ids, versions=list(version_ids))]
    return {row.version_id: (row.id, PromotionState(row.state)) for row in rx.rows(_standing, ids=ids)}


def unfinished_promotions(rx: Rx, states: Sequence[PromotionState]) -> list[tuple[str, str]]:
    """Project and id of every promotion in `states`, over all projects."""
    return [(row.project_id, row.id) for row in rx.rows(_unfinished, states=[s.value for s in states])]


def move(tx: Tx, promotion: Promotion, state: PromotionState, **values: Any) -> bool:  # noqa: ANN401 - columns
    """Bring a promotion into another state with what was found; False when it is not where it was read."""
    if "gate" in values:
        values["gate"] = canonical_json(values["gate"]).decode()
    statement = (
        sa.update(promotions)
        .where(
            promotions.c.project_id == PROJECT,
            promotions.c.id == sa.bindparam("wanted"),
            promotions.c.state == sa.bindparam("before"),
        )
        .values(state=sa.bindparam("after"), **{name: sa.bindparam(f"new_{name}") for name in sorted(values)})
    )
    new = {f"new_{name}": value for name, value in values.items()}
    return tx.change(statement, wanted=promotion.id, before=promotion.state.value, after=state.value, **new) == 1


def _read(row: Any) -> Promotion:  # noqa: ANN401 - a database row
    return Promotion(
        id=row.id,
        version_id=row.version_id,
        why=row.why,
        state=PromotionState(row.state),
        requested_by=row.requested_by,
        requested_at_us=row.requested_at_us,
        incumbent_id=row.incumbent_id,
        evaluation_id=row.evaluation_id,
        gate=None if row.gate is None else json.loads(row.gate),
        gate_digest=row.gate_digest,
        proposal_id=row.proposal_id,
        taken_at_us=row.taken_at_us,
        watch_until_us=row.watch_until_us,
        ended_at_us=row.ended_at_us,
        reason=row.reason,
    )
