"""Releases, their gates, and the facts the gates are about."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Literal

from assay.kernel.estimate import Estimate
from assay.quality.calibration import Evidence
from assay.quality.measured import Measured

GateState = Literal["pass", "block", "wait", "none"]


class ReleaseState(StrEnum):
    """How far a release has got."""

    BLOCKED = "blocked"
    FROZEN = "frozen"
    SIGNED = "signed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing a release must satisfy.

    Attributes:
        rule: the demand in words, with its limit.
        state: `block` until something is done; `wait` closes by itself; `none` is shown for information.
        count: (done, of) for things that are counted rather than measured.
        action: (what to do, page under the project) that would clear it.
    """

    id: str
    name: str
    rule: str
    state: GateState
    reason: str = ""
    measured: Measured | None = None
    count: tuple[int, int] | None = None
    action: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class PersonGold:
    """One person's accuracy on the gold that stands for their work in the release."""

    user_id: str
    accuracy: Estimate
    evidence: Evidence
    n_answers: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the gates look at, as it stands at one moment.

    Attributes:
        n_items: items in ordinary batches that are not gold.
        n_complete: of these, agreed or settled.
        n_open_reviews: answers somebody has still to look at.
        n_open_disputes: disputes for an expert.
        n_open_contests: objections to gold verdicts.
        n_gold: live gold items.
        people: accuracy of those whose answers count, where gold was shown.
        agreement: F1 over pairs of people on shared items.
        n_split_leaks: near-duplicates or group members on both sides of a split.
        n_synthetic_outside_train: synthetic items in gold, validation or test, where there are real ones.
        all_synthetic: no item is real, as in a demonstration; then nothing can be said about real images at all.
    """

    n_items: int
    n_complete: int
    n_open_reviews: int
    n_open_disputes: int
    n_open_contests: int
    n_gold: int
    people: tuple[PersonGold, ...]
    agreement: Estimate
    n_split_leaks: int
    n_synthetic_outside_train: int
    guideline_version: int
    schema_version: int
    all_synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Release:
    """A named state of the labels; frozen once its gates pass, never edited.

    Attributes:
        digest: hash of everything frozen; what signatures are bound to.
        content: blob hashes of the frozen files by path.
        facts: counts, versions, authors and changes at freezing.
    """

    id: str
    name: str
    note: str
    state: ReleaseState
    gates: tuple[Gate, ...]
    digest: str | None
    merkle_root: str | None
    content: dict[str, str]
    facts: dict[str, Any]
    refusal: str | None
    created_by: str
    created_at_us: int
    frozen_at_us: int | None

    @property
    def authors(self) -> frozenset[str]:
        """Everybody who made any of what was frozen; none of them may sign it."""
        return frozenset(self.facts.get("authors", ()))

    @property
    def subject(self) -> str:
        """What signatures name."""
        return f"release/{self.id}"


def gate_to_json(gate: Gate) -> dict[str, Any]:
    """The stored form of a gate."""
    return asdict(gate)


def gate_from_json(value: dict[str, Any]) -> Gate:
    """What `gate_to_json` gave."""
    held = value["measured"]
    return Gate(
        id=value["id"],
        name=value["name"],
        rule=value["rule"],
        state=value["state"],
        reason=value["reason"],
        measured=None
        if held is None
        else Measured(
            Estimate(**held["estimate"]),
            Evidence(**held["evidence"]),
            held["limit"],
            held["limit_side"],
            held["state"],
        ),
        count=None if value["count"] is None else (value["count"][0], value["count"][1]),
        action=None if value["action"] is None else (value["action"][0], value["action"][1]),
    )
