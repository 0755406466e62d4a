"""Guidelines and their example images: tables and queries."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from assay.guidelines.model import Clause, Example, Guideline
from assay.kernel.canonical import canonical_json
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

guidelines = sa.Table(
    "guidelines",
    metadata,
    project_id(),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("markdown", sa.Text, nullable=False),
    document("clauses"),
    sa.Column("note", sa.Text, nullable=False, default=""),
    identifier("created_by"),
    instant("created_at_us"),
    sa.PrimaryKeyConstraint("project_id", "version"),
)

guideline_examples = sa.Table(
    "guideline_examples",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("media_type", sa.String(64), nullable=False),
    identifier("created_by"),
    instant("created_at_us"),
)

_current = (
    sa.select(guidelines).where(guidelines.c.project_id == PROJECT).order_by(guidelines.c.version.desc()).limit(1)
)
_by_version = sa.select(guidelines).where(
    guidelines.c.project_id == PROJECT, guidelines.c.version == sa.bindparam("version")
)
_all = sa.select(guidelines).where(guidelines.c.project_id == PROJECT).order_by(guidelines.c.version.desc())
_example = sa.select(guideline_examples).where(
    guideline_examples.c.project_id == PROJECT, guideline_examples.c.id == sa.bindparam("example_id")
)


def find_guideline(rx: Rx, version: int | None) -> Guideline | None:
    """One version, or the current one."""
    row = rx.first(_current) if version is None else rx.first(_by_version, version=version)
    return None if row is None else _guideline(row)


def all_guidelines(rx: Rx) -> list[Guideline]:
    """Every version, newest first."""
    return [_guideline(row) for row in rx.rows(_all)]


def add_guideline(tx: Tx, guideline: Guideline) -> None:
    """Keep a new version."""
    row = {
        "version": guideline.version,
        "markdown": guideline.markdown,
        "clauses": canonical_json([asdict(c) for c in guideline.clauses]).decode(),
        "note": guideline.note,
        "created_by": guideline.created_by,
        "created_at_us": guideline.created_at_us,
    }
    tx.insert(guidelines, row)


def find_example(rx: Rx, example_id: str) -> tuple[str, str] | None:
    """An example image's blob hash and media type."""
    row = rx.first(_example, example_id=example_id)
    return None if row is None else (row.sha256, row.media_type)


def add_example(tx: Tx, example_id: str, sha256: str, media_type: str) -> None:
    """Keep an example image."""
    row = {
        "id": example_id,
        "sha256": sha256,
        "media_type": media_type,
        "created_by": tx.actor.id,
        "created_at_us": tx.now_us,
    }
    tx.insert(guideline_examples, row)


def _guideline(row: Any) -> Guideline:  # noqa: ANN401 - a database row
    clauses = tuple(
        Clause(c["id"], c["title"], c["html"], tuple(c["classes"]), tuple(Example(**e) for e in c["examples"]))
        for c in json.loads(row.clauses)
    )
    return Guideline(row.version, row.markdown, clauses, row.note, row.created_by, row.created_at_us)


_newest = sa.select(sa.func.max(guidelines.c.version)).where(guidelines.c.project_id == PROJECT)
newest_version = _newest.correlate(None).scalar_subquery()
"""For a statement that wants it beside other things; NULL when there is none yet."""


def current_guideline_version(rx: Rx) -> int:
    """The newest version's number; 0 when there is none yet."""
    return rx.value(_newest) or 0
