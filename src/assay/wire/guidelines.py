"""Guidelines as they travel."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assay.wire.common import Instant, Person, WireModel


class Example(WireModel):
    """A picture that shows a clause; `good` is null where it shows neither how nor how not."""

    url: str
    caption: str
    good: bool | None


class Clause(WireModel):
    """One numbered rule; `html` is safe to show."""

    id: str
    title: str
    html: str
    classes: list[str]
    examples: list[Example]


class GuidelineNew(WireModel):
    """The text of the next version, in Markdown with numbered headings."""

    markdown: Annotated[str, Field(min_length=1, max_length=400_000)]
    note: Annotated[str, Field(max_length=2000)] = ""


class GuidelineOut(WireModel):
    """One version of a project's written rules."""

    version: int
    markdown: str
    note: str
    created_at: Instant
    created_by: Person
    clauses: list[Clause]


class ExampleAdded(WireModel):
    """An example image that was stored; write `![caption](example:<id>)` to show it."""

    id: str
    url: str
