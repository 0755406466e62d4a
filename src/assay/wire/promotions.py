"""Promotions as they travel."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from assay.wire.common import Instant, Person, WireModel

Sentence = Annotated[str, Field(min_length=1, max_length=500)]


class PromotionNew(WireModel):
    """A model version to take into use: its id, name@number or name, and why."""

    model: Annotated[str, Field(min_length=1, max_length=96)]
    why: Sentence


class PromotionOut(WireModel):
    """A model version on its way into use; `gate` is the document that is signed, null before it was judged."""

    id: str
    model: str
    model_id: str
    instead_of: str | None
    state: Literal[
        "requested", "evaluated", "waiting", "watched", "kept", "rolled_back", "refused", "declined", "failed"
    ]
    title: str
    why: str
    requested_by: Person
    requested_at: Instant
    evaluation_id: str | None
    gate: dict[str, Any] | None
    gate_digest: str | None
    proposal_id: str | None
    taken_at: Instant | None
    watch_until: Instant | None
    ended_at: Instant | None
    reason: str | None


class RollbackIn(WireModel):
    """Go back to the model before; of the newest promotion in use when none is named."""

    reason: Sentence
    promotion_id: Annotated[str, Field(max_length=64)] | None = None
