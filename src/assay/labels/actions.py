"""Changing a project's label schema."""

from __future__ import annotations

from collections.abc import Sequence

from assay.kernel.actor import Actor
from assay.labels import store
from assay.labels.model import LabelClass, LabelSchema
from assay.labels.rules import checked_classes
from assay.storage import House


def publish_schema(actor: Actor, project: str, classes: Sequence[LabelClass], *, house: House) -> LabelSchema:
    """Make `classes` the project's next schema version; earlier submissions keep the version they were made under."""
    ready = checked_classes(classes)
    with house.write(actor, project, "publish label schema") as tx:
        before = store.find_schema(tx, None)
        schema = LabelSchema(before.version + 1 if before else 1, ready, actor.id, tx.now_us)
        store.add_schema(tx, schema)
        tx.record("schema.published", subject=f"schema/{schema.version}", classes=[c.id for c in ready])
    return schema
