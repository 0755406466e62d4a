"""Guidelines: versioned written rules made of numbered clauses with example images."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A picture that shows a clause.

    Attributes:
        example_id: id of the stored image.
        good: True for how it is done, False for how not, None for neither.
    """

    example_id: str
    caption: str
    good: bool | None


@dataclass(frozen=True, slots=True)
class Clause:
    """One numbered rule.

    Attributes:
        id: its number, such as "4.2"; what gold, findings and rulings refer to.
        html: its text, made safe to show.
        classes: the label classes it speaks of; empty when it speaks of all.
    """

    id: str
    title: str
    html: str
    classes: tuple[str, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Guideline:
    """One version of a project's written rules."""

    version: int
    markdown: str
    clauses: tuple[Clause, ...]
    note: str
    created_by: str
    created_at_us: int

    def find(self, clause_id: str) -> Clause | None:
        """The clause of this number."""
        return next((c for c in self.clauses if c.id == clause_id), None)
