"""The published unit-based alpha, kept to check old numbers; it is no sound measure of agreement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from assay.kernel.estimate import Estimate
from assay.quality.agreement import check_authors
from assay.quality.clusters import cluster_marks
from assay.quality.intervals import mean_over_images
from assay.quality.marks import Marks
from assay.quality.matching import check_threshold


@dataclass(frozen=True, eq=False)
class UnitAlpha:
    """The mean of each item's alpha.

    Attributes:
        alpha: the mean over items, with Student's interval.
        by_item: (n_items,) alpha of each; NaN where fewer than two were asked or nothing was drawn.
    """

    alpha: Estimate
    by_item: NDArray[np.float64] = field(repr=False)


def unit_alpha(
    authors: Mapping[str, Marks],
    *,
    threshold: float = 0.5,
    assigned: Mapping[str, NDArray[np.bool_]] | None = None,
) -> UnitAlpha:
    """Measure agreement as published for instances: marks joined to units, "missing" as one more class.

    Nominal alpha of each item over its units, then the mean. Chance is wrong here, because empty places have no unit:
    random boxes of two people give -.92 and not 0, existence alone is about 0 at 5 % misses, and the number rises with
    the people. Use `instance_agreement`; this is for comparing with numbers made elsewhere.

    Args:
        authors: each person's marks over the same items.
        threshold: smallest mean IoU inside a unit.
        assigned: (n_items,) per author: which items they were asked to label; everything when left out.

    Reference: Tschirschwitz et al. (2022), "A Dataset for Analysing Complex Document Layouts in the Digital
    Humanities and its Evaluation with Krippendorff's Alpha", GCPR, section 4.
    """
    check_threshold("threshold", threshold)
    names, shown = check_authors(authors, assigned)
    clusters = cluster_marks(authors, threshold=threshold)
    kinds, code = np.unique(clusters.classes, return_inverse=True)
    counts = np.zeros((len(clusters), len(kinds) + 1))
    np.add.at(counts, (clusters.owners, code + 1), 1.0)
    asked = np.sum([shown[name] for name in names], axis=0)
    counts[:, 0] = asked[clusters.items] - counts.sum(axis=1)
    by_item = np.full(clusters.n_items, np.nan)
    offsets = clusters.offsets
    for item in np.flatnonzero((asked > 1) & (np.diff(offsets) > 0)):
        by_item[item] = _nominal(counts[offsets[item] : offsets[item + 1]])
    known = by_item[~np.isnan(by_item)]
    return UnitAlpha(mean_over_images(known, n=len(clusters)), by_item)


def _nominal(counts: NDArray[np.float64]) -> float:
    """Krippendorff's nominal alpha; 1 when only one value was ever given."""
    people, totals = counts.sum(axis=1), counts.sum(axis=0)
    n = totals.sum()
    expected = n**2 - (totals**2).sum()
    if expected == 0:
        return 1.0
    observed = ((people**2 - (counts**2).sum(axis=1)) / (people - 1)).sum()
    return float(1 - (n - 1) * observed / expected)
