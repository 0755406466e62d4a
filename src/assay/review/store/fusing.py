"""Consensus by item and batch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from assay.kernel.canonical import canonical_json
from assay.review.model import Consensus, ConsensusState, FusedMark
from assay.review.store.tables import consensus
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT

_consensus = sa.select(consensus).where(
    consensus.c.project_id == PROJECT,
    consensus.c.item_id == sa.bindparam("item"),
    consensus.c.batch_id == sa.bindparam("batch"),
)
_consensus_of_item = (
    sa.select(consensus)
    .where(consensus.c.project_id == PROJECT, consensus.c.item_id == sa.bindparam("item"))
    .order_by(consensus.c.batch_id)
)
_states_of = (
    sa.select(consensus.c.item_id, consensus.c.state)
    .where(consensus.c.project_id == PROJECT, consensus.c.item_id.in_(sa.bindparam("items", expanding=True)))
    .order_by(consensus.c.item_id, consensus.c.batch_id)
)
_consensus_page = (
    sa.select(consensus)
    .where(consensus.c.project_id == PROJECT, consensus.c.item_id > sa.bindparam("after"))
    .order_by(consensus.c.item_id, consensus.c.batch_id)
    .limit(sa.bindparam("most"))
)
_consensus_states = (
    sa.select(consensus.c.state, sa.func.count().label("n"))
    .where(consensus.c.project_id == PROJECT)
    .group_by(consensus.c.state)
)
_drop_consensus = sa.delete(consensus).where(
    consensus.c.project_id == PROJECT,
    consensus.c.item_id == sa.bindparam("item"),
    consensus.c.batch_id == sa.bindparam("batch"),
)


def find_consensus(rx: Rx, item_id: str, batch_id: str) -> Consensus | None:
    """What is inferred for an item in a batch."""
    row = rx.first(_consensus, item=item_id, batch=batch_id)
    return None if row is None else _consensus_row(row)


def consensus_of_item(rx: Rx, item_id: str) -> list[Consensus]:
    """What is inferred for an item, in every batch."""
    return [_consensus_row(row) for row in rx.rows(_consensus_of_item, item=item_id)]


def states_of_items(rx: Rx, item_ids: Sequence[str]) -> dict[str, ConsensusState]:
    """How far each of these items is settled, by its newest batch; items nothing is inferred for are left out."""
    return {row.item_id: ConsensusState(row.state) for row in rx.rows(_states_of, items=list(item_ids))}


def consensus_after(rx: Rx, after: str, limit: int) -> list[Consensus]:
    """A page of answers by item id."""
    return [_consensus_row(row) for row in rx.rows(_consensus_page, after=after, most=limit)]


def consensus_states(rx: Rx) -> dict[str, int]:
    """How many items are in each state."""
    return {row.state: row.n for row in rx.rows(_consensus_states)}


_waiting = sa.select(consensus.c.item_id, consensus.c.batch_id).where(
    consensus.c.project_id == PROJECT, consensus.c.state == "stale"
)


def waiting_items(rx: Rx) -> list[tuple[str, str]]:
    """Items that want more answers after one was rejected: item and batch."""
    return [(row.item_id, row.batch_id) for row in rx.rows(_waiting)]


_scores = (
    sa.select(consensus.c.item_id, consensus.c.state, consensus.c.mean_iou)
    .where(consensus.c.project_id == PROJECT)
    .order_by(consensus.c.item_id, consensus.c.batch_id)
)
_consensus_of_items = (
    sa.select(consensus)
    .where(consensus.c.project_id == PROJECT, consensus.c.item_id.in_(sa.bindparam("items", expanding=True)))
    .order_by(consensus.c.item_id, consensus.c.batch_id)
)


def consensus_scores(rx: Rx) -> dict[str, tuple[ConsensusState, float | None]]:
    """State and mean IoU of each item, by its newest batch; items nothing is inferred for are left out."""
    return {row.item_id: (ConsensusState(row.state), row.mean_iou) for row in rx.rows(_scores)}


def consensus_of_items(rx: Rx, item_ids: Sequence[str]) -> dict[str, Consensus]:
    """What is inferred for each of these items, by its newest batch."""
    return {row.item_id: _consensus_row(row) for row in rx.rows(_consensus_of_items, items=list(item_ids))}


def put_consensus(tx: Tx, value: Consensus) -> None:
    """Keep the newest inference; earlier ones live on in the events."""
    tx.change(_drop_consensus, item=value.item_id, batch=value.batch_id)
    tx.insert(
        consensus,
        {
            "item_id": value.item_id,
            "batch_id": value.batch_id,
            "task_id": value.task_id,
            "state": value.state.value,
            "marks": canonical_json([asdict(m) for m in value.marks]).decode(),
            "inputs": canonical_json(list(value.inputs)).decode(),
            "mean_iou": value.mean_iou,
            "f1": value.f1,
            "settled_by": value.settled_by,
            "computed_at_us": value.computed_at_us,
        },
    )


def _consensus_row(row: Any) -> Consensus:  # noqa: ANN401 - a database row
    marks = tuple(
        FusedMark(
            m["label_class"],
            m["shape"],
            tuple(m["bbox"]),
            m["confidence"],
            m["n_votes"],
            tuple(m["drawn_by"]),
            m.get("geometry"),
            m.get("attributes") or {},
        )
        for m in json.loads(row.marks)
    )
    return Consensus(
        item_id=row.item_id,
        batch_id=row.batch_id,
        task_id=row.task_id,
        state=ConsensusState(row.state),
        marks=marks,
        inputs=tuple(json.loads(row.inputs)),
        mean_iou=row.mean_iou,
        f1=row.f1,
        settled_by=row.settled_by,
        computed_at_us=row.computed_at_us,
    )
