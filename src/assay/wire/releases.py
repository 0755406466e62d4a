"""Releases as they travel."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assay.wire.common import Instant, Person, WireModel
from assay.wire.insights import Crop, Gate


class ReleaseNew(WireModel):
    """A release to begin; without a name it is called r1, r2, ..."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")] | None = None
    note: Annotated[str, Field(max_length=2000)] = ""


class SignatureIn(WireModel):
    """A signature: the password again, and what it says."""

    password: Annotated[str, Field(max_length=1024)]
    meaning: Annotated[str, Field(min_length=1, max_length=500)]


class RefusalIn(WireModel):
    """Why a release is refused."""

    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class SignatureOut(WireModel):
    """Somebody's word under exactly these bytes."""

    user: Person
    role: str
    meaning: str
    at: Instant


class ClassChange(WireModel):
    """What changed in one class since the release before."""

    label_class: str
    name: str
    before: int
    added: int
    removed: int
    moved: int
    class_changed: int
    after: int


class Changes(WireModel):
    """What changed since the release before."""

    since: str | None
    by_class: list[ClassChange]


class Blame(WireModel):
    """Who a mark of a release comes from, by the release's own names, and under which rules."""

    author: str
    origin: str
    guideline_version: int | None
    schema_version: int | None
    drawn_by: list[str]
    n_answers: int | None
    confidence: float | None


class DiffPlace(WireModel):
    """One mark that is not the same in two releases; dashed in the crop: as it was."""

    kind: Literal["added", "removed", "moved", "class_changed"]
    class_before: str | None
    class_after: str | None
    crop: Crop
    blame: Blame


class ReleaseDiff(WireModel):
    """What is different from another release, mark by mark; `counts` by kind before any filter."""

    since: str | None
    rows: list[DiffPlace]
    next: str | None
    counts: dict[str, int]


class ReleaseOut(WireModel):
    """A named state of the labels."""

    id: str
    name: str
    state: Literal["blocked", "frozen", "signed", "refused"]
    note: str
    title: str
    created_at: Instant
    created_by: Person
    frozen_at: Instant | None
    gates: list[Gate]
    digest: str | None
    merkle_root: str | None
    n_items: int
    n_marks: int
    guideline_version: int | None
    schema_version: int | None
    signatures: list[SignatureOut]
    signatures_needed: int
    may_sign: bool
    why_not: str | None
    refusal: str | None
    verify_command: str
    changes: Changes | None
