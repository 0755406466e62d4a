"""Edge cases that the guideline does not decide, and the expert's rulings on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assay.kernel.canonical import digest


@dataclass(frozen=True, slots=True)
class Ruling:
    """An expert's answer to an edge case.

    Attributes:
        text: the ruling, in words another annotator understands.
        label_class: what the thing counts as; None where the ruling names no class.
        settled: id of the settled dispute when the ruling gave the item's answer; None when it gave none.
        clause: number of the clause that now says it; None where the guideline stays.
        guideline_version: the version that says it; None while its proposal waits or where nothing changed.
        gold: whether the item became gold by it.
        proposals: ids of what the policy wants signed first.
    """

    text: str
    ruled_by: str
    ruled_at_us: int
    label_class: str | None = None
    settled: str | None = None
    clause: str | None = None
    guideline_version: int | None = None
    gold: bool = False
    proposals: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "text": self.text,
            "ruled_by": self.ruled_by,
            "ruled_at_us": self.ruled_at_us,
            "label_class": self.label_class,
            "settled": self.settled,
            "clause": self.clause,
            "guideline_version": self.guideline_version,
            "gold": self.gold,
            "proposals": list(self.proposals),
        }


@dataclass(frozen=True, slots=True)
class Escalation:
    """A question about one item.

    Attributes:
        batch_id: the batch in whose work it came up; None when it was raised outside of any.
        clause: number of the clause in question; None when no clause speaks of it.
        guideline_version: the guideline it was asked under; 0 for none.
        label_class: the class in question; None for none.
        bbox: where in the picture, x_min y_min x_max y_max in pixels; None for the whole of it.
        state: `open`, `ruled` or `withdrawn`.
    """

    id: str
    item_id: str
    batch_id: str | None
    assignment_id: str | None
    clause: str | None
    guideline_version: int
    label_class: str | None
    bbox: tuple[float, float, float, float] | None
    question: str
    raised_by: str
    raised_at_us: int
    state: str
    ruling: Ruling | None = None

    @property
    def subject(self) -> str:
        """What events name."""
        return f"escalation/{self.id}"


def ruling_digest(escalation_id: str, question: str, text: str) -> str:
    """The hash of a question and its answer: evidence of whatever follows from them."""
    return digest({"escalation": escalation_id, "question": question, "ruling": text})
