"""Label schemas as they travel."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assay.wire.common import Instant, Person, WireModel

Shape = Literal["bbox", "rotated_bbox", "polygon", "mask", "polyline", "keypoints", "point", "tag"]


class Attribute(WireModel):
    """A property of a mark."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    kind: Literal["bool", "enum", "multi", "int", "float", "text"]
    values: Annotated[list[str], Field(max_length=500)] = Field(default_factory=list)
    required: bool = False
    ordinal: bool = False


class Rules(WireModel):
    """What every mark of a class must satisfy; null asks nothing."""

    min_width_px: float | None = None
    min_height_px: float | None = None
    inside_image: bool = True
    max_count: int | None = None


class LabelClass(WireModel):
    """A category; `id` is stable, `name` is for people, `key` is the digit that picks it."""

    id: Annotated[str, Field(min_length=1, max_length=64)]
    name: Annotated[str, Field(min_length=1, max_length=128)]
    shapes: list[Shape] = Field(default=["bbox"])
    key: str | None = None
    attributes: Annotated[list[Attribute], Field(max_length=100)] = Field(default_factory=list)
    rules: Rules = Field(default_factory=Rules)


class SchemaNew(WireModel):
    """The classes of the next schema version."""

    classes: Annotated[list[LabelClass], Field(min_length=1, max_length=2000)]


class SchemaOut(WireModel):
    """One version of a project's classes."""

    version: int
    classes: list[LabelClass]
    created_at: Instant
    created_by: Person
