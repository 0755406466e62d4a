"""Edge cases, rulings and precedents as they travel."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assay.wire.common import Box, Instant, Person, WireModel
from assay.wire.marks import MarkIn

Words = Annotated[str, Field(min_length=1, max_length=2000)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{8,64}$")]
Name = Annotated[str, Field(min_length=1, max_length=64)]
Number = Annotated[str, Field(pattern=r"^[0-9]{1,4}(\.[0-9]{1,4}){0,3}$")]


class EscalationNew(WireModel):
    """A question about an edge case: annotators name their assignment, others may name the item."""

    client_key: Key
    question: Words
    assignment_id: Name | None = None
    item_id: Name | None = None
    clause: Number | None = None
    label_class: Name | None = None
    bbox: Box | None = None


class ClauseIn(WireModel):
    """A clause that shall say it: its number, and its text with the title on the first line."""

    number: Number
    text: Words


class RulingIn(WireModel):
    """A ruling: words, and what follows from it: the item's marks, a clause, gold."""

    ruling: Words
    label_class: Name | None = None
    marks: Annotated[list[MarkIn], Field(max_length=10_000)] | None = None
    clause: ClauseIn | None = None
    gold: bool = False


class OwnEscalation(WireModel):
    """One's own question and its answer; names no item."""

    id: str
    state: Literal["open", "ruled", "withdrawn"]
    question: str
    clause: str | None
    label_class: str | None
    raised_at: Instant
    ruling: str | None
    ruled_class: str | None
    ruled_at: Instant | None


class Precedent(WireModel):
    """A ruling that others can follow; names neither the item nor who asked."""

    id: str
    question: str
    ruling: str
    clause: str | None
    label_class: str | None
    ruled_class: str | None
    ruled_at: Instant
    guideline_version: int | None


class EscalationOut(WireModel):
    """A question with everything that an expert needs, and what followed from the ruling."""

    id: str
    state: Literal["open", "ruled", "withdrawn"]
    item_id: str
    question: str
    clause: str | None
    label_class: str | None
    bbox: list[float] | None
    guideline_version: int
    raised_by: Person
    raised_at: Instant
    ruling: str | None
    ruled_by: Person | None
    ruled_at: Instant | None
    ruled_class: str | None
    ruled_clause: str | None
    settled: str | None
    new_guideline_version: int | None
    gold: bool
    proposals: list[str]
