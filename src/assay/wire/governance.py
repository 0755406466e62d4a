"""Policy files, proposals, the inbox: as they travel."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from assay.wire.common import Instant, Person, WireModel

Source = Annotated[str, Field(min_length=1, max_length=50_000)]
Sentence = Annotated[str, Field(min_length=1, max_length=500)]
Secret = Annotated[str, Field(max_length=1024)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class RulebookOut(WireModel):
    """The rules in force: as a file, in words, and as data.

    `version` 0 is what holds before anybody published a file; `source` is null then.
    """

    version: int
    source: str | None
    words: list[str]
    rules: dict[str, Any]
    warnings: list[str]


class RulebookCheckIn(WireModel):
    """A policy file to check."""

    source: Source


class RulebookChecked(WireModel):
    """What a policy file will do here; one with faults is refused with all of them."""

    words: list[str]
    warnings: list[str]


class RulebookNew(WireModel):
    """A policy file to publish, and the version it is based on."""

    source: Source
    based_on: int


class RulebookPublished(WireModel):
    """A policy file in force (`version`), or waiting for its signatures (`proposal_id`)."""

    version: int | None
    proposal_id: str | None
    words: list[str]
    warnings: list[str]


class RulebookVersion(WireModel):
    """One version of the policy file."""

    version: int
    digest: str
    created_by: Person
    created_at: Instant
    proposal_id: str | None


class RulebookFile(WireModel):
    """One version of the policy file; `source` is null for version 0, which nobody wrote."""

    version: int
    source: str | None
    words: list[str]


class EvidenceOut(WireModel):
    """One piece of evidence: where to look, its hash, and what it says."""

    kind: str
    ref: str
    digest: str
    words: str


class ProposalSignature(WireModel):
    """Somebody's word under a proposal."""

    user: Person
    role: str
    meaning: str
    at: Instant


class GlassOut(WireModel):
    """Somebody acted alone in an emergency."""

    by: Person
    reason: str
    second_until: Instant
    second_by: Person | None
    overdue: bool


class ProposalOut(WireModel):
    """What is put to people, how far its signatures are, and whether this caller may sign."""

    id: str
    kind: Literal["release", "promotion", "guideline", "gold", "threshold", "policy"]
    subject: str
    title: str
    action: dict[str, Any]
    evidence: list[EvidenceOut]
    digest: str
    state: Literal["open", "approved", "done", "refused", "withdrawn", "expired", "stale", "failed"]
    rule: str
    signatures: list[ProposalSignature]
    signatures_needed: int
    authors: list[Person]
    proposed_by: Person
    created_at: Instant
    expires_at: Instant
    closed_at: Instant | None
    reason: str | None
    emergency: GlassOut | None
    may_sign: bool
    why_not: str | None
    may_break_glass: bool


class ProposalNew(WireModel):
    """A change that the policy guards, to be put to people.

    `action` is, by kind: `guideline` {markdown, note}; `gold` {item_id, marks, why, exposure_cap}; `policy`
    {source, based_on}; `threshold` {body, why, based_on}, the suggestion policy. `evidence` names what it rests on:
    kind to a reference such as `escalation/<id>`.
    """

    kind: Literal["guideline", "gold", "policy", "threshold"]
    title: Sentence
    action: dict[str, Any]
    evidence: dict[str, Annotated[str, Field(min_length=1, max_length=200)]] = Field(default_factory=dict)


class ProposalSign(WireModel):
    """A signature: the password again, what it says, and the digest of what was looked at."""

    password: Secret
    meaning: Sentence
    digest: Hash


class ProposalBreak(WireModel):
    """Acting alone in an emergency: the password again, the reason, and the digest of what was looked at."""

    password: Secret
    reason: Sentence
    digest: Hash


class WhyIn(WireModel):
    """A reason."""

    reason: Sentence


class InboxRow(WireModel):
    """One thing that waits for the caller, and why it waits for them.

    `where` leads to it: a path of the API.
    """

    kind: str
    id: str
    title: str
    why: str
    since: Instant
    until: Instant | None
    where: str
