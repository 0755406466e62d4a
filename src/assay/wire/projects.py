"""Projects as they travel."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assay.wire.common import Instant, Role, WireModel


class ProjectNew(WireModel):
    """A project to make; the short name is made from the name when it is left out."""

    name: Annotated[str, Field(min_length=1, max_length=128)]
    slug: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class ProjectOut(WireModel):
    """A project and the caller's roles in it."""

    id: str
    slug: str
    name: str
    created_at: Instant
    roles: list[Role]
    n_items: int
    schema_version: int | None
    guideline_version: int | None
    demo: bool
