"""The audit log as it travels."""

from __future__ import annotations

from typing import Any, Literal

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
