"""How a practice that differs is put into words: titles that blame nobody and clauses that would settle the matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_COUNTS: Final = ("nobody", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, slots=True)
class Words:
    """How one kind of object is spoken of.

    Attributes:
        whom: "{things} cut by the image edge".
        hint: words to find a clause by.
        keep: a clause that keeps them.
        leave: a clause that leaves them out.
    """

    whom: str
    hint: str
    keep: str
    leave: str


_KINDS: Final = {
    "edge": Words(
        "{things} cut by the image edge",
        "edge cut truncated border",
        "Draw every one of the {things} that the image edge cuts, if at least a quarter of it can be seen. The box "
        "ends at the edge; do not guess the part outside.",
        "Leave out {things} that the image edge cuts.",
    ),
    "small": Words(
        "{things} smaller than {cut:.0f} pixels",
        "small tiny minimum size",
        "Draw {things} of every size, also those smaller than {cut:.0f} pixels.",
        "Leave out {things} smaller than {cut:.0f} pixels.",
    ),
    "large": Words(
        "{things} larger than {cut:.0f} pixels",
        "large big size",
        "Draw {things} of every size, also those larger than {cut:.0f} pixels.",
        "Leave out {things} larger than {cut:.0f} pixels.",
    ),
    "covered": Words(
        "{things} partly covered by others",
        "occlusion occluded covered hidden overlap partly visible",
        "Draw every one of the {things} that others cover in part, if at least a quarter of it can be seen. The box "
        "goes around what can be seen.",
        "Leave out {things} of which others cover more than {percent:.0f} %.",
    ),
    "elongated": Words(
        "elongated {things}",
        "elongated long thin shape",
        "Draw {things} of every shape, also those more than {cut:.1f} times as long as wide.",
        "Leave out {things} more than {cut:.1f} times as long as wide.",
    ),
    "crowded": Words(
        "{things} in crowded images",
        "crowd crowded many count",
        "Draw every one of the {things}, however many there are in an image.",
        "In an image with {cut:.0f} or more {things}, mark the crowd and leave out single ones.",
    ),
    "class": Words(
        "{things} of the class {name}",
        "class {name}",
        "Draw every one of the {things} of the class {name}.",
        "Leave out {things} of the class {name}.",
    ),
    "flag": Words(
        "{things} marked {name}",
        "{name}",
        "Draw {things} that are {name}, too, and mark them so.",
        "Leave out {things} that are {name}.",
    ),
}

_PLACES: Final = {
    "all": ("draw larger boxes", "draw tighter boxes", "tight loose box margin"),
    "left": ("put the left side further out", "put the left side further in", "left side box"),
    "top": ("put the upper side further out", "put the upper side further in", "upper top side box"),
    "right": ("put the right side further out", "put the right side further in", "right side box"),
    "bottom": ("draw boxes that reach further down", "end boxes further up", "reflection shadow lower bottom ground"),
    "width": ("draw wider boxes", "draw narrower boxes", "width side box"),
    "height": ("draw taller boxes", "draw flatter boxes", "height box"),
    "shift_x": ("place boxes further right", "place boxes further left", "shift position box"),
    "shift_y": ("place boxes further down", "place boxes further up", "shift position box"),
}
_TIGHT: Final = (
    "Each side of the box touches the outermost pixel of the object that can be seen; leave no margin and cut nothing "
    "off."
)
_REACH: Final = (
    "The box ends where the object itself ends. A reflection or shadow is never part of it, even where it touches."
)
_REACH_TOO: Final = "The box holds the object together with its reflection or shadow."
_LOOSE: Final = "Leave a margin of about {percent:.0f} % of the side around the object on every side."


def count(n: int) -> str:
    """A small number in words."""
    return _COUNTS[n] if n < len(_COUNTS) else str(n)


def people(n: int) -> str:
    """So many people, in words."""
    return "one person" if n == 1 else f"{count(n)} people"


def others(n: int) -> str:
    """So many others, in words."""
    return "one other" if n == 1 else f"{count(n)} others"


def kind_words(kind: str, *, things: str, cut: float, name: str) -> Words:
    """The words for one kind of object with its numbers and names put in."""
    values = {"things": things, "cut": cut, "percent": 100 * cut, "name": name or "?"}
    words = _KINDS[kind]
    return Words(*(text.format(**values) for text in (words.whom, words.hint, words.keep, words.leave)))


def place_words(pattern: str) -> tuple[str, str, str]:
    """What each of the two sides does, and words to find a clause by."""
    return _PLACES[pattern]


def place_title(pattern: str) -> str:
    """The title of a clause about where sides lie."""
    return "Reflections and shadows" if pattern == "bottom" else "Where the sides of a box lie"


def place_clauses(pattern: str, gap: float) -> tuple[str, str]:
    """The stricter rule and its opposite."""
    if pattern == "bottom":
        return _REACH, _REACH_TOO
    return _TIGHT, _LOOSE.format(percent=100 * gap)


def boundary_clauses(first: str, second: str) -> tuple[str, str]:
    """A rule for the line between two classes, and the other way round."""
    rule = "When in doubt between {first} and {second}, call it {0}. Call it {1} only if [name the sign that decides]."
    both = {"first": first, "second": second}
    return rule.format(first, second, **both), rule.format(second, first, **both)


def sentence(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]
