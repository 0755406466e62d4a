"""Model versions: queries."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from assay.kernel.ids import AFTER_EVERY_ID
from assay.models.model import (
    ModelVersion,
    NewVersion,
    Runner,
    Task,
)
from assay.models.store.tables import model_versions
from assay.models.store.texts import as_json
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT

_versions = (
    sa.select(model_versions)
    .where(model_versions.c.project_id == PROJECT)
    .order_by(model_versions.c.name, model_versions.c.number.desc())
)
_versions_before = (
    sa.select(model_versions)
    .where(model_versions.c.project_id == PROJECT, model_versions.c.id < sa.bindparam("before"))
    .order_by(model_versions.c.id.desc())
    .limit(sa.bindparam("n"))
)
_by_id = sa.select(model_versions).where(
    model_versions.c.project_id == PROJECT, model_versions.c.id == sa.bindparam("version")
)
_numbered = sa.select(model_versions).where(
    model_versions.c.project_id == PROJECT,
    model_versions.c.name == sa.bindparam("name_"),
    model_versions.c.number == sa.bindparam("number_"),
)
_newest = sa.select(sa.func.max(model_versions.c.number)).where(
    model_versions.c.project_id == PROJECT, model_versions.c.name == sa.bindparam("name_")
)
_of_run = sa.select(model_versions).where(
    model_versions.c.project_id == PROJECT, model_versions.c.run_id == sa.bindparam("run")
)


def all_versions(rx: Rx) -> list[ModelVersion]:
    """Every version, by name, newest first."""
    return [_version(row) for row in rx.rows(_versions)]


def versions_before(rx: Rx, before: str, n: int) -> list[ModelVersion]:
    """Versions registered before the id `before` (empty for the newest), newest first, at most `n`."""
    return [_version(row) for row in rx.rows(_versions_before, before=before or AFTER_EVERY_ID, n=n)]


def find_by_id(rx: Rx, version_id: str) -> ModelVersion | None:
    """One version."""
    row = rx.first(_by_id, version=version_id)
    return None if row is None else _version(row)


def find_numbered(rx: Rx, name: str, number: int) -> ModelVersion | None:
    """One version by what people call it."""
    row = rx.first(_numbered, name_=name, number_=number)
    return None if row is None else _version(row)


def find_of_run(rx: Rx, run_id: str) -> ModelVersion | None:
    """The version a training run made."""
    row = rx.first(_of_run, run=run_id)
    return None if row is None else _version(row)


def newest_number(rx: Rx, name: str) -> int:
    """The highest number under a name; 0 when there is none."""
    return rx.value(_newest, name_=name) or 0


def add_version(tx: Tx, version: ModelVersion) -> bool:
    """Keep a version; False when its number was taken meanwhile."""
    new = version.new
    return tx.insert_new(
        model_versions,
        {
            "id": version.id,
            "name": new.name,
            "number": version.number,
            "task": new.task.value,
            "runner": new.runner.value,
            "framework": new.framework,
            "artifact_sha256": new.artifact_sha256,
            "artifact_bytes": new.artifact_bytes,
            "release_id": new.release_id,
            "release_digest": new.release_digest,
            "schema_version": new.schema_version,
            "intended_use": new.intended_use,
            "config": as_json(new.config),
            "run_id": new.run_id,
            "digest": version.digest,
            "created_by": version.created_by,
            "created_at_us": version.created_at_us,
        },
    )


def _version(row: Any) -> ModelVersion:  # noqa: ANN401 - a database row
    new = NewVersion(
        name=row.name,
        task=Task(row.task),
        runner=Runner(row.runner),
        framework=row.framework,
        artifact_sha256=row.artifact_sha256,
        artifact_bytes=row.artifact_bytes,
        schema_version=row.schema_version,
        intended_use=row.intended_use,
        release_id=row.release_id,
        release_digest=row.release_digest,
        config=json.loads(row.config),
        run_id=row.run_id,
    )
    return ModelVersion(row.id, row.number, new, row.digest, row.created_by, row.created_at_us)
