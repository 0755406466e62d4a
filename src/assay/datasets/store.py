"""Releases: table and queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.datasets.model import Gate, Release, ReleaseState, gate_from_json, gate_to_json
from assay.kernel.canonical import canonical_json
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

releases = sa.Table(
    "releases",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("note", sa.Text, nullable=False, default=""),
    sa.Column("state", sa.String(16), nullable=False),  # blocked, frozen, signed, refused
    document("gates"),
    sa.Column("digest", sa.String(64)),
    sa.Column("merkle_root", sa.String(64)),
    document("content", nullable=True),  # blob hashes of the frozen tables
    document("facts"),  # counts, versions, parent
    sa.Column("refusal", sa.Text),
    identifier("created_by"),
    instant("created_at_us"),
    instant("frozen_at_us", nullable=True),
    sa.UniqueConstraint("project_id", "name"),
    sa.Index("ix_releases_project", "project_id", "id"),
)


_all = sa.select(releases).where(releases.c.project_id == PROJECT).order_by(releases.c.id.desc())
_one = sa.select(releases).where(releases.c.project_id == PROJECT, releases.c.id == sa.bindparam("release"))
_named = sa.select(releases.c.id).where(releases.c.project_id == PROJECT, releases.c.name == sa.bindparam("name_"))
_count = sa.select(sa.func.count()).where(releases.c.project_id == PROJECT)
_set_gates = (
    sa.update(releases)
    .where(releases.c.project_id == PROJECT, releases.c.id == sa.bindparam("release"), releases.c.state == "blocked")
    .values(gates=sa.bindparam("new_gates"))
)
_freeze = (
    sa.update(releases)
    .where(releases.c.project_id == PROJECT, releases.c.id == sa.bindparam("release"), releases.c.state == "blocked")
    .values(
        state="frozen",
        gates=sa.bindparam("new_gates"),
        digest=sa.bindparam("new_digest"),
        merkle_root=sa.bindparam("new_digest"),
        content=sa.bindparam("new_content"),
        facts=sa.bindparam("new_facts"),
        frozen_at_us=sa.bindparam("at"),
    )
)
_set_state = (
    sa.update(releases)
    .where(
        releases.c.project_id == PROJECT,
        releases.c.id == sa.bindparam("release"),
        releases.c.state == sa.bindparam("old_state"),
    )
    .values(state=sa.bindparam("new_state"), refusal=sa.bindparam("why"))
)


def all_releases(rx: Rx) -> list[Release]:
    """Every release, newest first."""
    return [_release(row) for row in rx.rows(_all)]


def find_release(rx: Rx, release_id: str) -> Release | None:
    """One release."""
    row = rx.first(_one, release=release_id)
    return None if row is None else _release(row)


def name_taken(rx: Rx, name: str) -> bool:
    """Whether a release has this name."""
    return rx.first(_named, name_=name) is not None


def count_releases(rx: Rx) -> int:
    """How many releases there are."""
    return rx.value(_count) or 0


def add_release(tx: Tx, release: Release) -> None:
    """Keep a fresh release."""
    tx.insert(
        releases,
        {
            "id": release.id,
            "name": release.name,
            "note": release.note,
            "state": release.state.value,
            "gates": _gates_json(release.gates),
            "facts": "{}",
            "created_by": release.created_by,
            "created_at_us": release.created_at_us,
        },
    )


def set_gates(tx: Tx, release_id: str, gates: Sequence[Gate]) -> None:
    """Keep how the gates stand; a frozen release keeps those it was frozen with."""
    tx.change(_set_gates, release=release_id, new_gates=_gates_json(gates))


def freeze(
    tx: Tx, release_id: str, gates: Sequence[Gate], digest: str, content: dict[str, str], facts: dict[str, Any]
) -> bool:
    """Bind a release to its bytes; False when it was frozen before."""
    changed = tx.change(
        _freeze,
        release=release_id,
        new_gates=_gates_json(gates),
        new_digest=digest,
        new_content=canonical_json(content).decode(),
        new_facts=canonical_json(facts).decode(),
        at=tx.now_us,
    )
    return changed == 1


_lock = (
    sa.update(releases)
    .where(releases.c.project_id == PROJECT, releases.c.id == sa.bindparam("release"))
    .values(note=releases.c.note)
)


def lock(tx: Tx, release_id: str) -> None:
    """Let one signature after the other count itself; without it two at the same moment could both be too few."""
    tx.change(_lock, release=release_id)


def set_state(tx: Tx, release_id: str, old: ReleaseState, new: ReleaseState, refusal: str | None = None) -> bool:
    """Move on; False when it was not in the old state."""
    changed = tx.change(_set_state, release=release_id, old_state=old.value, new_state=new.value, why=refusal)
    return changed == 1


def _gates_json(gates: Sequence[Gate]) -> str:
    return canonical_json([gate_to_json(g) for g in gates]).decode()


def _release(row: Any) -> Release:  # noqa: ANN401 - a database row
    return Release(
        id=row.id,
        name=row.name,
        note=row.note,
        state=ReleaseState(row.state),
        gates=tuple(gate_from_json(g) for g in json.loads(row.gates)),
        digest=row.digest,
        merkle_root=row.merkle_root,
        content=json.loads(row.content) if row.content else {},
        facts=json.loads(row.facts),
        refusal=row.refusal,
        created_by=row.created_by,
        created_at_us=row.created_at_us,
        frozen_at_us=row.frozen_at_us,
    )
