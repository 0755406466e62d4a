"""What kind of object a unit is: yes or no questions in families with several cuts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.quality.boxes import Boxes
from assay.quality.convention.evidence import Evidence, Flags, Floats
from assay.quality.similarity import similar_pairs

EDGE, SMALL, LARGE, COVERED, ELONGATED, CROWDED, CLASS, FLAG = (
    "edge", "small", "large", "covered", "elongated", "crowded", "class", "flag",
)  # fmt: skip
SIZE: Final = "size"

EDGE_CUTS: Final = (0.004, 0.015)  # distance of the nearest side, in shares of the image's side
SMALL_CUTS: Final = (0.10, 0.20, 0.33, 0.50)  # shares of all units
LARGE_CUT: Final = 0.20
COVERED_CUTS: Final = (0.10, 0.25, 0.50)
LEFTOVER: Final = 0.95  # covered more than this: a copy left behind, no covered object
ELONGATED_CUTS: Final = (1.8, 2.5)
CROWDED_SHARE: Final = 0.25


@dataclass(frozen=True, eq=False)
class Feature:
    """A yes or no question about units.

    Attributes:
        kind: `edge`, `small`, `large`, `covered`, `elongated`, `crowded`, `class` or `flag`.
        family: cuts of one family answer the same question more or less strictly; one of them is enough.
        cut: where the line is drawn; pixels for sizes, a class number for classes.
        name: flag or nothing.
        holds: (n_units,) the answer.
    """

    kind: str
    family: str
    cut: float
    name: str
    holds: Flags

    @property
    def key(self) -> str:
        """A short stable name, such as `edge` or `class:2`."""
        if self.kind == CLASS:
            return f"class:{int(self.cut)}"
        return f"flag:{self.name}" if self.kind == FLAG else self.kind


def describe(evidence: Evidence, counted: Flags) -> list[Feature]:
    """Ask all questions of every unit.

    Args:
        evidence: the units.
        counted: (n_units,) units that count as objects; quantiles and covering objects are taken from these.
    """
    return [
        *_edge(evidence),
        *_size(evidence, counted),
        *_covered(evidence, counted),
        *_elongated(evidence),
        *_crowded(evidence, counted),
        *(
            Feature(CLASS, f"class:{c}", float(c), "", evidence.label_class == c)
            for c in np.unique(evidence.label_class[counted]).tolist()
        ),
        *(Feature(FLAG, f"flag:{name}", 0.5, name, holds) for name, holds in sorted(evidence.flags.items())),
    ]


def finer(evidence: Evidence, counted: Flags, feature: Feature) -> list[Feature]:
    """The same question with many more cuts, to draw the line where people draw it; just the feature if it has none."""
    if feature.kind == EDGE:
        return _edge(evidence, (0.001, 0.002, 0.004, 0.008, 0.015, 0.03))
    if feature.kind == COVERED:
        return _covered(evidence, counted, tuple(np.arange(0.05, 0.85, 0.05).tolist()))
    if feature.kind == ELONGATED:
        return _elongated(evidence, tuple(np.arange(1.2, 4.0, 0.1).tolist()))
    if feature.family == SIZE:
        extent = evidence.box[:, 2:] - evidence.box[:, :2]
        by_area, by_short_side = side_px(evidence.box), extent.min(axis=1, initial=np.inf)
        return [*_lines(feature.kind, by_area, counted), *_lines(feature.kind, by_short_side, counted)]
    return [feature]


def _lines(kind: str, side: Floats, counted: Flags) -> list[Feature]:
    """Many cuts along one way to measure size: people go by the area or by the short side."""
    lines = np.unique(np.quantile(side[counted], np.arange(0.03, 0.98, 0.02))).tolist()
    if kind == SMALL:
        return [Feature(SMALL, SIZE, line, "", side <= line) for line in lines]
    return [Feature(LARGE, SIZE, line, "", side >= line) for line in lines]


def _edge(evidence: Evidence, cuts: tuple[float, ...] = EDGE_CUTS) -> list[Feature]:
    near = edge_distance(evidence.box, evidence.size_px).min(axis=1)
    return [Feature(EDGE, EDGE, cut, "", near <= cut) for cut in cuts]


def edge_distance(box: Floats, size_px: Floats) -> Floats:
    """(n, 4) distance of each side from the edge it faces, in shares of the image's width or height."""
    return np.asarray(np.hstack([box[:, :2] / size_px, 1 - box[:, 2:] / size_px]), np.float64)


def _size(evidence: Evidence, counted: Flags) -> list[Feature]:
    side = side_px(evidence.box)
    if not counted.any():
        return []
    lines = np.quantile(side[counted], [*SMALL_CUTS, 1 - LARGE_CUT])
    small = [Feature(SMALL, SIZE, float(line), "", side <= line) for line in lines[:-1]]
    return [*small, Feature(LARGE, SIZE, float(lines[-1]), "", side >= lines[-1])]


def side_px(box: Floats) -> Floats:
    """(n,) the side of a square of the same area, in pixels."""
    return np.asarray(np.sqrt(np.prod(box[:, 2:] - box[:, :2], axis=1)), np.float64)


def _covered(evidence: Evidence, counted: Flags, cuts: tuple[float, ...] = COVERED_CUTS) -> list[Feature]:
    share = covered_share(evidence.box, evidence.image, counted)
    return [Feature(COVERED, COVERED, cut, "", share >= cut) for cut in cuts]


def covered_share(box: Floats, image: NDArray[np.int64], covering: Flags) -> Floats:
    """(n,) the largest share of each box that one other box of its image covers; leftover copies are not counted.

    Boxes must be sorted by image.
    """
    n_images = int(image[-1]) + 1 if len(image) else 0
    edges = np.arange(n_images + 1)
    rows = np.flatnonzero(covering)
    nothing = np.zeros(len(box), np.int32)
    every = Boxes(np.searchsorted(image, edges).astype(np.int64), box, nothing)
    above = Boxes(np.searchsorted(image[rows], edges).astype(np.int64), box[rows], nothing[rows])
    pairs = similar_pairs(every, above)
    area = np.prod(box[:, 2:] - box[:, :2], axis=1)
    own = area[pairs.rows]
    shared = pairs.values * (own + area[rows][pairs.cols]) / (1 + pairs.values) / own
    shared[(shared > LEFTOVER) | (rows[pairs.cols] == pairs.rows)] = 0
    share = np.zeros(len(box))
    np.maximum.at(share, pairs.rows, shared)
    return share


def _elongated(evidence: Evidence, cuts: tuple[float, ...] = ELONGATED_CUTS) -> list[Feature]:
    extent = evidence.box[:, 2:] - evidence.box[:, :2]
    aspect = extent.max(axis=1, initial=0) / extent.min(axis=1, initial=np.inf) if len(extent) else np.empty(0)
    return [Feature(ELONGATED, ELONGATED, cut, "", aspect >= cut) for cut in cuts]


def _crowded(evidence: Evidence, counted: Flags) -> list[Feature]:
    per_image = np.bincount(evidence.image[counted], minlength=evidence.n_images)
    drawn = per_image[per_image > 0]
    if len(drawn) == 0:
        return []
    line = float(np.quantile(drawn, 1 - CROWDED_SHARE))
    return [Feature(CROWDED, CROWDED, line, "", per_image[evidence.image] >= line)]
