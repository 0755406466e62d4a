"""Several people's labels on the same pictures, as the arrays the engine computes on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from assay.formats.paths import is_image
from assay.kernel.marks import BBOX, MASK, POLYGON, ROTATED_BBOX
from assay.quality import Boxes, Marks
from assay.reports.areas import AreaKind, area_kind, areas_of
from assay.reports.errors import NameTakenError, NothingInCommonError, UnknownClassError
from assay.reports.sources import Labels

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]

AREAS: Final = (BBOX, ROTATED_BBOX, POLYGON, MASK)
_SIDES: Final = ("x_min_px", "y_min_px", "x_max_px", "y_max_px")


@dataclass(frozen=True, eq=False)
class Work:
    """Marks of one or several authors, row by row, on an ordered list of pictures.

    Attributes:
        title: what was looked at, for people.
        sources: what was read, the first being the main one.
        items: names of the pictures.
        size_px: (n_items, 2) width and height, NaN where the files do not say.
        split: train, val, test or None of each picture.
        classes: class names; `label_class` counts from 0 among them.
        authors: names in order.
        asked: (n_authors, n_items) who labelled which picture. An author named inside the files counts as asked where
            they drew something: files do not tell who looked and drew nothing. A whole set is asked about all of its
            own pictures.
        knows: (n_authors, n_classes) classes that an author's set has at all; a set without a class says nothing about
            it.
        item: (n,) picture of each mark, ascending.
        author: (n,) author of each mark.
        label_class: (n,) class of each mark.
        shape: (n,) shape names.
        box: (n, 4) envelopes in pixels, NaN for tags.
        confidence: (n,) NaN for people.
        is_crowd: (n,) marks of many things at once.
        source: (n,) which source.
        row: (n,) row in that source's table of marks.
        elsewhere: source to how many of its pictures are not among the items.
    """

    title: str
    sources: tuple[Labels, ...]
    items: tuple[str, ...]
    size_px: Floats
    split: tuple[str | None, ...]
    classes: tuple[str, ...]
    authors: tuple[str, ...]
    asked: Flags
    knows: Flags
    item: Longs
    author: Longs
    label_class: Longs
    shape: NDArray[np.str_]
    box: Floats
    confidence: Floats
    is_crowd: Flags
    source: Longs
    row: Longs
    elsewhere: dict[str, int] = field(default_factory=dict)

    @property
    def n_items(self) -> int:
        """How many pictures there are."""
        return len(self.items)

    def __len__(self) -> int:
        return len(self.item)

    @cached_property
    def main_authors(self) -> list[int]:
        """Numbers of the authors of the main set."""
        return [int(number) for number in np.unique(self.author[self.source == 0])]

    @cached_property
    def is_area(self) -> Flags:
        """(n,) single things with an area, which is what boxes are compared on."""
        return np.isin(self.shape, AREAS) & ~self.is_crowd

    @cached_property
    def known_size_px(self) -> Floats:
        """(n_items, 2) sizes; where the files do not say, how far the furthest mark reaches."""
        reach = np.ones((self.n_items, 2))
        placed = ~np.isnan(self.box[:, 0])
        np.maximum.at(reach, self.item[placed], self.box[placed, 2:])
        return np.where(np.isnan(self.size_px), reach, self.size_px)

    def rows_of(self, author: int, *, classes: Iterable[int] | None = None, items: Flags | None = None) -> Longs:
        """Rows of one author's areas, by picture."""
        keep = self.is_area & (self.author == author)
        if classes is not None:
            keep &= np.isin(self.label_class, list(classes))
        if items is not None:
            keep &= items[self.item]
        return np.flatnonzero(keep)

    def boxes(self, rows: Longs) -> Boxes:
        """Envelopes of the given rows (ascending) as boxes over all pictures."""
        offsets = np.searchsorted(self.item[rows], np.arange(self.n_items + 1)).astype(np.int64)
        return Boxes(offsets, self.box[rows], self.label_class[rows].astype(np.int32))

    def areas(self, rows: Longs, kind: AreaKind) -> Marks:
        """The given rows (ascending) as boxes, rotated boxes or masks over all pictures."""
        if kind == "boxes":
            return self.boxes(rows)
        offsets = np.searchsorted(self.item[rows], np.arange(self.n_items + 1)).astype(np.int64)
        return areas_of(self._table(rows), offsets, self.known_size_px, self.label_class[rows], kind)

    @cached_property
    def area_kind(self) -> AreaKind:
        """How areas are best compared: `boxes`, `rotated` or `masks`; boxes when pictures have no known size."""
        return area_kind(set(np.unique(self.shape[self.is_area]).tolist()), self.size_px[self.item[self.is_area]])

    def attributes(self, rows: Longs) -> list[dict[str, Any]]:
        """The attributes of the given rows."""
        texts = self._table(rows)["attributes"].to_pylist()
        return [json.loads(text) if text else {} for text in texts]

    def mark_ids(self, rows: Longs) -> list[str]:
        """The ids of the given rows in their source."""
        ids: list[str] = self._table(rows)["mark"].to_pylist()
        return ids

    def _table(self, rows: Longs) -> pa.Table:
        """The given rows of the sources' tables, in the order asked for."""
        parts, places = [], []
        for number in np.unique(self.source[rows]).tolist():
            here = np.flatnonzero(self.source[rows] == number)
            parts.append(self.sources[number].label_set.marks.take(pa.array(self.row[rows[here]])))
            places.append(here)
        if not parts:
            return self.sources[0].label_set.marks.slice(0, 0)
        together = pa.concat_tables(parts)
        return together.take(pa.array(np.argsort(np.concatenate(places), kind="stable")))

    def class_numbers(self, names: Sequence[str]) -> list[int]:
        """Numbers of classes by name.

        Raises:
            UnknownClassError: there is no such class.
        """
        unknown = next((name for name in names if name not in self.classes), None)
        if unknown is not None:
            raise UnknownClassError(unknown, self.classes)
        return [self.classes.index(name) for name in names]

    def common_classes(self, authors: Sequence[int]) -> list[int]:
        """Classes that all of these authors' sets have."""
        return np.flatnonzero(self.knows[list(authors)].all(axis=0)).tolist()


def one_set(labels: Labels) -> Work:
    """The labels of one source, its authors as the files name them."""
    return together(labels, {}, main_name=None)


def together(
    main: Labels, others: Mapping[str, Labels], *, main_name: str | None = None, own_names: Iterable[str] = ()
) -> Work:
    """Put several sets of labels over the pictures of the main one.

    Args:
        main: decides which pictures there are.
        others: author to another set; all of its marks count as that author's.
        main_name: what the main set is called as an author; if None, its authors keep the names in the files.
        own_names: of the others, those whose authors keep the names in the files if there are several.

    Raises:
        NothingInCommonError: another set has none of the pictures.
        NameTakenError: another set has the name of an author in the main one.
    """
    builder = _Builder(main)
    builder.add(main, main_name, is_main=True)
    for name, labels in others.items():
        several = name in own_names and pc.count_distinct(labels.label_set.marks["author"]).as_py() > 1
        named = labels.label_set.marks["author"].unique().to_pylist() if several else [name]
        taken = next((author for author in named if author in builder.names), None)
        if taken is not None:
            raise NameTakenError(taken)
        builder.add(labels, None if several else name, is_main=False)
    return builder.build()


class _Builder:
    """Gathers sources one after the other."""

    def __init__(self, main: Labels) -> None:
        table = main.label_set.items
        self.items: list[str] = table["item"].to_pylist()
        self.split: list[str | None] = table["split"].to_pylist()
        self.size = np.column_stack([_numbers(table["width_px"]), _numbers(table["height_px"])])
        self.by_path, self.by_name, self.by_stem = _lookups(table["file_name"].to_pylist())
        self.classes: dict[str, int] = {}
        self.names: dict[str, int] = {}
        self.sources: list[Labels] = []
        self.parts: list[dict[str, NDArray[Any]]] = []
        self.asked: dict[int, Flags] = {}
        self.knows: dict[int, set[int]] = {}
        self.elsewhere: dict[str, int] = {}
        self.title = main.name

    def add(self, labels: Labels, author: str | None, *, is_main: bool) -> None:
        items, marks = labels.label_set.items, labels.label_set.marks
        place = np.arange(len(items)) if is_main else self._places(items["file_name"].to_pylist())
        if not is_main:
            if len(place) and not (place >= 0).any():
                raise NothingInCommonError(self.sources[0].name, labels.name)
            self.elsewhere[author or labels.name] = int((place < 0).sum())
            self._take_sizes(items, place)
        codes = np.array(
            [self.classes.setdefault(name, len(self.classes)) for name in labels.label_set.classes], np.int64
        )
        at = place[_index(marks["item"], items["item"])] if len(marks) else np.empty(0, np.int64)
        who = self._authors(marks, author)
        keep = np.flatnonzero(at >= 0)
        known = _index(marks["label_class"], pa.array(labels.label_set.classes, pa.string()))
        self.parts.append({
            "item": at[keep],
            "author": who[keep],
            "label_class": codes[known[keep]] if len(keep) else np.empty(0, np.int64),
            "shape": np.array(marks["shape"].to_pylist(), np.str_)[keep] if len(marks) else np.empty(0, np.str_),
            "box": np.column_stack([_numbers(marks[side]) for side in _SIDES])[keep],
            "confidence": _numbers(marks["confidence"])[keep],
            "is_crowd": np.array(marks["is_crowd"].to_pylist(), bool)[keep],
            "source": np.full(len(keep), len(self.sources)),
            "row": keep,
        })  # fmt: skip
        self.sources.append(labels)
        self._note_asked(author, place, at, who, set(codes.tolist()))

    def _note_asked(self, author: str | None, place: Longs, at: Longs, who: Longs, codes: set[int]) -> None:
        whole = np.zeros(len(self.items), bool)
        whole[place[place >= 0]] = True
        numbers = [self.names[author]] if author is not None else np.unique(who).tolist()
        if author is None and not numbers:
            numbers = [self.names.setdefault("imported", len(self.names))]
        for number in numbers:
            drew = np.zeros(len(self.items), bool)
            drew[at[(who == number) & (at >= 0)]] = True
            # One author in all: an empty label file is their answer, too.
            self.asked[number] = whole if author is not None or len(numbers) == 1 else drew
            self.knows[number] = codes

    def _authors(self, marks: pa.Table, author: str | None) -> Longs:
        if author is not None:
            return np.full(len(marks), self.names.setdefault(author, len(self.names)), np.int64)
        found = marks["author"].to_pylist()
        for name in sorted(set(found)):
            self.names.setdefault(name, len(self.names))
        return np.array([self.names[name] for name in found], np.int64)

    def _places(self, paths: list[str]) -> Longs:
        """Which picture each path means, -1 where none: by path, then by file name, then without its ending."""
        places = []
        for path in paths:
            pure = PurePosixPath(path)
            keys = ((self.by_path, path), (self.by_name, pure.name.casefold()), (self.by_stem, _stem(path)))
            places.append(next((lookup[key] for lookup, key in keys if lookup.get(key, -1) >= 0), -1))
        return np.array(places, np.int64)

    def _take_sizes(self, items: pa.Table, place: Longs) -> None:
        theirs = np.column_stack([_numbers(items["width_px"]), _numbers(items["height_px"])])
        for row, at in enumerate(place.tolist()):
            if at >= 0 and np.isnan(self.size[at]).any():
                self.size[at] = theirs[row]

    def build(self) -> Work:
        columns = {name: np.concatenate([part[name] for part in self.parts]) for name in self.parts[0]}
        order = np.lexsort((columns["row"], columns["source"], columns["author"], columns["item"]))
        names = sorted(self.names, key=lambda name: self.names[name])
        knows = np.zeros((len(names), len(self.classes)), bool)
        for number, codes in self.knows.items():
            knows[number, list(codes)] = True
        return Work(
            title=self.title,
            sources=tuple(self.sources),
            items=tuple(self.items),
            size_px=self.size,
            split=tuple(self.split),
            classes=tuple(self.classes),
            authors=tuple(names),
            asked=np.array([self.asked[number] for number in range(len(names))], bool).reshape(len(names), -1),
            knows=knows,
            elsewhere=self.elsewhere,
            **{name: column[order] for name, column in columns.items()},
        )


def _lookups(paths: list[str]) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Path, file name and file name without ending to the picture; -1 where two share it."""
    by_path = {path: place for place, path in enumerate(paths)}
    by_name: dict[str, int] = {}
    by_stem: dict[str, int] = {}
    for place, path in enumerate(paths):
        for lookup, key in ((by_name, PurePosixPath(path).name.casefold()), (by_stem, _stem(path))):
            lookup[key] = -1 if key in lookup else place
    return by_path, by_name, by_stem


def _stem(path: str) -> str:
    """The file name without the ending of a picture; names without one are kept whole."""
    name = PurePosixPath(path).name
    return (PurePosixPath(name).stem if is_image(name) else name).casefold()


def _numbers(column: pa.ChunkedArray) -> Floats:
    """A column as float64, NaN for null."""
    return np.asarray(pc.cast(column, pa.float64()).fill_null(np.nan).to_numpy(), np.float64)


def _index(values: pa.ChunkedArray, among: pa.ChunkedArray | pa.Array) -> Longs:
    whole = among.combine_chunks() if isinstance(among, pa.ChunkedArray) else among
    return np.asarray(pc.index_in(values, value_set=whole).to_numpy(), np.int64)


def parse_who(pairs: Sequence[str]) -> dict[str, Path]:
    """`NAME=PATH` arguments as names and paths.

    Raises:
        NameTakenError: a name is missing or comes twice.
    """
    found: dict[str, Path] = {}
    for pair in pairs:
        name, sign, path = pair.partition("=")
        if not sign or not name.strip() or not path or name in found:
            raise NameTakenError(name)
        found[name] = Path(path)
    return found
