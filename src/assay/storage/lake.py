"""The lake's books: which rows about items lie in which Parquet blob. SQL is the authority; parts are never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from assay.kernel.canonical import canonical_json
from assay.storage.house import Rx, Tx
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

STATISTICS: Final = "statistics/1"
"""The dataset of image statistics; the number changes with their definition."""
PLAIN: Final = "embeddings/plain-1"
"""The dataset of embeddings that need no model."""

lake_datasets = sa.Table(
    "lake_datasets",
    metadata,
    project_id(),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("source_sha256", sa.String(64)),  # blob of the encoder; null for what Assay brings itself
    document("config"),
    identifier("created_by"),
    instant("created_at_us"),
    sa.PrimaryKeyConstraint("project_id", "name"),
)

lake_parts = sa.Table(
    "lake_parts",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("dataset", sa.String(64), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),  # a Parquet file, one row an item
    sa.Column("n_rows", sa.Integer, nullable=False),
    instant("created_at_us"),
    sa.Index("ix_lake_parts_dataset", "project_id", "dataset", "id"),
)

lake_rows = sa.Table(
    "lake_rows",
    metadata,
    project_id(),
    sa.Column("dataset", sa.String(64), nullable=False),
    identifier("item_id"),
    identifier("part_id", nullable=True),  # null: nothing can be said of this item, for the reason beside
    sa.Column("reason", sa.Text),
    sa.PrimaryKeyConstraint("project_id", "dataset", "item_id"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A Parquet blob with rows about items."""

    id: str
    dataset: str
    sha256: str
    n_rows: int


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a project's items are described by, beside what is always there.

    Attributes:
        source_sha256: blob of the encoder.
        config: how pictures go into it.
    """

    name: str
    source_sha256: str
    config: Mapping[str, Any]
    created_at_us: int


_datasets = sa.select(lake_datasets).where(lake_datasets.c.project_id == PROJECT).order_by(lake_datasets.c.name)
_parts = (
    sa.select(lake_parts)
    .where(lake_parts.c.project_id == PROJECT, lake_parts.c.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(lake_parts.c.id)
)
_counts = (
    sa.select(lake_rows.c.dataset, sa.func.count().label("n"), sa.func.count(lake_rows.c.part_id).label("n_described"))
    .where(lake_rows.c.project_id == PROJECT)
    .group_by(lake_rows.c.dataset)
)
_present = sa.select(lake_rows.c.item_id, lake_rows.c.part_id).where(
    lake_rows.c.project_id == PROJECT,
    lake_rows.c.dataset == sa.bindparam("dataset_"),
    lake_rows.c.item_id.in_(sa.bindparam("ids", expanding=True)),
)
_refused = (
    sa.select(lake_rows.c.item_id, lake_rows.c.reason)
    .where(
        lake_rows.c.project_id == PROJECT,
        lake_rows.c.dataset == sa.bindparam("dataset_"),
        lake_rows.c.part_id.is_(None),
    )
    .order_by(lake_rows.c.item_id)
    .limit(sa.bindparam("most"))
)
_PAGE: Final = 500


def add_dataset(tx: Tx, name: str, source_sha256: str, config: Mapping[str, Any]) -> bool:
    """Note a dataset; False when there is one of this name."""
    row = {
        "name": name,
        "source_sha256": source_sha256,
        "config": canonical_json(dict(config)).decode(),
        "created_by": tx.actor.id,
        "created_at_us": tx.now_us,
    }
    return tx.insert_new(lake_datasets, row)


def lake_datasets_of(rx: Rx) -> list[Dataset]:
    """Datasets this project asked for, by name."""
    return [Dataset(r.name, r.source_sha256, json.loads(r.config), r.created_at_us) for r in rx.rows(_datasets)]


def add_part(tx: Tx, dataset: str, sha256: str, items: Sequence[str]) -> int:
    """Book a Parquet blob that holds one row for each of `items`; returns how many were new.

    The blob must be durable before. Of two parts that hold the same item the first one counts.
    """
    part_id = tx.new_id()
    tx.insert(
        lake_parts,
        {"id": part_id, "dataset": dataset, "sha256": sha256, "n_rows": len(items), "created_at_us": tx.now_us},
    )
    known = set(present(tx, dataset, items))
    new = [i for i in items if i not in known]
    tx.insert(lake_rows, [{"dataset": dataset, "item_id": i, "part_id": part_id, "reason": None} for i in new])
    return len(new)


def add_refusals(tx: Tx, dataset: str, reasons: Mapping[str, str]) -> None:
    """Book items that cannot be described, each with the reason, so that nobody tries for ever."""
    known = set(present(tx, dataset, list(reasons)))
    rows = [
        {"dataset": dataset, "item_id": i, "part_id": None, "reason": why}
        for i, why in reasons.items()
        if i not in known
    ]
    tx.insert(lake_rows, rows)


def present(rx: Rx, dataset: str, items: Sequence[str]) -> dict[str, str | None]:
    """Those of `items` that the dataset has a row or a refusal of, with their part."""
    found: dict[str, str | None] = {}
    for start in range(0, len(items), _PAGE):
        rows = rx.rows(_present, dataset_=dataset, ids=list(items[start : start + _PAGE]))
        found.update((row.item_id, row.part_id) for row in rows)
    return found


def lake_counts(rx: Rx) -> dict[str, tuple[int, int]]:
    """For each dataset how many items were looked at, and how many of these are described."""
    return {row.dataset: (row.n, row.n_described) for row in rx.rows(_counts)}


def refusals(rx: Rx, dataset: str, limit: int) -> list[tuple[str, str]]:
    """Items that cannot be described, with the reason."""
    return [(row.item_id, row.reason) for row in rx.rows(_refused, dataset_=dataset, most=limit)]


def parts_in(rx: Rx, part_ids: Sequence[str]) -> list[Part]:
    """These parts, oldest first."""
    rows = [row for s in range(0, len(part_ids), _PAGE) for row in rx.rows(_parts, ids=list(part_ids[s : s + _PAGE]))]
    return [Part(row.id, row.dataset, row.sha256, row.n_rows) for row in rows]
