"""Instance-level agreement: what it is made of, and its value with an interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.kernel import native
from assay.kernel.estimate import Estimate, nothing_measured
from assay.quality.errors import UnknownNameError
from assay.quality.instance_agreement.drawing import Drawn, Statistic, Sums, draw_images, without_spread
from assay.quality.instance_agreement.model import Attribute, InstanceAgreement
from assay.quality.instance_agreement.pairs import (
    MARKS,
    N_COLUMNS,
    PAIR_IOU,
    PAIRS,
    SAME_CLASS,
    SAME_CLASS_IOU,
    Observed,
    by_chance,
    observe,
)
from assay.quality.instance_agreement.sheets import Sheets, lay_out
from assay.quality.instance_agreement.values import attribute_alpha
from assay.quality.marks import Marks
from assay.quality.matching import check_threshold

Floats = NDArray[np.float64]

N_REPLICATES: Final = 1000
ACCIDENTAL_GAP: Final = 0.8  # 1 - IoU of marks that match by accident, in shares of 1 - threshold
_LEVELS: Final = ("nominal", "ordinal", "interval")


def instance_agreement(
    authors: Mapping[str, Marks],
    *,
    rng: np.random.Generator,
    threshold: float = 0.5,
    assigned: Mapping[str, NDArray[np.bool_]] | None = None,
    sizes_px: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    attributes: Mapping[str, Attribute] | None = None,
    n_replicates: int = N_REPLICATES,
) -> InstanceAgreement:
    """Measure agreement on areas beyond chance, in parts that answer to their own fault only.

    Every two people asked about an image are matched one to one for the largest total IoU, classes not looked at; pairs
    on an image with m people weigh 1 / (m - 1). Disagreement is D = 1 - 2 X / marks with X the matched pairs
    (existence), those of one class (existence and class) or their IoU (total); an image both left empty is agreement on
    one thing. The expected disagreement E is the same for sheets of two different images, coordinates being shares of
    the image, and alpha = 1 - D / E. Geometry compares the mean of 1 - IoU of matched pairs with 0.8 (1 - threshold),
    which is what accidental matches have. Jitter past the threshold turns into existence: look at thresholds .3, .5
    and .7 together.

    Args:
        authors: each person's boxes, rotated boxes or masks over the same items.
        rng: seeded generator, for the pairs of images compared by chance and for the intervals.
        threshold: smallest IoU that matches.
        assigned: (n_items,) per author: which items they were asked to label; everything when left out. Assigned and
            left empty is an opinion, not assigned is none.
        sizes_px: (n_items, 2) width and height; when left out, how far the furthest mark of an item reaches.
        groups: (n_items,) equal for near-duplicates and pictures of one physical object: never compared by chance.
        attributes: name to attribute; on matched pairs where both marks have a value.
        n_replicates: draws for the intervals.

    Order of people and of marks does not matter, to the last bit. Below 10 images there are values without intervals;
    on one image there is no chance level, hence no alpha.

    Reference: Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", with sets of marks as values;
    docs/quality.md has the tables.
    """
    check_threshold("threshold", threshold)
    asked = dict(attributes or {})
    for attribute in asked.values():
        if attribute.level not in _LEVELS:
            raise UnknownNameError("level of measurement", attribute.level, _LEVELS)
    sheets = lay_out(authors, assigned, sizes_px, groups, [attribute.values for attribute in asked.values()])
    observed, chance = observe(sheets, threshold), by_chance(sheets, threshold, rng)
    classes = _class_columns(sheets, observed)
    table = np.hstack([observed.sums, _weight_columns(sheets, observed), classes])
    drawn = draw_images(table, chance[:PAIR_IOU], rng, n_replicates)
    measured = _Parts(drawn, len(sheets.marks), len(observed.iou), threshold)
    undefined = dict(measured.why_undefined(sheets))
    alphas = {
        name: attribute_alpha(sheets, observed, number, attribute.level, rng, n_replicates)
        for number, (name, attribute) in enumerate(asked.items())
    }
    undefined |= {name: _NO_VALUES for name, alpha in alphas.items() if alpha.value is None}
    expected = measured.expected()
    return InstanceAgreement(
        existence=measured.alpha(PAIRS, "alpha-existence"),
        existence_and_class=measured.alpha(SAME_CLASS, "alpha-existence-and-class"),
        total=measured.alpha(SAME_CLASS_IOU, "alpha-total"),
        label_class=measured.label_class(),
        geometry=measured.geometry(),
        attributes=alphas,
        lost_existence=measured.lost(None, PAIRS, "lost-existence"),
        lost_class=measured.lost(PAIRS, SAME_CLASS, "lost-class"),
        lost_geometry=measured.lost(SAME_CLASS, SAME_CLASS_IOU, "lost-geometry"),
        by_chance=expected,
        undefined=undefined,
        threshold=threshold,
        n_pairs=observed.n_pairs,
        backend=native.BACKEND,
    )


_NO_VALUES: Final = "no two matched marks have different values that could have disagreed"
_WEIGHT = N_COLUMNS  # sum of the weights of matched pairs
_CLASSES = N_COLUMNS + 1  # weight of pairs of one class, then the weight of marks of each class in matched pairs


def _weight_columns(sheets: Sheets, observed: Observed) -> Floats:
    return np.asarray(np.bincount(observed.image, observed.weight, sheets.n_images)[:, None], np.float64)


def _class_columns(sheets: Sheets, observed: Observed) -> Floats:
    """(n_images, 1 + n_classes) weight of pairs of one class, and of the marks of each class in matched pairs."""
    kinds, code = np.unique(sheets.marks.classes, return_inverse=True)
    first, second = code[observed.first], code[observed.second]
    same = np.bincount(observed.image, observed.weight * (first == second), sheets.n_images)
    cells = np.concatenate([observed.image * len(kinds) + first, observed.image * len(kinds) + second])
    counts = np.bincount(cells, np.tile(observed.weight, 2), sheets.n_images * len(kinds))
    return np.column_stack([same, counts.reshape(sheets.n_images, len(kinds))])


class _Parts:
    """Every part of agreement as a function of sums over images."""

    def __init__(self, drawn: Drawn, n_marks: int, n_matched: int, threshold: float) -> None:
        self._drawn, self._n_marks, self._n_matched, self._threshold = drawn, n_marks, n_matched, threshold

    def alpha(self, column: int, method: str) -> Estimate:
        """1 - D / E for one of the sums over pairs."""
        if self._drawn.whole.chance.shape[1] == 0:
            return nothing_measured(method, n=self._n_marks, n_items=self._drawn.n_images)

        def value(sums: Sums) -> Floats:
            return np.asarray(1 - _disagreement(sums.observed, column) / _disagreement(sums.chance, column))

        expected = float(_disagreement(self._drawn.whole.chance, column)[0])
        measured = self._measured(value, self._n_marks, method)
        return without_spread(measured, 1 / expected if expected > 0 else 1.0)

    def lost(self, before: int | None, column: int, method: str) -> Estimate:
        """Share of agreement lost between two of the sums; `before` is None for the first loss."""

        def value(sums: Sums) -> Floats:
            earlier = 0.0 if before is None else _disagreement(sums.observed, before)
            return np.asarray(_disagreement(sums.observed, column) - earlier)

        return self._measured(value, self._n_marks, method)

    def label_class(self) -> Estimate:
        """Krippendorff's nominal alpha of the classes of matched pairs."""

        def value(sums: Sums) -> Floats:
            same, counts = sums.observed[:, _CLASSES], sums.observed[:, _CLASSES + 1 :]
            total = counts.sum(axis=1)
            expected = total**2 - (counts**2).sum(axis=1)
            gone = (expected <= 1e-9 * total**2) | (total <= 1)  # one class only; less than one pair counted
            return np.asarray(np.where(gone, np.nan, 1 - (total - 1) * (total - 2 * same) / expected))

        return without_spread(self._measured(value, 2 * self._n_matched, "alpha-class"), 1.0)

    def geometry(self) -> Estimate:
        """How much closer matched pairs are than accidental ones."""
        accidental = ACCIDENTAL_GAP * (1 - self._threshold)
        if accidental == 0:
            return nothing_measured("alpha-geometry", n=2 * self._n_matched, n_items=self._drawn.n_images)

        def value(sums: Sums) -> Floats:
            return np.asarray(1 - (1 - sums.observed[:, PAIR_IOU] / sums.observed[:, _WEIGHT]) / accidental)

        return without_spread(self._measured(value, 2 * self._n_matched, "alpha-geometry"), 1 - self._threshold)

    def expected(self) -> tuple[float, float, float] | None:
        """Disagreement by chance: existence, existence and class, total."""
        chance = self._drawn.whole.chance
        if chance.shape[1] == 0:
            return None
        existence, both, total = (float(_disagreement(chance, c)[0]) for c in (PAIRS, SAME_CLASS, SAME_CLASS_IOU))
        return existence, both, total

    def why_undefined(self, sheets: Sheets) -> dict[str, str]:
        """Part to the reason why it has no value."""
        if sheets.n_images == 0:
            return dict.fromkeys(_ALL, "no image was labelled by two people")
        reasons: dict[str, str] = {}
        if self._drawn.whole.chance.shape[1] == 0:
            reasons |= dict.fromkeys(_CHANCE, "there are no two images to tell what chance would give")
        elif min(self.expected() or ()) <= 0:
            reasons |= dict.fromkeys(_CHANCE, "sheets of different images agree fully, so nobody could disagree")
        if self._n_matched == 0:
            reasons |= dict.fromkeys(("label_class", "geometry"), "no two marks match")
        elif self.label_class().value is None:
            reasons["label_class"] = "all matched marks have one class, so nobody could disagree"
        return reasons

    def _measured(self, value: Statistic, n: int, method: str) -> Estimate:
        return self._drawn.estimate(value, n=n, method=method)


_CHANCE: Final = ("existence", "existence_and_class", "total")
_ALL: Final = (*_CHANCE, "label_class", "geometry")


def _disagreement(sums: Floats, column: int) -> Floats:
    """1 - 2 X / marks; both kinds of sums have these columns first."""
    return np.asarray(1 - 2 * sums[:, column] / sums[:, MARKS])
