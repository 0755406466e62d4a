"""Aliases and where they point: queries."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assay.models.model import AliasMove
from assay.models.store.tables import model_alias_moves
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT

_newest_moves = (
    sa.select(model_alias_moves.c.alias, sa.func.max(model_alias_moves.c.serial).label("serial"))
    .where(model_alias_moves.c.project_id == PROJECT)
    .group_by(model_alias_moves.c.alias)
    .subquery()
)
_pointed = (
    sa.select(model_alias_moves.c.alias, model_alias_moves.c.version_id)
    .join(
        _newest_moves,
        sa.and_(
            model_alias_moves.c.alias == _newest_moves.c.alias,
            model_alias_moves.c.serial == _newest_moves.c.serial,
        ),
    )
    .where(model_alias_moves.c.project_id == PROJECT)
)
_moves_of = (
    sa.select(model_alias_moves)
    .where(model_alias_moves.c.project_id == PROJECT, model_alias_moves.c.alias == sa.bindparam("alias_"))
    .order_by(model_alias_moves.c.serial.desc())
)


def alias_moves(rx: Rx, alias: str) -> list[AliasMove]:
    """Every move of an alias, newest first."""
    return [_move(row) for row in rx.rows(_moves_of, alias_=alias)]


def find_move(rx: Rx, alias: str) -> AliasMove | None:
    """The newest move of an alias."""
    row = rx.first(_moves_of.limit(1), alias_=alias)
    return None if row is None else _move(row)


def aliases(rx: Rx) -> dict[str, str]:
    """Where each alias points now; those taken away are left out."""
    return {row.alias: row.version_id for row in rx.rows(_pointed) if row.version_id is not None}


def add_move(tx: Tx, move: AliasMove) -> bool:
    """Keep a move; False when another came first."""
    return tx.insert_new(
        model_alias_moves,
        {
            "alias": move.alias,
            "serial": move.serial,
            "version_id": move.version_id,
            "previous_id": move.previous_id,
            "why": move.why,
            "moved_by": move.moved_by,
            "moved_at_us": move.moved_at_us,
        },
    )


def _move(row: Any) -> AliasMove:  # noqa: ANN401 - a database row
    return AliasMove(row.alias, row.serial, row.version_id, row.previous_id, row.why, row.moved_by, row.moved_at_us)
