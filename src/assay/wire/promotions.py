"""Promotions as they travel."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from assay.wire.common import EstimateOut, Instant, Person, WireModel

Sentence = Annotated[str, Field(min_length=1, max_length=500)]


class PromotionNew(WireModel):
    """A model version to take into use: its id, name@number or name, and why."""

    model: Annotated[str, Field(min_length=1, max_length=96)]
    why: Sentence


class WatchOut(WireModel):
    """How a model does while it is watched: share of marks right in production since it was taken into use.

    Below `roll_back_below`, shown on at least `min_items` judged items, the watch rolls back by itself; null is never.
    """

    quality: EstimateOut
    roll_back_below: float | None
    min_items: int


class PromotionOut(WireModel):
    """A model version on its way into use; `gate` is the document that is signed, null before it was judged.

    `in_use` says whether it is the one in use now: another may have taken its place since.
    """

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
    in_use: bool
    watch_until: Instant | None
    ended_at: Instant | None
    reason: str | None


class PromotionPage(PromotionOut):
    """One promotion with the times of its steps, who may still sign, and how the watch stands.

    `evaluated_at` and `gated_at` are null before; `wanted_from` names people whose signature is wanted now;
    `may_roll_back` says whether this caller can go back from it.
    """

    evaluated_at: Instant | None
    gated_at: Instant | None
    instead_of_id: str | None
    wanted_from: list[Person]
    watch: WatchOut | None
    may_roll_back: bool


class RollbackIn(WireModel):
    """Go back to the model before; of the newest promotion in use when none is named."""

    reason: Sentence
    promotion_id: Annotated[str, Field(max_length=64)] | None = None
