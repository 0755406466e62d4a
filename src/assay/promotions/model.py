"""Promotions: a model version on its way into use, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class PromotionState(StrEnum):
    """Where a promotion stands.

    `requested`, `evaluated`, `waiting` (for signatures) and `watched` (in use) go on; `refused` (by the gate),
    `declined` (by people, or not signed in time), `kept`, `rolled_back` and `failed` are its last.
    """

    REQUESTED = "requested"
    EVALUATED = "evaluated"
    WAITING = "waiting"
    WATCHED = "watched"
    KEPT = "kept"
    ROLLED_BACK = "rolled_back"
    REFUSED = "refused"
    DECLINED = "declined"
    FAILED = "failed"


UNFINISHED = (PromotionState.REQUESTED, PromotionState.EVALUATED, PromotionState.WAITING, PromotionState.WATCHED)
IN_USE = (PromotionState.WATCHED, PromotionState.KEPT)


@dataclass(frozen=True, slots=True)
class Promotion:
    """A promotion in the books.

    Attributes:
        version_id: the challenger.
        incumbent_id: the version in use when it was evaluated; None when there was none.
        evaluation_id: the challenger's evaluation on frozen gold.
        gate: what the gate said, with everything it rests on; documented in docs/governance.md.
        gate_digest: its hash, evidence of the proposal.
        proposal_id: where the signatures are collected.
        watch_until_us: until then the new model is watched.
        reason: why it ended as it did.
    """

    id: str
    version_id: str
    why: str
    state: PromotionState
    requested_by: str
    requested_at_us: int
    incumbent_id: str | None = None
    evaluation_id: str | None = None
    gate: Mapping[str, Any] | None = None
    gate_digest: str | None = None
    proposal_id: str | None = None
    taken_at_us: int | None = None
    watch_until_us: int | None = None
    ended_at_us: int | None = None
    reason: str | None = None

    @property
    def subject(self) -> str:
        """What events name."""
        return f"promotion/{self.id}"
