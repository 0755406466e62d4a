"""Values from rows."""

from __future__ import annotations

import functools
from typing import Any

from assay.queue.model import Assignment, AssignmentState, Batch, BatchPolicy, Kind, Task


@functools.lru_cache(maxsize=1024)
def policy_from(text: str) -> BatchPolicy:
    """A batch's policy, which never changes, read once."""
    return BatchPolicy.from_json(text)


def batch_of(row: Any) -> Batch:  # noqa: ANN401 - a database row
    """A batch from its row."""
    return Batch(
        id=row.id,
        name=row.name,
        state=row.state,
        practice=row.practice,
        round_no=row.round,
        policy=policy_from(row.policy),
        n_tasks=row.n_tasks,
        created_at_us=row.created_at_us,
    )


def task_of(row: Any) -> Task:  # noqa: ANN401 - a database row
    """A task from its row."""
    return Task(
        id=row.id,
        batch_id=row.batch_id,
        item_id=row.item_id,
        width_px=row.width_px,
        height_px=row.height_px,
        kind=Kind(row.kind),
        overlap=row.overlap,
        rank=row.rank,
        state=row.state,
        n_taken=row.n_taken,
        n_submitted=row.n_submitted,
    )


def assignment_of(row: Any) -> Assignment:  # noqa: ANN401 - a database row
    """An assignment from its row, with its task's size."""
    return Assignment(
        id=row.id,
        task_id=row.task_id,
        batch_id=row.batch_id,
        item_id=row.item_id,
        user_id=row.user_id,
        round_no=row.round,
        kind=Kind(row.kind),
        state=AssignmentState(row.state),
        leased_at_us=row.leased_at_us,
        lease_until_us=row.lease_until_us,
        schema_version=row.schema_version,
        guideline_version=row.guideline_version,
        width_px=row.width_px,
        height_px=row.height_px,
        submitted_at_us=row.submitted_at_us,
        submission_id=row.submission_id,
        n_marks=row.n_marks,
        reason=row.reason,
    )
