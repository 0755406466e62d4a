"""Reading label schemas."""

from __future__ import annotations

from assay.kernel.actor import Actor
from assay.labels import store
from assay.labels.errors import SchemaNotFoundError
from assay.labels.model import LabelSchema
from assay.storage import House, Rx


def get_schema(actor: Actor, project: str, version: int | None = None, *, house: House) -> LabelSchema:
    """One version, the current one by default.

    Raises:
        SchemaNotFoundError: the project has no such version.
    """
    with house.read(actor, project) as rx:
        return schema_in(rx, version)


def list_schemas(actor: Actor, project: str, *, house: House) -> list[LabelSchema]:
    """Every version, newest first."""
    with house.read(actor, project) as rx:
        return store.all_schemas(rx)


_kept: dict[tuple[str, int], LabelSchema] = {}


def schema_in(rx: Rx, version: int | None) -> LabelSchema:
    """A version inside an open transaction; versions never change, so they are kept in memory."""
    if version is not None and (rx.project, version) in _kept:
        return _kept[rx.project, version]
    schema = store.find_schema(rx, version)
    if schema is None:
        raise SchemaNotFoundError("current" if version is None else version)
    if len(_kept) > 1000:  # noqa: PLR2004 - a bound, no more
        _kept.clear()
    _kept[rx.project, schema.version] = schema
    return schema


current_schema_version = store.current_schema_version
