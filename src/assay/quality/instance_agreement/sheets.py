"""Everybody's marks as sheets, one per person and image, in an order that forgets who drew what in which sequence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.quality.agreement import check_authors
from assay.quality.boxes import Boxes
from assay.quality.errors import ItemsDifferError, MarksMisshapenError, ShapesDifferError
from assay.quality.marks import Longs, Marks
from assay.quality.masks import Masks
from assay.quality.rotated import RotatedBoxes

Floats = NDArray[np.float64]

_MIX = np.array([0.754877666246693, 0.569840290998053])  # two irrational steps; sums weighted by them tell sheets apart


@dataclass(frozen=True, eq=False)
class Sheets:
    """What each person drew on each image they were asked about, images with one person left out.

    Sheets are ordered by image and then by content; marks within a sheet by geometry and class. So nothing below
    depends on names or on the order in which people or marks came.

    Attributes:
        marks: one "item" per sheet.
        image: (n_sheets,) the image of each sheet, numbered from 0 among those with two people or more.
        people: (n_images,) sheets of each image.
        relative: the envelopes of `marks` as shares of their image.
        values: (n_marks, n_attributes) attribute values, NaN where there is none.
        group: (n_images,) images of one group are never compared as if they had nothing to do with each other.
    """

    marks: Marks
    image: Longs
    people: Longs
    relative: Boxes
    values: Floats
    group: Longs

    @property
    def n_images(self) -> int:
        """Images that at least two people were asked about."""
        return len(self.people)


def lay_out(
    authors: Mapping[str, Marks],
    assigned: Mapping[str, NDArray[np.bool_]] | None,
    sizes_px: ArrayLike | None,
    groups: ArrayLike | None,
    values: Sequence[Mapping[str, ArrayLike]],
) -> Sheets:
    """Put everybody's marks in order; see `instance_agreement` for the arguments."""
    names, shown = check_authors(authors, assigned)
    n_items = authors[names[0]].n_items
    people: Longs = np.array([shown[name] for name in names], np.int64).sum(axis=0)
    taken = [np.flatnonzero(shown[name] & (people > 1)) for name in names]
    marks = stack([authors[name].take(items) for name, items in zip(names, taken, strict=True)])
    item = np.concatenate(taken)
    table = _values(authors, names, taken, values)
    by_content = np.lexsort((marks.classes, *marks.sort_keys.T[::-1], marks.items))
    marks = marks._rows(marks.offsets, np.arange(marks.n_items), by_content)  # noqa: SLF001 - rows put in order, same room
    table = table[by_content]
    order = np.lexsort((*_fingerprints(marks, table).T, item))
    rows = _rows_of(marks, order)
    marks, table, item = marks.take(order), table[rows], item[order]
    kept, image = np.unique(item, return_inverse=True)
    group = np.arange(n_items) if groups is None else np.asarray(groups)
    if len(group) != n_items:
        raise ItemsDifferError(n_items, len(group))
    sizes = _sizes(marks, image, len(kept), None if sizes_px is None else np.asarray(sizes_px, np.float64), kept)
    return Sheets(
        marks=marks,
        image=image.astype(np.int64),
        people=people[kept],
        relative=_relative(marks, sizes[image]),
        values=table,
        group=np.unique(group[kept], return_inverse=True)[1].astype(np.int64),
    )


def _values(
    authors: Mapping[str, Marks], names: list[str], taken: list[Longs], values: Sequence[Mapping[str, ArrayLike]]
) -> Floats:
    columns = []
    for of_author in values:
        parts = []
        for name, items in zip(names, taken, strict=True):
            column = np.asarray(of_author[name], np.float64)
            if column.shape != (len(authors[name]),):
                raise MarksMisshapenError(f"{column.shape} values do not fit the {len(authors[name])} marks of {name}.")
            parts.append(column[_rows_of(authors[name], items)])
        columns.append(np.concatenate(parts))
    n_marks = sum(int(authors[name].counts[items].sum()) for name, items in zip(names, taken, strict=True))
    return np.column_stack(columns) if columns else np.empty((n_marks, 0))


def _rows_of(marks: Marks, items: Longs) -> Longs:
    """Rows of the marks on the given items, item by item."""
    counts = marks.counts[items]
    ends = np.cumsum(counts)
    return np.asarray(np.arange(counts.sum()) + np.repeat(marks.offsets[items] - (ends - counts), counts), np.int64)


def _fingerprints(marks: Marks, table: Floats) -> Floats:
    """(n_sheets, k) sums that differ between sheets of different content."""
    place = np.arange(len(marks)) - marks.offsets[marks.items]
    content = np.column_stack([marks.sort_keys, marks.classes, np.nan_to_num(table, nan=-1.0)])
    weights = [np.ones(len(marks)), *((place * step) % 1.0 for step in _MIX)]
    sums = [
        np.bincount(marks.items, column * weight, marks.n_items) for weight in weights[::-1] for column in content.T
    ]
    return np.column_stack([*sums, marks.counts])


def _sizes(marks: Marks, image: Longs, n_images: int, sizes: Floats | None, kept: Longs) -> Floats:
    """(n_images, 2) width and height; where they are not known, how far the furthest mark reaches."""
    if sizes is not None:
        if sizes.ndim != 2 or sizes.shape[1] != 2 or (sizes[kept] <= 0).any():  # noqa: PLR2004 - width and height
            raise MarksMisshapenError(f"Sizes of shape {sizes.shape} are not a positive width and height per item.")
        return sizes[kept]
    reach = np.zeros((n_images, 2))
    np.maximum.at(reach, image[marks.items], envelopes(marks)[:, 2:])
    drawn = (reach > 0).all(axis=1)
    reach[~drawn] = np.median(reach[drawn], axis=0) if drawn.any() else 1.0
    return reach


def _relative(marks: Marks, sizes: Floats) -> Boxes:
    shares = envelopes(marks) / np.tile(sizes, 2)[marks.items]
    empty = np.flatnonzero((shares[:, 2:] <= shares[:, :2]).any(axis=1))
    far = 10.0 + empty  # an empty mask matches nothing: each gets a place of its own beside all pictures
    shares[empty] = np.column_stack([far, far, far + 0.5, far + 0.5])
    return Boxes(marks.offsets, shares, marks.classes)


@singledispatch
def envelopes(marks: Marks) -> Floats:
    """(n, 4) enclosing boxes of areas, x_min y_min x_max y_max in pixels."""
    raise ShapesDifferError(type(marks).__name__, "areas: boxes, rotated boxes or masks")


@envelopes.register
def _(marks: Boxes) -> Floats:
    return marks.xyxy


@envelopes.register(RotatedBoxes)
@envelopes.register(Masks)
def _(marks: RotatedBoxes | Masks) -> Floats:
    return marks.envelopes


def stack(parts: Sequence[Marks]) -> Marks:
    """The items of several authors one after the other; all of one shape."""
    strangers = [part for part in parts if type(part) is not type(parts[0])]
    if strangers:
        raise ShapesDifferError(type(parts[0]).__name__, type(strangers[0]).__name__)
    return _stacked(parts[0], parts)


@singledispatch
def _stacked(first: Marks, parts: Sequence[Marks]) -> Marks:
    del parts
    raise ShapesDifferError(type(first).__name__, "areas: boxes, rotated boxes or masks")


@_stacked.register
def _(first: Boxes, parts: Sequence[Boxes]) -> Boxes:
    del first
    return Boxes(_offsets(parts), np.concatenate([p.xyxy for p in parts]), _classes(parts))


@_stacked.register
def _(first: RotatedBoxes, parts: Sequence[RotatedBoxes]) -> RotatedBoxes:
    del first
    return RotatedBoxes(_offsets(parts), np.concatenate([p.geometry for p in parts]), _classes(parts))


@_stacked.register
def _(first: Masks, parts: Sequence[Masks]) -> Masks:
    del first
    counts = np.concatenate([np.diff(p.run_starts) for p in parts])
    return Masks(
        _offsets(parts),
        np.concatenate([p.sizes for p in parts]),
        np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]),
        np.concatenate([p.starts for p in parts]),
        np.concatenate([p.ends for p in parts]),
        _classes(parts),
    )


def _offsets(parts: Sequence[Marks]) -> Longs:
    counts = np.concatenate([part.counts for part in parts])
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])


def _classes(parts: Sequence[Marks]) -> NDArray[np.int32]:
    return np.concatenate([part.classes for part in parts])
