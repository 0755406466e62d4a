"""The audit log as it travels."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from assay.wire.common import Instant, WireModel


class AuditActor(WireModel):
    """Who did something: a person, a person by a key, a part of the house, or somebody unknown."""

    id: str
    kind: Literal["person", "key", "system", "anonymous"]
    name: str


class AuditRow(WireModel):
    """One event; `seq` is its place in the sealed log."""

    seq: int
    at: Instant
    actor: AuditActor
    action: str
    subject: str
    why: str
    body: dict[str, Any]


class AuditHead(WireModel):
    """Size and Merkle root of the whole server's log: keep one elsewhere, and later changes before it show."""

    size: int
    root: str
    at: Instant


class AuditChoices(WireModel):
    """What the audit log can be looked through by."""

    actors: list[AuditActor]
    actions: list[str]


class AuditCheckFrom(WireModel):
    """How far a check of the log has come: events, and roots of the complete subtrees over them, largest first."""

    size: Annotated[int, Field(ge=0, lt=2**53)] = 0
    peaks: Annotated[list[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]], Field(max_length=64)] = Field(
        default_factory=list
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.peaks) != self.size.bit_count():
            raise ValueError(f"{self.size} events have {self.size.bit_count()} peaks, not {len(self.peaks)}")
        return self


class AuditChecked(WireModel):
    """The state after another part, to be sent back until `ended`.

    `damaged` is the place of the first event that is not as it was sealed, null while all are; `root` is over all
    events checked, and equals the head's at the end of an unchanged log.
    """

    size: int
    peaks: list[str]
    of: int
    damaged: int | None
    ended: bool
    root: str
