"""Whether there is enough evidence to judge a part, kind by kind, and how many images would do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np

from assay.quality.convention import words
from assay.quality.convention.care import meetings
from assay.quality.convention.evidence import Evidence, Flags
from assay.quality.convention.features import (
    CLASS,
    COVERED,
    COVERED_CUTS,
    CROWDED,
    EDGE,
    EDGE_CUTS,
    ELONGATED,
    ELONGATED_CUTS,
    FLAG,
    LARGE,
    SMALL,
    SMALL_CUTS,
    Feature,
)
from assay.quality.convention.model import Convention, Looked, Reach, State
from assay.quality.convention.naming import Contradictions
from assay.quality.convention.placing import LOOSENESS, MOST_CLASSES, Offsets, Pattern
from assay.quality.convention.planting import ENOUGH, Chance, chance_left_out, chance_placed, chance_renamed
from assay.quality.marks import Longs

MIN_IMAGES: Final = 20  # of one person, shared with others; below, a person is not compared
MIN_PEOPLE: Final = 3
ENOUGH_MET: Final = 75  # objects of a kind that a person met, where too few were met even to plant a practice
_JUDGED_CUTS: Final = {EDGE: EDGE_CUTS[0], COVERED: COVERED_CUTS[1], ELONGATED: ELONGATED_CUTS[0]}
_LOWER: Final = "bottom"

WhomOf = Callable[[Feature], str]
"""What objects of a kind are called."""


@dataclass(frozen=True, eq=False)
class Search:
    """What was searched, and how.

    Attributes:
        evidence: who drew what.
        tested: numbers of the people compared on what is left out and which class is named.
        placed: the same for where sides lie.
        features: all kinds of object.
        told: kinds about which something is told.
        found: what is told.
        level: chance of a false report in one part.
        rng: of its own, so that looking changes nothing that is found.
        whom: what objects of a kind are called.
    """

    evidence: Evidence
    tested: Longs
    placed: Longs
    features: Sequence[Feature]
    told: Sequence[Feature]
    found: Sequence[Convention]
    level: float
    rng: np.random.Generator
    whom: WhomOf

    def of(self, part: str) -> list[str]:
        """Keys of what was found in a part."""
        return [convention.feature for convention in self.found if convention.part == part]


def look_at_existence(search: Search) -> Looked:
    """Judge every kind of object; the smallest fifth stands for kinds that always exist."""
    unready = _ready(search.evidence, search.tested)
    if unready is not None:
        return unready
    found = search.of("existence")
    met = meetings(search.evidence)
    judged = _judged(search.features)
    reaches = []
    for feature in judged:
        given = [told for told in search.told if told.family != feature.family]
        n = _per_person(search.evidence, met & feature.holds[search.evidence.cells.unit], search.tested)
        chance = chance_left_out(
            search.evidence, search.tested, feature, given,
            level=search.level, n_features=len(search.features), rng=search.rng,
        )  # fmt: skip
        reaches.append(_reach(search, feature.key, search.whom(feature), found, n, chance))
    usual = next((reach for reach in reaches if reach.kind == SMALL), None)
    return _looked(search.evidence, search.tested, len(found), reaches, usual)


def look_at_classes(search: Search) -> Looked:
    """Judge for every class whether a line moved away from it would be seen; the most frequent stands for the part."""
    unready = _ready(search.evidence, search.tested)
    if unready is not None:
        return unready
    evidence, found = search.evidence, search.of("label_class")
    classes = sorted((f for f in search.features if f.kind == CLASS), key=lambda f: -int(f.holds.sum()))[:MOST_CLASSES]
    if len(classes) < 2:  # noqa: PLR2004 - nothing to confuse
        n_images = int(evidence.shared.sum())
        return Looked(
            "looked", "there is one class only", None, len(search.tested), n_images, "There is one class only."
        )
    table = Contradictions(evidence, search.tested)
    reaches = []
    for feature in classes:
        n = float(np.mean(table.met(int(feature.cut))[0]))
        chance = chance_renamed(table, int(feature.cut), level=search.level, rng=search.rng)
        mine = [key for key in found if feature.key in key.split("|")]
        reaches.append(
            _reach(
                search,
                feature.key,
                f"the line around {search.whom(feature)}",
                [feature.key] if mine else [],
                n,
                chance,
            )
        )
    return _looked(evidence, search.tested, len(found), reaches, reaches[0])


def look_at_geometry(search: Search, offsets: Offsets, patterns: Sequence[Pattern]) -> Looked:
    """Judge looseness, the lower side, and looseness around each kind of object, by the errors of people's offsets."""
    evidence, placed, found = search.evidence, search.placed, search.of("geometry")
    n_images = int((evidence.asked.sum(axis=0) > 1).sum())
    if len(placed) < 2:  # noqa: PLR2004 - nobody to differ from
        needs = _images_for_people(evidence, 2)
        return _unready(f"two people with {MIN_IMAGES} images each in common are needed", needs, len(placed), n_images)
    shared = evidence.cells.drew & (evidence.others_drew > 0)
    reaches = []
    for pattern in patterns:
        if pattern.name != LOOSENESS and (pattern.name != _LOWER or pattern.part is not None):
            continue
        key = pattern.name if pattern.part is None else f"{pattern.name}@{pattern.part.key}"
        whom = words.way_words(pattern.name, "" if pattern.part is None else search.whom(pattern.part))
        n = _per_person(evidence, shared & pattern.holds[evidence.cells.unit], placed)
        chance = chance_placed(offsets, pattern, placed, level=search.level, n_patterns=len(patterns))
        reaches.append(_reach(search, key, whom, found, n, chance))
    return _looked(evidence, placed, len(found), reaches, reaches[0], n_images)


def _judged(features: Sequence[Feature]) -> list[Feature]:
    """One cut of each kind; of classes and flags the most frequent twelve, classes only where there are two."""
    smallest = [feature for feature in features if feature.kind == SMALL]
    by_count = sorted(features, key=lambda f: -int(f.holds.sum()))
    classes = [feature for feature in by_count if feature.kind == CLASS]
    return [
        *smallest[SMALL_CUTS.index(0.20) :][:1],
        *(f for f in features if f.kind in {LARGE, CROWDED} or _JUDGED_CUTS.get(f.kind) == f.cut),
        *(classes[:MOST_CLASSES] if len(classes) > 1 else []),
        *[feature for feature in by_count if feature.kind == FLAG][:MOST_CLASSES],
    ]


def _reach(search: Search, kind: str, whom: str, found: Sequence[str], n: float, chance: Chance) -> Reach:
    known = kind in found
    if n == 0:
        return Reach(kind, whom, "none_met", known, 0, None, None)
    if chance.value >= ENOUGH:
        return Reach(kind, whom, "enough", known, round(n), chance.value, None)
    times = chance.times if chance.times is not None else ENOUGH_MET / n if 0 < n < ENOUGH_MET else None
    n_images = int((search.evidence.asked.sum(axis=0) > 1).sum())
    needs = None if times is None else _rounded(n_images * max(times, 1.0) + 1)
    return Reach(kind, whom, "not_enough_evidence", known, round(n), chance.value, needs)


def _ready(evidence: Evidence, tested: Longs) -> Looked | None:
    n_shared = int(evidence.shared.sum())
    if n_shared < MIN_IMAGES:
        why = f"{n_shared} images were given to three people or more, needs {MIN_IMAGES}"
        answer = f"Needs three people: {why}."
        return Looked("needs_three_people", why, MIN_IMAGES, len(tested), n_shared, answer)
    if len(tested) < MIN_PEOPLE:
        needs = _images_for_people(evidence, MIN_PEOPLE)
        return _unready(
            f"three people with {MIN_IMAGES} images each in common are needed", needs, len(tested), n_shared
        )
    return None


def _unready(lacks: str, needs: int, n_people: int, n_images: int) -> Looked:
    why = f"{lacks}; {words.would_do(needs)}"
    return Looked("not_enough_evidence", why, needs, n_people, n_images, f"Not enough evidence: {why}.")


def _looked(
    evidence: Evidence,
    people: Longs,
    n_found: int,
    kinds: list[Reach],
    usual: Reach | None,
    n_images: int | None = None,
) -> Looked:
    thin = usual is None or usual.state != "enough"
    state: State = "not_enough_evidence" if thin else "looked"
    needs = usual.needs_images if usual is not None and thin else None
    why = f"people met too few to judge {usual.whom}; {words.would_do(needs)}" if usual is not None and thin else ""
    if usual is None:
        why = "nobody drew what another drew"
    answer = words.part_answer(n_found, kinds, usual_is_thin=thin) if kinds else f"Not enough evidence: {why}."
    met = int(evidence.shared.sum()) if n_images is None else n_images
    return Looked(state, why, needs, len(people), met, answer, tuple(kinds))


def _per_person(evidence: Evidence, rows: Flags, people: Longs) -> float:
    """How many of the cells are a person's, mean over the people."""
    return float(np.mean(np.bincount(evidence.cells.person[rows], minlength=len(evidence.people))[people]))


def _images_for_people(evidence: Evidence, n_people: int) -> int:
    """Images at which so many people have enough, if work goes on as it was shared out so far."""
    per_person = np.sort((evidence.asked & (evidence.asked.sum(axis=0) > 1)).sum(axis=1))[::-1]
    have = float(per_person[n_people - 1]) if len(per_person) >= n_people else 0.0
    return _rounded(max(int((evidence.asked.sum(axis=0) > 1).sum()), 1) * MIN_IMAGES / max(have, 0.5))


def _rounded(n: float) -> int:
    """Upwards to two digits, at least to tens."""
    step = 10 ** max(1, len(str(int(n))) - 2)
    return int(step * ceil(n / step))
