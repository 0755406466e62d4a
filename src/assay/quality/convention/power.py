"""Whether there is enough evidence to judge a part, and how many images would do."""

from __future__ import annotations

from math import ceil
from typing import Final

import numpy as np

from assay.quality.convention.care import meetings
from assay.quality.convention.evidence import Evidence, Flags
from assay.quality.convention.features import (
    COVERED,
    COVERED_CUTS,
    EDGE,
    EDGE_CUTS,
    ELONGATED,
    ELONGATED_CUTS,
    SMALL,
    SMALL_CUTS,
    Feature,
)
from assay.quality.convention.model import Looked
from assay.quality.marks import Longs

MIN_IMAGES: Final = 20  # of one person, shared with others; below, a person is not compared
MIN_PEOPLE: Final = 3
ENOUGH_MEETINGS: Final = (
    75  # objects of a kind that a person met, below which most real splits go unseen (docs/convention.md)
)
ENOUGH_NAMED: Final = 100  # units of the most frequent class a person named
ENOUGH_PLACED: Final = 60  # marks of a person that others drew, too
_JUDGED_CUTS: Final = {EDGE: EDGE_CUTS[0], COVERED: COVERED_CUTS[1], ELONGATED: ELONGATED_CUTS[0]}


def look_at_existence(evidence: Evidence, tested: Longs, features: list[Feature], found: list[Feature]) -> Looked:
    """Judge by how often a person met objects of each kind; the smallest fifth stands for kinds that always exist."""
    unready = _ready(evidence, tested)
    if unready is not None:
        return unready
    smallest = [feature for feature in features if feature.kind == SMALL]
    judged = smallest[SMALL_CUTS.index(0.20) :][:1] + [f for f in features if _JUDGED_CUTS.get(f.kind) == f.cut]
    met = meetings(evidence)
    thin = {}
    for feature in judged:
        n = _per_person(evidence, met & feature.holds[evidence.cells.unit], tested)
        if 0 < n < ENOUGH_MEETINGS and feature.family not in {f.family for f in found}:
            thin[feature.kind] = _images_for(evidence, n, ENOUGH_MEETINGS)
    if SMALL in thin and not found:
        why = f"people met too few objects of each kind; about {thin[SMALL]} images would do"
        return _looked(evidence, tested, "not_enough_evidence", why, thin[SMALL], thin)
    return _looked(evidence, tested, "looked", "", None, thin)


def look_at_classes(evidence: Evidence, tested: Longs) -> Looked:
    """Judge by how many units of the most frequent class each person named."""
    unready = _ready(evidence, tested)
    if unready is not None:
        return unready
    classes = np.unique(evidence.label_class, return_counts=True)
    if len(classes[0]) < 2:  # noqa: PLR2004 - nothing to confuse
        return _looked(evidence, tested, "looked", "there is one class only", None, {})
    usual = classes[0][np.argmax(classes[1])]
    n = _per_person(evidence, meetings(evidence) & (evidence.label_class == usual)[evidence.cells.unit], tested)
    if n < ENOUGH_NAMED:
        needs = _images_for(evidence, n, ENOUGH_NAMED)
        why = f"people named too few objects that others named, too; about {needs} images would do"
        return _looked(evidence, tested, "not_enough_evidence", why, needs, {})
    return _looked(evidence, tested, "looked", "", None, {})


def look_at_geometry(evidence: Evidence, placed: Longs) -> Looked:
    """Judge by how many of a person's marks somebody else drew, too."""
    twice = evidence.asked.sum(axis=0) > 1
    n_images = int(twice.sum())
    if len(placed) < 2:  # noqa: PLR2004 - nobody to differ from
        needs = _images_for_people(evidence, 2)
        why = f"two people with {MIN_IMAGES} images each in common are needed; about {needs} images would do"
        return Looked("not_enough_evidence", why, needs, len(placed), n_images)
    shared = evidence.cells.drew & (evidence.others_drew > 0)
    n = _per_person(evidence, shared, placed)
    if n < ENOUGH_PLACED:
        needs = _images_for(evidence, n, ENOUGH_PLACED)
        why = f"people drew too few objects that others drew, too; about {needs} images would do"
        return Looked("not_enough_evidence", why, needs, len(placed), n_images)
    return Looked("looked", "", None, len(placed), n_images)


def _ready(evidence: Evidence, tested: Longs) -> Looked | None:
    n_shared = int(evidence.shared.sum())
    if n_shared < MIN_IMAGES:
        why = f"{n_shared} images were given to three people or more, needs {MIN_IMAGES}"
        return Looked("needs_three_people", why, MIN_IMAGES, len(tested), n_shared)
    if len(tested) < MIN_PEOPLE:
        needs = _images_for_people(evidence, MIN_PEOPLE)
        why = f"three people with {MIN_IMAGES} images each in common are needed; about {needs} images would do"
        return Looked("not_enough_evidence", why, needs, len(tested), n_shared)
    return None


def _looked(evidence: Evidence, tested: Longs, state: str, why: str, needs: int | None, thin: dict[str, int]) -> Looked:
    n_images = int(evidence.shared.sum())
    if state == "looked":
        return Looked("looked", why, needs, len(tested), n_images, thin)
    return Looked("not_enough_evidence", why, needs, len(tested), n_images, thin)


def _per_person(evidence: Evidence, rows: Flags, people: Longs) -> float:
    """The median over the people of how many of the cells are theirs."""
    return float(np.median(np.bincount(evidence.cells.person[rows], minlength=len(evidence.people))[people]))


def _images_for(evidence: Evidence, have: float, wanted: int) -> int:
    n_images = int((evidence.asked.sum(axis=0) > 1).sum())
    return _rounded(n_images * wanted / max(have, 0.5))


def _images_for_people(evidence: Evidence, n_people: int) -> int:
    """Images at which so many people have enough, if work goes on as it was shared out so far."""
    per_person = np.sort((evidence.asked & (evidence.asked.sum(axis=0) > 1)).sum(axis=1))[::-1]
    have = float(per_person[n_people - 1]) if len(per_person) >= n_people else 0.0
    return _rounded(max(int((evidence.asked.sum(axis=0) > 1).sum()), 1) * MIN_IMAGES / max(have, 0.5))


def _rounded(n: float) -> int:
    return 10 * ceil(n / 10)
