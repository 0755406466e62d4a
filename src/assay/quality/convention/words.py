"""How a practice that differs is put into words: titles that blame nobody and clauses that would settle the matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assay.quality.convention.model import Reach

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
    "value": Words(
        "{things} with {name}",
        "{name}",
        "Draw {things} with {name}, too.",
        "Leave out {things} with {name}.",
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


_MOST_NAMED: Final = 4
_NEARLY: Final = 0.95
_WAYS: Final = {
    "all": "boxes larger or tighter on all sides",
    "left": "the left side of boxes",
    "top": "the upper side of boxes",
    "right": "the right side of boxes",
    "bottom": "the lower side of boxes",
    "width": "the width of boxes",
    "height": "the height of boxes",
    "shift_x": "boxes placed further left or right",
    "shift_y": "boxes placed further up or down",
}


def way_words(pattern: str, about: str) -> str:
    """A way of placing sides, perhaps around one kind of object."""
    return _WAYS[pattern] + (f" around {about}" if about else "")


def would_do(needs_images: int | None) -> str:
    """How many images would be enough."""
    return (
        "more images of this kind alone would not do"
        if needs_images is None
        else f"about {needs_images:,} images would do"
    )


def part_answer(n_found: int, kinds: Sequence[Reach], *, usual_is_thin: bool) -> str:
    """What was found in one part, and of which kinds of object there was too little to say anything.

    It is never said that practice does not differ where the evidence would not have shown it.
    """
    thin = [kind for kind in kinds if kind.state == "not_enough_evidence"]
    enough = [kind for kind in kinds if kind.state == "enough" and not kind.found]
    found = "" if n_found == 0 else f"{count(n_found)} practice{'s differ' if n_found > 1 else ' differs'}, as shown"
    if not thin:
        rest = "there was enough evidence to see such a practice"
        return sentence(f"{found}; of every other kind {rest}." if found else f"no practice differs, and {rest}.")
    unseen = _named([f"{kind.whom} ({would_do(kind.needs_images)})" for kind in thin])
    if not usual_is_thin:
        first = found or f"no practice differs about {_named([kind.whom for kind in enough])}"
        return sentence(f"{first}. Not enough evidence about {unseen}.")
    told = f"{found}, but there is not" if found else "not"
    seen = f" Enough was met of {_named([kind.whom for kind in enough])}; none was found there." if enough else ""
    return sentence(f"{told} enough evidence to exclude practices about {unseen}.{seen}")


def reach_words(reach: Reach) -> str:
    """Whether the evidence would have shown a practice about one kind of object, as a phrase."""
    if reach.state == "none_met" or reach.chance is None:
        return "found" if reach.found else "none were met by three people"
    seen = f"such a practice is seen in {_cases(reach.chance)}"
    if reach.state == "enough":
        return "found" if reach.found else f"none found; {seen}"
    first = "found, and yet not enough evidence" if reach.found else "not enough evidence"
    return f"{first}: {seen}; {would_do(reach.needs_images)}"


def _cases(chance: float) -> str:
    """A chance in coarse words: it is a model's."""
    if chance >= _NEARLY:
        return "nearly every case"
    tenths = int(10 * chance)
    return f"about {count(tenths)} of ten cases" if tenths else "hardly any case"


def _named(names: Sequence[str]) -> str:
    shown = list(names[:_MOST_NAMED])
    if len(names) > _MOST_NAMED:
        n = len(names) - _MOST_NAMED
        return ", ".join(shown) + f" and {count(n)} more {'kind' if n == 1 else 'kinds'}"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
