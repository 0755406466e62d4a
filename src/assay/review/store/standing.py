"""What each submission is worth."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from assay.review.model import Standing
from assay.review.store.tables import standings
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT

_standings = sa.select(standings).where(
    standings.c.project_id == PROJECT, standings.c.submission_id.in_(sa.bindparam("submissions", expanding=True))
)
_set_standing = (
    sa.update(standings)
    .where(standings.c.project_id == PROJECT, standings.c.submission_id == sa.bindparam("submission"))
    .values(state=sa.bindparam("new_state"), changed_at_us=sa.bindparam("at"))
)


def standings_of(rx: Rx, submission_ids: Sequence[str]) -> dict[str, Standing]:
    """The standing of those submissions that have one; the others were never looked at."""
    return {row.submission_id: Standing(row.state) for row in rx.rows(_standings, submissions=list(submission_ids))}


_all_standings = sa.select(standings).where(standings.c.project_id == PROJECT)


def all_standings(rx: Rx) -> dict[str, Standing]:
    """The standing of every submission that has one. For background work, not for pages."""
    return {row.submission_id: Standing(row.state) for row in rx.rows(_all_standings)}


def set_standing(tx: Tx, submission_id: str, state: Standing) -> None:
    """Remember what the latest verdict says."""
    row = {"submission_id": submission_id, "state": state.value, "changed_at_us": tx.now_us}
    if not tx.insert_new(standings, row):
        tx.change(_set_standing, submission=submission_id, new_state=state.value, at=tx.now_us)
