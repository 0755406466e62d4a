"""What a project demands, as versioned data, and the signatures given under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules a project works by.

    Attributes:
        version: counts from 1; 0 is the preset before anybody changed it.
        preset: the one it was made from: `standard`, `strict`, `no-gold` or `demo`.
        overlap: independent annotators per item, 1 to 20.
        gold_rate: share of a person's tasks that are hidden gold, 0 to .5.
        gold_everyone: everybody may meet each gold item once; otherwise `overlap` people.
        review_share: share of accepted answers a reviewer looks at, 0 to 1.
        agreement_threshold: mean IoU (unmatched marks count 0) below which an item goes to adjudication.
        match_iou: from here on two boxes may be the same object.
        tight_iou: matched below it means badly placed.
        max_error: error rate on gold that calls for action.
        accepted_error: error rate on gold that is good work.
        alarm_run_length: gold images between false alarms of somebody exactly at `accepted_error`.
        min_gold_images: gold images below which a person's figures are not enough evidence.
        min_gold_lower: lower end of the accuracy on gold a release needs; None for no such gate.
        min_agreement_lower: lower end of the agreement (F1) a release needs; None for no such gate.
        signatures_needed: signatures of different people that a release needs, 1 to 5.
        leads_may_sign: whether leads may sign, not only approvers.
        lease_s: how long a task is held for one person.
        blind_names: reviewers do not see whose work they look at.
    """

    version: int
    preset: str
    overlap: int
    gold_rate: float
    gold_everyone: bool
    review_share: float
    agreement_threshold: float
    match_iou: float
    tight_iou: float
    max_error: float
    accepted_error: float
    alarm_run_length: int
    min_gold_images: int
    min_gold_lower: float | None
    min_agreement_lower: float | None
    signatures_needed: int
    leads_may_sign: bool
    lease_s: int
    blind_names: bool

    def to_json(self) -> dict[str, Any]:
        """As JSON, every field."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Signature:
    """Somebody's word under exactly these bytes (21 CFR 11.50, 11.70).

    Attributes:
        subject: what was signed, such as `release/<id>`.
        digest: hash of what was signed; the signature is worth nothing under another one.
        role: in which role.
        name: as printed at signing.
        meaning: what the signature says.
    """

    id: str
    subject: str
    digest: str
    user_id: str
    role: str
    name: str
    meaning: str
    signed_at_us: int


@dataclass(frozen=True, slots=True)
class Signing:
    """Everything that decides whether somebody may sign.

    Attributes:
        authors: ids of everybody who made any of what is signed.
        signed: ids of those who have signed it already.
        refused: whether somebody has refused it.
        reviewers: ids of everybody who judged any of it, where the policy keeps them from approving.
    """

    authors: frozenset[str]
    signed: frozenset[str] = frozenset()
    refused: bool = False
    reviewers: frozenset[str] = frozenset()


Overrides = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditWanted:
    """What events of the audit log are looked for; empty parts ask nothing.

    Attributes:
        action: exactly this one, such as `release.signed`.
        kind: what is before the dot of an action, such as `release`.
        subject: exactly this thing.
        actor: id of the person, or name of the part of the house.
        since_us: not before this instant.
        until_us: before this instant.
    """

    action: str = ""
    kind: str = ""
    subject: str = ""
    actor: str = ""
    since_us: int | None = None
    until_us: int | None = None
