"""Who drew what, unit by unit: the evidence on which practices are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.quality.agreement import check_authors
from assay.quality.boxes import Boxes
from assay.quality.clusters import cluster_boxes
from assay.quality.errors import ItemsDifferError, MarksMisshapenError
from assay.quality.marks import Longs

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

JOIN_IOU: Final = 0.3  # low on purpose: a box with its reflection overlaps the object alone by about .7, a loose one .6
ENOUGH_PEOPLE: Final = 3  # with two, a lone mark is one's miss or the other's invention, and nothing tells which


@dataclass(frozen=True, eq=False)
class Cells:
    """One row for each person asked about a unit, by unit, then by person.

    Attributes:
        unit: (n,) which unit.
        person: (n,) who.
        drew: (n,) whether they drew it.
        box: (n, 4) what they drew, NaN where nothing.
        label_class: (n,) the class they named, -1 where nothing.
    """

    unit: Longs
    person: Longs
    drew: Flags
    box: Floats
    label_class: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.unit)

    def where(self, keep: Flags) -> Cells:
        """The rows that `keep` marks."""
        return Cells(self.unit[keep], self.person[keep], self.drew[keep], self.box[keep], self.label_class[keep])


@dataclass(frozen=True, eq=False)
class Evidence:
    """Marks of different people joined to units, at most one of each person (see `cluster_boxes`).

    Attributes:
        people: names in order.
        image: (n_units,) image of each unit.
        box: (n_units, 4) median of each side over the people who drew it.
        label_class: (n_units,) the class most of them named, the lowest of equals.
        size_px: (n_units, 2) width and height of its image.
        flags: flag to (n_units,) whether at least half of those who drew it set the flag.
        cells: who was asked about each unit and what they did.
        asked: (n_people, n_images) who was asked about which image.
    """

    people: tuple[str, ...]
    image: Longs
    box: Floats
    label_class: NDArray[np.int32]
    size_px: Floats
    flags: dict[str, Flags]
    cells: Cells
    asked: Flags

    @property
    def n_units(self) -> int:
        """How many units there are."""
        return len(self.image)

    @property
    def n_images(self) -> int:
        """How many images there are."""
        return int(self.asked.shape[1])

    @cached_property
    def n_drew(self) -> Longs:
        """(n_units,) people who drew each unit."""
        return np.bincount(self.cells.unit, self.cells.drew, self.n_units).astype(np.int64)

    @cached_property
    def shared(self) -> Flags:
        """(n_images,) images that at least three people were asked about."""
        return np.asarray(self.asked.sum(axis=0) >= ENOUGH_PEOPLE)

    @cached_property
    def others_drew(self) -> Longs:
        """(n_cells,) how many other people drew the unit."""
        return np.asarray(self.n_drew[self.cells.unit] - self.cells.drew, np.int64)


def gather(
    authors: Mapping[str, Boxes],
    sizes_px: ArrayLike | None,
    *,
    assigned: Mapping[str, Flags] | None,
    flags: Mapping[str, Mapping[str, ArrayLike]],
) -> Evidence:
    """Join the marks to units; see `find_conventions` for the arguments."""
    names, shown = check_authors(authors, assigned)
    clusters = cluster_boxes({name: authors[name] for name in names}, threshold=JOIN_IOU)
    n_units, n_people = len(clusters), len(names)
    asked = np.array([shown[name] for name in names])
    unit, person = np.nonzero(asked.T[clusters.items])
    owner, author = clusters.owners, clusters.authors
    row_of = np.full(n_units * n_people, -1, np.int64)
    row_of[owner * n_people + author] = np.arange(len(owner))
    row = row_of[unit * n_people + person]
    drew = row >= 0
    box = np.where(drew[:, None], clusters.xyxy[row], np.nan) if len(owner) else np.empty((len(row), 4))
    named = np.where(drew, clusters.classes[row], -1) if len(owner) else np.empty(0, np.int32)
    medians = _medians(clusters.xyxy, owner, n_units)
    flagged = {}
    for flag, of_author in flags.items():
        members = np.empty(len(owner))
        for number, name in enumerate(names):
            values = np.asarray(of_author[name], np.float64)
            if values.shape != (len(authors[name]),):
                raise MarksMisshapenError(f"{values.shape} flags do not fit the {len(authors[name])} marks of {name}.")
            mine = author == number
            members[mine] = values[clusters.rows[mine]]
        flagged[flag] = np.bincount(owner, members, n_units) >= 0.5 * clusters.sizes
    return Evidence(
        people=tuple(names),
        image=clusters.items,
        box=medians,
        label_class=_most_named(owner, clusters.classes, n_units),
        size_px=_sizes(authors, names, sizes_px)[clusters.items],
        flags=flagged,
        cells=Cells(unit, person, drew, box, named.astype(np.int32)),
        asked=asked,
    )


def _medians(boxes: Floats, owner: Longs, n_units: int) -> Floats:
    """(n_units, 4) the median of each side over the members; of an even number, the mean of the middle two."""
    out = np.empty((n_units, 4))
    sizes = np.bincount(owner, minlength=n_units)
    ends = np.cumsum(sizes)
    low, high = ends - sizes + (sizes - 1) // 2, ends - sizes + sizes // 2
    for side in range(4):
        ordered = boxes[np.lexsort((boxes[:, side], owner)), side]
        out[:, side] = (ordered[low] + ordered[high]) / 2
    return out


def _most_named(owner: Longs, classes: NDArray[np.int32], n_units: int) -> NDArray[np.int32]:
    if len(owner) == 0:
        return np.empty(0, np.int32)
    kinds, code = np.unique(classes, return_inverse=True)
    votes = np.bincount(owner * len(kinds) + code, minlength=n_units * len(kinds)).reshape(n_units, len(kinds))
    return np.asarray(kinds[votes.argmax(axis=1)], np.int32)


def _sizes(authors: Mapping[str, Boxes], names: list[str], sizes_px: ArrayLike | None) -> Floats:
    """(n_images, 2) width and height; where they are not known, how far the furthest mark reaches."""
    n_images = authors[names[0]].n_items
    if sizes_px is not None:
        sizes = np.asarray(sizes_px, np.float64)
        if len(sizes) != n_images:
            raise ItemsDifferError(n_images, len(sizes))
        if sizes.shape != (n_images, 2) or not (sizes > 0).all():
            raise MarksMisshapenError(f"Sizes of shape {sizes.shape} are not a positive width and height per item.")
        return sizes
    reach = np.ones((n_images, 2))
    for name in names:
        np.maximum.at(reach, authors[name].items, authors[name].xyxy[:, 2:])
    return reach
