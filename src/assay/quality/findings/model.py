"""What a suspected problem is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]

KINDS: Final[Mapping[str, str]] = {
    "overlooked": "something is drawn by others or the model, and not here",
    "swapped": "others or the model call it another class",
    "badly_placed": "others or the model place it elsewhere",
    "unsupported": "neither the others nor the model draw it",
    "duplicate": "the same thing boxed twice",
    "two_classes": "the same place boxed as two classes",
    "odd_size": "far larger or smaller than others of its class",
    "odd_shape": "far longer or flatter than others of its class",
    "odd_position": "at a place in the picture where its class hardly ever is",
    "no_extent": "thinner than two pixels",
    "rule_broken": "against a rule of the label schema",
    "label_doubt": "the picture's tag is doubted by the model",
}
"""Kinds of finding and what they mean."""


@dataclass(frozen=True, slots=True)
class Look:
    """A place to look at.

    Attributes:
        item: which picture.
        box: x_min, y_min, x_max, y_max in pixels; None for the whole picture.
        what: `mark` the suspected mark, `other` what stands against it, `typical` a usual one of the class to compare.
    """

    item: int
    box: Box | None
    what: str


@dataclass(frozen=True, slots=True)
class Suspect:
    """A suspected problem: data, not an error.

    Attributes:
        kind: a key of `KINDS`.
        score: 0 to 1, how much speaks for it; comparable within a kind.
        item: the picture.
        row: the mark among the marks looked at; None when the problem is that there is none.
        label_class: class given; of what is missing, the class the others name.
        suggested_class: class proposed instead; None where that is no question.
        evidence: measured numbers and short words, by name.
        looks: the place, and what to compare it with.
    """

    kind: str
    score: float
    item: int
    row: int | None
    label_class: int | None
    suggested_class: int | None
    evidence: dict[str, float | int | str]
    looks: tuple[Look, ...]


def as_box(row: NDArray[np.float64]) -> Box:
    """A row of boxes as plain numbers."""
    x_min, y_min, x_max, y_max = row.tolist()
    return x_min, y_min, x_max, y_max


def best_first(found: list[Suspect]) -> list[Suspect]:
    """By score, then by place, so that the order never depends on how they were found."""
    return sorted(found, key=lambda s: (-s.score, s.item, -1 if s.row is None else s.row, s.kind))


def typical_rows(areas: NDArray[np.float64], classes: NDArray[np.int32]) -> dict[int, int]:
    """For each class the row whose area is its (lower) median: something to compare with."""
    found = {}
    for label_class in np.unique(classes).tolist():
        rows = np.flatnonzero(classes == label_class)
        found[label_class] = int(rows[np.argsort(areas[rows], kind="stable")[(len(rows) - 1) // 2]])
    return found
