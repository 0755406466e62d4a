"""Answers that nobody looked at: a certified model's, until people are asked after all."""

from __future__ import annotations

from collections.abc import Sequence

from assay.queue import Task
from assay.review import store
from assay.review.model import Consensus, ConsensusState, FusedMark
from assay.storage import Tx


def settle_unseen(tx: Tx, task: Task, marks: Sequence[FusedMark]) -> None:
    """Let a model's answer be the item's, inside the caller's transaction; it rests on no person's submission."""
    store.put_consensus(tx, _value(tx, task, ConsensusState.AGREED, tuple(marks)))


def unsettle_unseen(tx: Tx, task: Task) -> None:
    """Take it back: the item waits for people."""
    store.put_consensus(tx, _value(tx, task, ConsensusState.STALE, ()))


def is_unseen(value: Consensus) -> bool:
    """Whether an item's answer is a model's that nobody looked at."""
    return value.state is ConsensusState.AGREED and not value.inputs and value.settled_by is None


def _value(tx: Tx, task: Task, state: ConsensusState, marks: tuple[FusedMark, ...]) -> Consensus:
    return Consensus(
        item_id=task.item_id,
        batch_id=task.batch_id,
        task_id=task.id,
        state=state,
        marks=marks,
        inputs=(),
        mean_iou=None,
        f1=None,
        settled_by=None,
        computed_at_us=tx.now_us,
    )
