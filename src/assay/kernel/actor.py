"""Who does something: a person, the house itself, or somebody not yet known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of a change.

    Attributes:
        id: user id, or the name of a part of the house for `kind == "system"`.
        kind: `person`, `key` (a person through an API key), `system` or `anonymous`.
    """

    id: str
    kind: str = "person"


def system(name: str) -> Actor:
    """The house itself, acting through the part called `name` (a consumer, a job, the command line)."""
    return Actor(name, "system")


ANONYMOUS = Actor("anonymous", "anonymous")
