"""Suggestions, certificates and labels that nobody looked at, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

ANY_CLASS = "*"
"""In policies every class that is not named; in certificates the answer as a whole."""


class Mode(StrEnum):
    """What a model may do for a class."""

    MANUAL = "manual"
    LOOP = "loop"
    AUTOMATIC = "automatic"


class Arm(StrEnum):
    """Whether a person saw the suggestion."""

    SHOWN = "shown"
    WITHHELD = "withheld"


class AuditResult(StrEnum):
    """What a blind audit said of a label that was taken unseen."""

    NONE = "none"
    DRAWN = "drawn"
    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class ClassPolicy:
    """What holds for one class.

    Attributes:
        show_above: least confidence of a mark that is suggested.
        target: share wrong that a certificate must exclude, for `automatic`.
        sureness: how sure it must be.
    """

    mode: Mode = Mode.MANUAL
    show_above: float = 0.5
    target: float = 0.05
    sureness: float = 0.9


@dataclass(frozen=True, slots=True)
class SuggestionPolicy:
    """One version of a project's suggestion policy.

    Attributes:
        version: counts from 1; 0 before anybody set one: nothing is suggested.
        model: alias, name or title of the version whose answers are suggested.
        withheld_share: share of tasks without suggestion, at random; what work costs without them is known by these.
        audit_share: share of labels taken unseen that people label too, blind.
        classes: by class id; `*` for all others.
    """

    version: int = 0
    model: str = "production"
    withheld_share: float = 0.2
    audit_share: float = 0.05
    classes: Mapping[str, ClassPolicy] = field(default_factory=dict)

    def of_class(self, name: str) -> ClassPolicy:
        """What holds for a class."""
        return self.classes.get(name) or self.classes.get(ANY_CLASS) or ClassPolicy()

    @property
    def suggests(self) -> bool:
        """Whether anything is ever shown or taken."""
        return any(c.mode is not Mode.MANUAL for c in self.classes.values())


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What one assignment was offered, and what became of it.

    Attributes:
        prediction_id: None when the model had said nothing about the item.
        n_suggested: marks that were shown; for `withheld`, that would have been.
        n_kept: shown marks handed in as they were. `n_changed`: moved or renamed. `n_removed`: gone. `n_added`: new.
        seconds: time spent on the item.
        fates: of each shown mark: what became of it.
    """

    id: str
    assignment_id: str
    item_id: str
    prediction_id: str | None
    arm: Arm
    n_suggested: int
    made_at_us: int
    submission_id: str | None = None
    n_kept: int = 0
    n_changed: int = 0
    n_removed: int = 0
    n_added: int = 0
    seconds: float = 0.0
    fates: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class StoredCertificate:
    """A certificate, or the refusal of one, in the books.

    Attributes:
        state: certified, not_yet, stopped, replaced.
        threshold: None when nothing could be certified.
        words: the answer as a sentence.
        items_digest: over the calibration items and what was wrong of them.
    """

    id: str
    version_id: str
    label_class: str
    target: float
    sureness: float
    threshold: float | None
    n_accepted: int
    n_wrong: int
    n_items: int
    upper: float | None
    needs: int | None
    words: str
    items_digest: str
    state: str
    created_at_us: int
    ended_at_us: int | None = None
    ended_why: str | None = None

    @property
    def subject(self) -> str:
        """What events name."""
        return f"certificate/{self.id}"


@dataclass(frozen=True, slots=True)
class AutomaticLabel:
    """An answer that was taken without a person.

    Attributes:
        state: standing, withdrawn; `audited` for those that people answer, whose answer counts then.
    """

    id: str
    item_id: str
    prediction_id: str
    certificate_id: str
    label_class: str
    confidence: float
    state: str
    audit: AuditResult
    accepted_at_us: int
    audited_at_us: int | None = None
