"""How habits are put into words: a title that blames nobody, and a clause that would settle the matter."""

from __future__ import annotations

from typing import Final

_NUMBERS: Final = ("Nobody", "One person", "Two people", "Three people", "Four people", "Five people", "Six people")

_DOES: Final = {
    "touches_edge": ("leaves out {things} cut by the edge", "leave out {things} cut by the edge"),
    "partly_covered": ("leaves out {things} partly covered by others", "leave out {things} partly covered by others"),
    "small": ("leaves out the smallest {things}", "leave out the smallest {things}"),
    "extends_down": (
        "draws boxes that reach below the {things}, as around a reflection or shadow",
        "draw boxes that reach below the {things}, as around a reflection or shadow",
    ),
}
_HINT: Final = {
    "touches_edge": "edge cut truncated border",
    "partly_covered": "occlusion covered hidden overlap",
    "small": "small minimum size",
    "extends_down": "reflection reflections shadow shadows",
}
_CLAUSE: Final = {
    "touches_edge": "Draw every one of the {things} that the picture's edge cuts, if at least a quarter of it can be "
    "seen. The box ends at the edge; do not guess the part outside.",
    "partly_covered": "Draw every one of the {things} that others cover in part, if at least a quarter of it can be "
    "seen. The box goes around what can be seen.",
    "small": "Draw {things} of every size down to 12 pixels. What is smaller is left out.",
    "extends_down": "Box the {things} only. A reflection or shadow is never part of the box, even where it touches.",
}


def title_for(feature: str, n_people: int, things: str) -> str:
    """One sentence such as "Two people leave out parts cut by the edge"."""
    who = _NUMBERS[n_people] if n_people < len(_NUMBERS) else f"{n_people} people"
    does = _DOES[feature][0 if n_people == 1 else 1]
    return f"{who} {does.format(things=things)}"


def hint_for(feature: str) -> str:
    """Words by which the guideline clause about this can be found."""
    return _HINT[feature]


def clause_for(feature: str, things: str) -> str:
    """A rule that would settle it, in the way most people work already; a person edits and publishes it."""
    return _CLAUSE[feature].format(things=things)
