"""Batches, tasks and assignments as values."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from assay.kernel.canonical import canonical_json
from assay.queue.errors import BatchPolicyInvalidError

EVERYBODY = 1_000_000
"""Overlap of a task that everybody may meet once."""


class Kind(StrEnum):
    """What a task is for; never shown to the person who does it."""

    WORK = "work"
    GOLD = "gold"
    PRACTICE = "practice"


class AssignmentState(StrEnum):
    """How far one person's share of a task has got."""

    LEASED = "leased"
    SUBMITTED = "submitted"
    LAPSED = "lapsed"
    SKIPPED = "skipped"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class BatchPolicy:
    """How a batch is worked on.

    Attributes:
        overlap: independent annotators per item.
        gold_rate: share of a person's tasks that are hidden gold, 0 to .5.
        gold_everyone: every gold item may be met once by everybody; otherwise by `overlap` people.
        review_share: share of accepted answers that a reviewer looks at, 0 to 1.
        priority: 0 (first) to 99 (last).
        agreement_threshold: mean IoU, unmatched marks counting 0, below which an item goes to adjudication.
        match_iou: from here on two marks are the same object.
        tight_iou: matched below it means badly placed.
        lease_s: how long a task is held for one person.
        blind: nobody is shown a model's suggestions.
    """

    overlap: int = 3
    gold_rate: float = 0.05
    gold_everyone: bool = True
    review_share: float = 0.05
    priority: int = 50
    agreement_threshold: float = 0.7
    match_iou: float = 0.5
    tight_iou: float = 0.7
    lease_s: float = 1800.0
    blind: bool = False

    def __post_init__(self) -> None:
        limits: dict[str, tuple[float, float]] = {
            "overlap": (1, 100),
            "gold_rate": (0, 0.5),
            "review_share": (0, 1),
            "priority": (0, 99),
            "agreement_threshold": (0, 1),
            "match_iou": (0.05, 1),
            "tight_iou": (0.05, 1),
            "lease_s": (5, 7 * 86_400),
        }
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise BatchPolicyInvalidError(name, value, low, high)

    def to_json(self) -> str:
        """As canonical JSON text."""
        return canonical_json(asdict(self)).decode()

    @classmethod
    def from_json(cls, text: str) -> BatchPolicy:
        """What `to_json` gave."""
        known = {f.name for f in fields(cls)}
        return cls(**{k: v for k, v in json.loads(text).items() if k in known})


@dataclass(frozen=True, slots=True)
class Batch:
    """Items to label under one policy."""

    id: str
    name: str
    state: str
    practice: bool
    round_no: int
    policy: BatchPolicy
    n_tasks: int
    created_at_us: int


@dataclass(frozen=True, slots=True)
class Task:
    """One item in a batch.

    Attributes:
        rank: its place in the queue; lower comes first.
        n_taken: slots that are leased or answered.
    """

    id: str
    batch_id: str
    item_id: str
    width_px: int
    height_px: int
    kind: Kind
    overlap: int
    rank: int
    state: str = "open"
    n_taken: int = 0
    n_submitted: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person has got to in the queue of one kind of task.

    Attributes:
        rank: of the task last given; the next one has a higher rank.
        n_claimed: tasks ever given.
        salt: decides where in each block of tasks this person meets gold; secret.
        wrapped_at_us: when a search over the whole queue found nothing; None after something was found.
        day: UTC days since 1970 of the last claim.
        n_today: tasks given on that day and not given back.
    """

    rank: int
    n_claimed: int
    salt: str
    wrapped_at_us: int | None
    day: int = 0
    n_today: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """One person's places, and what they work under: the newest open batch with its policy, the newest versions.

    Attributes:
        batch_id: None while no batch is open; so is `policy`.
        schema_version: of the label schema; 0 when there is none yet.
        guideline_version: 0 when there is none yet.
        holds: whether they have unfinished assignments in hand (more than were asked about).
    """

    places: dict[Kind, Place]
    batch_id: str | None
    policy: BatchPolicy | None
    schema_version: int
    guideline_version: int
    holds: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """Unfinished work, kept on the server."""

    revision: int
    marks_json: str
    seconds: float
    saved_at_us: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """One person's share of a task, held for a time."""

    id: str
    task_id: str
    batch_id: str
    item_id: str
    user_id: str
    round_no: int
    kind: Kind
    state: AssignmentState
    leased_at_us: int
    lease_until_us: int
    schema_version: int
    guideline_version: int
    width_px: int
    height_px: int
    submitted_at_us: int | None = None
    submission_id: str | None = None
    n_marks: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer to a claim.

    Attributes:
        reason: why there is no assignment: `empty`; `none` when there is one.
        n_done: tasks this person has done today.
    """

    assignment: Assignment | None
    reason: str
    draft: Draft | None = None
    n_done: int = 0


@dataclass(frozen=True, slots=True)
class NewTask:
    """An item to make a task of, with what the queue needs to know about it."""

    item_id: str
    width_px: int
    height_px: int
    is_gold: bool
    exposure_cap: int | None = None
