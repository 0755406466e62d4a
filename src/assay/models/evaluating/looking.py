"""Which items of an evaluation somebody asks for: by kind of error, class, slice, or beside the model in use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assay.models.model import ItemOutcome

Beside = Literal["better", "worse", "same"]


@dataclass(frozen=True, slots=True)
class Looking:
    """What is asked for; what is left out asks nothing.

    Attributes:
        kind: of an error the item must have.
        label_class: the class of that error, on the gold or in the answer.
        slice: `name:value`, as an evaluation's measures name it.
        beside: `better` for items that are right here and wrong with the model in use, `worse` the other way round.
        wrong: only items with an error.
    """

    kind: str | None = None
    label_class: str | None = None
    slice: str | None = None
    beside: Literal["better", "worse"] | None = None
    wrong: bool = False


def compare(mine: ItemOutcome, theirs: ItemOutcome | None) -> Beside | None:
    """How an item stands beside the model in use; None where that one was not held against it."""
    if theirs is None:
        return None
    if mine.correct == theirs.correct:
        return "same"
    return "better" if mine.correct else "worse"


def is_wanted(mine: ItemOutcome, theirs: ItemOutcome | None, looking: Looking) -> bool:
    """Whether an item is one of those asked for."""
    if looking.wrong and mine.correct:
        return False
    if looking.beside is not None and compare(mine, theirs) != looking.beside:
        return False
    if looking.slice is not None:
        name, _, value = looking.slice.partition(":")
        if mine.slices.get(name) != value:
            return False
    if looking.kind is None and looking.label_class is None:
        return True
    return any(_is_error(entry, looking) for entry in mine.detail)


def _is_error(entry: dict[str, object], looking: Looking) -> bool:
    classes = {entry.get("label_class"), entry.get("answer_class")}
    right_class = looking.label_class is None or looking.label_class in classes
    return right_class and (looking.kind is None or entry["kind"] == looking.kind)
