"""A selection: items chosen to be labelled next, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ChosenItem:
    """An item of a selection.

    Attributes:
        rank: its place in the order to label in, from 0.
        reason: `typical`, `clustered-margin`, `margin`, `quota` or `random`.
        detail: score, group, likeliest class (by id), nearly equal items passed over.
    """

    rank: int
    item_id: str
    reason: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Selection:
    """What was chosen, and by which rules.

    Attributes:
        rules: how it was chosen.
        facts: how large pool and labels were, which embeddings, what the model of the choice was.
        batch_id: the batch it became; None while it is a proposal.
    """

    id: str
    name: str
    n: int
    rules: Mapping[str, Any]
    facts: Mapping[str, Any]
    batch_id: str | None
    created_by: str
    created_at_us: int
