"""The accounts a newcomer may try in the demonstration's project."""

from __future__ import annotations

from dataclasses import dataclass

SLUG = "demo"
"""Short name of the project."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One of the accounts a newcomer may try."""

    login: str
    name: str
    role: str


VISITORS = (
    Visitor("you-lead", "You, as lead", "lead"),
    Visitor("you-approver", "You, as approver", "approver"),
    Visitor("you-annotator", "You, as annotator", "annotator"),
    Visitor("you-reviewer", "You, as reviewer", "reviewer"),
)
