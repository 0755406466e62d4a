"""Find practices that differ: gather the evidence, test the three parts, name the sides, put it into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from assay.quality.boxes import Boxes
from assay.quality.convention.care import judge_care
from assay.quality.convention.evidence import Flags, gather
from assay.quality.convention.features import describe, finer
from assay.quality.convention.leaving_out import fit, informative, select_features
from assay.quality.convention.model import Convention, ConventionReport
from assay.quality.convention.naming import find_boundaries
from assay.quality.convention.placing import Offsets, Pattern, Placement, patterns_for
from assay.quality.convention.power import (
    MIN_IMAGES,
    Search,
    look_at_classes,
    look_at_existence,
    look_at_geometry,
)
from assay.quality.convention.telling import Teller
from assay.quality.marks import Longs

ALPHA: Final = 0.05
N_DRAWS: Final = 999
_PARTS: Final = 3
_ORDER: Final = {"split": 0, "one_apart": 1, "spread": 2}


def find_conventions(
    authors: Mapping[str, Boxes],
    *,
    rng: np.random.Generator,
    sizes_px: ArrayLike | None = None,
    assigned: Mapping[str, Flags] | None = None,
    class_names: Sequence[str] = (),
    flags: Mapping[str, Mapping[str, ArrayLike]] | None = None,
    things: str = "objects",
    alpha: float = ALPHA,
    n_draws: int = N_DRAWS,
) -> ConventionReport:
    """Find groups of people who differ systematically: a gap in the guideline, told apart from noise and carelessness.

    Existence is judged by pairs of people of whom one drew a unit and the other did not, so that difficulty and
    carelessness cancel; classes by the direction of contradictions; geometry by outward offsets of sides. Existence and
    classes need images that at least three people were asked about: with two, a lone mark is one's miss or the other's
    invention. `alpha` is shared by the three parts; the floors (20 points and 1.5 log odds; .06 of a class; 4 % of the
    side and a pixel) keep out what is real but too small to write a rule about.

    Args:
        authors: each person's boxes over the same items.
        rng: seeded generator for all random draws.
        sizes_px: (n_items, 2) width and height; how far the furthest mark reaches when left out.
        assigned: (n_items,) per author: which items they were asked to label; everything when left out.
        class_names: names by class number, for the words.
        flags: flag, such as occluded, to author to (n_marks,) yes or no.
        things: what the objects are called in titles and clauses, plural.
        alpha: chance of any false report.
        n_draws: random draws behind each p-value.

    Reference: docs/convention.md, with power tables and limits.
    """
    evidence = gather(authors, sizes_px, assigned=assigned, flags=flags or {})
    counted = evidence.n_drew > 1
    features = describe(evidence, counted)
    level = alpha / _PARTS
    tested = _tested(evidence.asked & evidence.shared)
    placed = _tested(evidence.asked & (evidence.asked.sum(axis=0) > 1))
    tell = Teller(evidence, things, class_names)

    told = informative(evidence, tested)
    selected = (
        select_features(told, features, partial(finer, evidence, counted), level=level, n_draws=n_draws, rng=rng)
        if len(tested) > 1
        else []
    )
    fitted = fit(told, [s.feature for s in selected]) if selected else None
    left_out = [
        tell.left_out(
            s, [o for o in selected if o is not s], tested, told, (fitted.delta[:, k], fitted.delta_error[:, k])
        )
        for k, s in enumerate(selected)
        if fitted is not None
    ]
    boundaries = find_boundaries(evidence, tested, level=level, n_draws=n_draws, rng=rng) if len(tested) > 1 else []
    patterns = patterns_for(evidence, features)
    offsets = Offsets(evidence)
    placements = _placements(offsets, patterns, placed, level, n_draws, rng)
    found = [
        *left_out,
        *(tell.renamed(boundary, tested) for boundary in boundaries),
        *(tell.placed(placement, placed) for placement in placements),
    ]
    kept = [convention for convention in found if convention is not None]
    told_about = [s.feature for s, said in zip(selected, left_out, strict=True) if said is not None]
    search = Search(evidence, tested, placed, features, told_about, kept, level, rng.spawn(1)[0], tell.whom)
    return ConventionReport(
        conventions=tuple(sorted(kept, key=_strength)),
        existence=look_at_existence(search),
        label_class=look_at_classes(search),
        geometry=look_at_geometry(search, Offsets(evidence), patterns),
        care=judge_care(evidence, [s.feature for s in selected], offsets.noise()),
        evidence=evidence,
    )


def _placements(
    offsets: Offsets,
    patterns: list[Pattern],
    placed: Longs,
    level: float,
    n_draws: int,
    rng: np.random.Generator,
) -> list[Placement]:
    if len(placed) < 2:  # noqa: PLR2004 - nobody to differ from
        return []
    found = offsets.find(patterns, placed, level=level, n_draws=n_draws, rng=rng)
    return [
        placement for place, placement in enumerate(found) if not any(placement.is_rest_of(p) for p in found[:place])
    ]


def _tested(met: Flags) -> Longs:
    """Numbers of the people with enough images to be compared; `met` (n_people, n_images)."""
    return np.flatnonzero(met.sum(axis=1) >= MIN_IMAGES)


def _strength(convention: Convention) -> tuple[int, float, str]:
    return _ORDER[convention.kind], convention.p_value, convention.feature
