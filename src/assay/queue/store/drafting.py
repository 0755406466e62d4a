"""Unfinished work."""

from __future__ import annotations

import sqlalchemy as sa

from assay.queue.model import Draft
from assay.queue.store.tables import drafts
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT

_draft = sa.select(drafts).where(drafts.c.project_id == PROJECT, drafts.c.assignment_id == sa.bindparam("assignment"))
_save_draft = (
    sa.update(drafts)
    .where(
        drafts.c.project_id == PROJECT,
        drafts.c.assignment_id == sa.bindparam("assignment"),
        drafts.c.revision == sa.bindparam("based_on"),
    )
    .values(
        revision=sa.bindparam("new_revision"),
        marks=sa.bindparam("new_marks"),
        seconds=sa.bindparam("new_seconds"),
        saved_at_us=sa.bindparam("at"),
    )
)
_drop_draft = sa.delete(drafts).where(
    drafts.c.project_id == PROJECT, drafts.c.assignment_id == sa.bindparam("assignment")
)


def find_draft(rx: Rx, assignment_id: str) -> Draft | None:
    """The unfinished work kept for an assignment."""
    row = rx.first(_draft, assignment=assignment_id)
    return None if row is None else Draft(row.revision, row.marks, row.seconds, row.saved_at_us)


def save_draft(tx: Tx, assignment_id: str, draft: Draft) -> bool:
    """Keep unfinished work as the revision after the one it was based on; False when another got there first."""
    row = {
        "assignment_id": assignment_id,
        "revision": draft.revision,
        "marks": draft.marks_json,
        "seconds": draft.seconds,
        "saved_at_us": draft.saved_at_us,
    }
    if draft.revision == 1:
        return tx.insert_new(drafts, row)
    changed = tx.change(
        _save_draft,
        assignment=assignment_id,
        based_on=draft.revision - 1,
        new_revision=draft.revision,
        new_marks=draft.marks_json,
        new_seconds=draft.seconds,
        at=draft.saved_at_us,
    )
    return changed == 1


def drop_draft(tx: Tx, assignment_id: str) -> None:
    """Forget the draft once the work is in."""
    tx.change_last(_drop_draft, assignment=assignment_id)
