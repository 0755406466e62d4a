"""How careful each person's work is, apart from practices that differ."""

from __future__ import annotations

import numpy as np

from assay.kernel.estimate import Estimate
from assay.quality.convention.evidence import Evidence, Flags
from assay.quality.convention.features import Feature
from assay.quality.convention.model import PersonCare
from assay.quality.image_shares import share_by_image
from assay.quality.marks import Longs

_OTHERS = 2


def judge_care(evidence: Evidence, found: list[Feature], noise: list[Estimate]) -> tuple[PersonCare, ...]:
    """Misses where no practice differs, and noise of sides; one row a person in the order of names."""
    plain = np.ones(evidence.n_units, bool)
    for feature in found:
        plain &= ~feature.holds
    rows = meetings(evidence) & plain[evidence.cells.unit]
    met = evidence.asked & evidence.shared
    return tuple(
        PersonCare(
            name=name,
            n_images=int(met[number].sum()),
            misses=misses_of(evidence, rows & (evidence.cells.person == number)),
            noise=noise[number].value,
            unsteadiness=noise[number],
        )
        for number, name in enumerate(evidence.people)
    )


def meetings(evidence: Evidence) -> Flags:
    """(n_cells,) a person met a unit that at least two others drew, on an image of three people or more."""
    return evidence.shared[evidence.image[evidence.cells.unit]] & (evidence.others_drew >= _OTHERS)


def misses_of(evidence: Evidence, rows: Flags | Longs) -> Estimate:
    """Share of the given cells in which nothing was drawn, with an interval that allows for images."""
    cells = evidence.cells
    return share_by_image(~cells.drew[rows], evidence.image[cells.unit[rows]])
