"""What habits can be seen in: for each person and object, whether they drew it, how, and what kind of object it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.quality.boxes import Boxes
from assay.quality.clusters import cluster_boxes
from assay.quality.matching import match_boxes

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

TOUCHES_EDGE: Final = "touches_edge"
PARTLY_COVERED: Final = "partly_covered"
SMALL: Final = "small"
FEATURES: Final = (TOUCHES_EDGE, PARTLY_COVERED, SMALL)

EDGE_RATIO: Final = 0.004  # a side this near to the picture's edge, as a share of the picture's side, lies on it
COVERED_FROM: Final = 0.25
SAME_BOX: Final = 0.95  # a box covered more than this is a copy left behind, not a covered object
SMALL_SHARE: Final = 0.2
SAME_OBJECT_IOU: Final = 0.3  # low on purpose: a box with its reflection overlaps the object by .6 or less
_OTHERS_NEEDED: Final = 2


@dataclass(frozen=True, eq=False)
class Opportunities:
    """Rows of one person having met one object; all arrays of length N unless said otherwise.

    Attributes:
        people: names that `person` points into.
        person: who had the opportunity.
        image: which image it was on; rows of one image depend on each other.
        flags: (N, 3) bool, the object's kind in the order of `FEATURES`.
        missed: whether the person drew nothing there.
        reach: (N, 4) how far each side of the person's box lies outside the object's (left, top, right, bottom), in
            shares of the object's width or height; NaN where nothing was drawn or the object's side lies on the
            picture's edge.
        box: (N, 4) the object's box in pixels.
    """

    people: tuple[str, ...]
    person: NDArray[np.int64]
    image: NDArray[np.int64]
    flags: Flags
    missed: Flags
    reach: Floats
    box: Floats

    def __len__(self) -> int:
        return len(self.person)

    def where(self, keep: Flags) -> Opportunities:
        """The rows that `keep` marks."""
        return Opportunities(
            self.people,
            self.person[keep],
            self.image[keep],
            self.flags[keep],
            self.missed[keep],
            self.reach[keep],
            self.box[keep],
        )

    @classmethod
    def same_images(cls, parts: Sequence[Opportunities]) -> Opportunities:
        """The rows of several parts that number people and images alike, one part after the other."""
        return cls(
            parts[0].people,
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("person", "image", "flags", "missed", "reach", "box")
            ),
        )

    @classmethod
    def joined(cls, parts: Sequence[Opportunities]) -> Opportunities:
        """The rows of several sources about the same people, such as gold and overlapping work; images stay apart.

        Each part must name the same people in the same order.
        """
        if len({part.people for part in parts}) != 1:
            raise ValueError("the parts name different people")
        first_image = np.cumsum([0] + [int(part.image.max(initial=-1)) + 1 for part in parts[:-1]])
        moved = [replace(part, image=part.image + start) for part, start in zip(parts, first_image, strict=True)]
        return cls.same_images(moved)


def opportunities_on_gold(
    gold: Boxes, answers: Mapping[str, Boxes], shown: Mapping[str, ArrayLike], sizes_px: ArrayLike
) -> Opportunities:
    """Compare each person's marks with the signed answer.

    Args:
        gold: the known marks of the gold items.
        answers: each person's marks on the same items.
        shown: for each person (n_items,) bool, whether they answered the item.
        sizes_px: (n_items, 2) width and height of each item in pixels.
    """
    people = tuple(sorted(answers))
    sizes = np.asarray(sizes_px, np.float64).reshape(-1, 2)
    flags = object_flags(gold.xyxy, gold.items, sizes)
    on_edge = sides_on_edge(gold.xyxy, sizes[gold.items])
    rows = []
    for number, name in enumerate(people):
        met = np.asarray(shown[name], bool)[gold.items]
        matches = match_boxes(gold, answers[name], threshold=SAME_OBJECT_IOU, mode="class_agnostic")
        missed = matches.right_of_left < 0
        drawn = np.full((len(gold), 4), np.nan)
        drawn[~missed] = answers[name].xyxy[matches.right_of_left[~missed]]
        reach = _reach(gold.xyxy, drawn, on_edge)
        rows.append(_rows(people, number, gold.items, flags, missed, reach, gold.xyxy).where(met))
    return Opportunities.same_images(rows)


def opportunities_on_work(
    answers: Mapping[str, Boxes], shown: Mapping[str, ArrayLike], sizes_px: ArrayLike
) -> Opportunities:
    """Compare each person's marks with what the others agree on.

    An object counts for a person when at least two others drew it; its box is the median of the others' sides. So a
    person is never compared with themselves, and a thing one person invented is nobody's miss. Items that fewer than
    three people answered tell nothing and are left out.

    Args:
        answers: each person's marks, all over the same items.
        shown: for each person (n_items,) bool, whether they answered the item.
        sizes_px: (n_items, 2) width and height of each item in pixels.
    """
    people = tuple(sorted(answers))
    sizes = np.asarray(sizes_px, np.float64).reshape(-1, 2)
    clusters = cluster_boxes({name: answers[name] for name in people}, threshold=SAME_OBJECT_IOU)
    drawn = np.full((len(clusters), len(people), 4), np.nan)
    drawn[clusters.owners, clusters.authors] = clusters.xyxy
    asked = np.stack([np.asarray(shown[name], bool) for name in people], axis=1)[clusters.items]
    rows = []
    for number in range(len(people)):
        others = np.delete(drawn, number, axis=1)
        n_others = (~np.isnan(others[:, :, 0])).sum(axis=1)
        met = asked[:, number] & (n_others >= _OTHERS_NEEDED)
        boxes = np.nanmedian(others[met], axis=1)
        items = clusters.items[met]
        flags = object_flags(boxes, items, sizes)
        mine = drawn[met, number]
        reach = _reach(boxes, mine, sides_on_edge(boxes, sizes[items]))
        rows.append(_rows(people, number, items, flags, np.isnan(mine[:, 0]), reach, boxes))
    return Opportunities.same_images(rows)


def object_flags(boxes: Floats, items: NDArray[np.int64], sizes_px: Floats) -> Flags:
    """Tell of each object whether it touches the edge, is partly covered by another one, or is small.

    Args:
        boxes: (N, 4) x_min y_min x_max y_max in pixels.
        items: (N,) the item each lies on; objects of one item need not stand together.
        sizes_px: (n_items, 2) width and height of each item.

    Returns:
        (N, 3) in the order of `FEATURES`. Small is the lowest fifth by area of all the boxes given.
    """
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    small = areas <= np.quantile(areas, SMALL_SHARE) if len(areas) else np.zeros(0, bool)
    covered = np.zeros(len(boxes))
    order = np.argsort(items, kind="stable")
    for here in np.split(order, np.flatnonzero(np.diff(items[order])) + 1):
        covered[here] = _covered(boxes[here])
    edge = sides_on_edge(boxes, sizes_px[items]).any(axis=1)
    return np.stack([edge, covered >= COVERED_FROM, small], axis=1)


def _covered(boxes: Floats) -> Floats:
    low, high = np.maximum(boxes[:, None, :2], boxes[None, :, :2]), np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    np.fill_diagonal(shared, 0)
    shares = shared / np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)[:, None]
    shares[shares > SAME_BOX] = 0
    return np.asarray(shares.max(axis=1, initial=0.0), np.float64)


def sides_on_edge(boxes: Floats, sizes: Floats) -> Flags:
    """Tell of each box (N, 4) which sides lie on its picture's edge; `sizes` (N, 2) width and height in pixels."""
    near = EDGE_RATIO * sizes
    return np.concatenate([boxes[:, :2] <= near, boxes[:, 2:] >= sizes - near], axis=1)


def _reach(boxes: Floats, drawn: Floats, on_edge: Flags) -> Floats:
    extent = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    reach = np.concatenate([boxes[:, :2] - drawn[:, :2], drawn[:, 2:] - boxes[:, 2:]], axis=1) / extent
    reach[on_edge] = np.nan
    return np.asarray(reach, np.float64)


def _rows(
    people: tuple[str, ...],
    number: int,
    items: NDArray[np.int64],
    flags: Flags,
    missed: Flags,
    reach: Floats,
    boxes: Floats,
) -> Opportunities:
    return Opportunities(people, np.full(len(items), number, np.int64), items, flags, missed, reach, boxes)
