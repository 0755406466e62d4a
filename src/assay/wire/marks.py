"""Marks as they travel."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from assay.wire.common import Box, WireModel
from assay.wire.labels import Shape

Seconds = Annotated[float, Field(ge=0, le=86_400)]
"""Time spent, as the page measured it."""
ClientKey = Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
"""Made by the client, fresh for each piece of work: the same key again gets the first answer."""


class MarkSource(WireModel):
    """The suggestion a mark came from, and what its person mended: class, place, vertex, attribute:<name>, ..."""

    model: Annotated[str, Field(min_length=1, max_length=128)]
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    edits: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=100)] = Field(default_factory=list)


class MarkIn(WireModel):
    """A mark a person made; `bbox` is the envelope for other shapes, whose points are in `geometry`."""

    client_id: Annotated[str, Field(max_length=64)] = ""
    label_class: Annotated[str, Field(min_length=1, max_length=64)]
    shape: Shape = "bbox"
    bbox: Box
    attributes: dict[str, Any] = Field(default_factory=dict)
    geometry: dict[str, Any] | None = None
    group: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    source: MarkSource | None = None


class MarkOut(WireModel):
    """A mark in the history."""

    id: str
    client_id: str
    label_class: str
    shape: Shape
    bbox: Box
    attributes: dict[str, Any]
    geometry: dict[str, Any] | None
    group: int | None = None
    source: MarkSource | None = None


Marks = Annotated[list[MarkIn], Field(max_length=20_000)]
