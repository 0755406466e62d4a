"""Masks of one author on many items, held as runs of set pixels; polygons become masks at the size of their image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.kernel import native_masks
from assay.quality.errors import MarkInvalidError, MarksMisshapenError
from assay.quality.marks import Longs, Marks, whole_numbers

Ring = Sequence[float] | NDArray[np.float64]  # x0 y0 x1 y1 ..., or (n, 2)
Polygon = Sequence[Sequence[Ring]]  # parts; of each part the outer ring first, then its holes

LARGEST_IMAGE: Final = 2**31 - 1  # pixels
FARTHEST_PX: Final = 1e8
FEWEST_POINTS: Final = 3


@dataclass(frozen=True, eq=False)
class Rings:
    """Outlines of many polygons as plain arrays, as Arrow holds nested lists.

    Attributes:
        points: (n_points, 2) float64, x and y in pixels.
        ring_points: (n_rings + 1,) int64, where each ring's points begin; a ring closes by itself.
        is_hole: (n_rings,) uint8, 1 where a ring is cut out of the outer ring before it.
        mask_rings: (n + 1,) int64, where each polygon's rings begin.
    """

    points: NDArray[np.float64]
    ring_points: Longs
    is_hole: NDArray[np.uint8]
    mask_rings: Longs

    @classmethod
    def of(cls, polygons: Sequence[Polygon]) -> Self:
        """Flatten nested lists."""
        parts = [part for polygon in polygons for part in polygon]
        rings = [np.asarray(ring, np.float64).ravel() for part in parts for ring in part]
        odd = next((ring for ring in rings if len(ring) % 2), None)
        if odd is not None:
            raise MarksMisshapenError(f"A ring has {len(odd)} numbers, which are no pairs of x and y.")
        return cls(
            points=np.concatenate([np.empty(0), *rings]).reshape(-1, 2),
            ring_points=_offsets([len(ring) // 2 for ring in rings]),
            is_hole=np.array([place > 0 for part in parts for place in range(len(part))], np.uint8),
            mask_rings=_offsets([sum(len(part) for part in polygon) for polygon in polygons]),
        )


@dataclass(frozen=True, eq=False)
class Masks(Marks):
    """Masks of one author over an ordered list of items (see `Marks`).

    A pixel's number is x * height + y, as in COCO. The runs of mask m are the entries `run_starts[m]` up to
    `run_starts[m + 1]` of `starts` and `ends`; they ascend, and neither are empty nor touch. A mask may be empty.

    Attributes:
        offsets: (n_items + 1,) int64.
        sizes: (n_items, 2) int32, height and width of each item.
        run_starts: (n + 1,) int64.
        starts: (n_runs,) int32, first pixel of each run.
        ends: (n_runs,) int32, the pixel after each run.
        classes: (n,) int32.
    """

    offsets: Longs
    sizes: NDArray[np.int32]
    run_starts: Longs
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    classes: NDArray[np.int32]

    def __post_init__(self) -> None:
        sizes = whole_numbers("Sizes", self.sizes, np.int32)
        self._set(
            offsets=whole_numbers("Offsets", self.offsets, np.int64),
            sizes=sizes.reshape(0, 2) if sizes.size == 0 else sizes,
            run_starts=whole_numbers("Run starts", self.run_starts, np.int64),
            starts=whole_numbers("Starts", self.starts, np.int32),
            ends=whole_numbers("Ends", self.ends, np.int32),
            classes=whole_numbers("Classes", self.classes, np.int32),
        )
        self._check_rows(len(self.run_starts) - 1)
        check_sizes(self.sizes, self.n_items)
        self._check_runs()

    @classmethod
    def from_rle(cls, offsets: ArrayLike, sizes: ArrayLike, texts: Sequence[str | bytes], classes: ArrayLike) -> Self:
        """Read COCO's run-length strings, one per mask, each over the whole item."""
        offsets = whole_numbers("Offsets", offsets, np.int64)
        sizes = check_sizes(sizes, len(offsets) - 1)
        codes = [text.encode() if isinstance(text, str) else text for text in texts]
        starts = _offsets([len(code) for code in codes])
        per_mask = _size_of_each(offsets, sizes, len(codes))
        letters = np.frombuffer(b"".join(codes), np.uint8)
        run_starts, begins, ends, wrong = native_masks.read_rle(letters, starts, per_mask)
        if wrong >= 0:
            item = int(np.searchsorted(offsets, wrong, side="right")) - 1
            height, width = sizes[item].tolist()
            need = f"run lengths that add up to {height} x {width}, in COCO's compressed letters"
            shown = codes[wrong][:40].decode("ascii", "replace")
            raise MarkInvalidError("mask", repr(shown), item=item, row=wrong - int(offsets[item]), need=need)
        return cls._from_kernel(offsets, sizes, (run_starts, begins, ends), classes)

    @classmethod
    def from_rings(cls, offsets: ArrayLike, sizes: ArrayLike, rings: Rings, classes: ArrayLike) -> Self:
        """Fill polygons at the size of their item, to the bit as COCO's reference code does.

        The outer rings of a mask are joined; a hole is cut out of the outer ring before it. A ring that crosses itself
        is filled by the even-odd rule. What lies outside the image is cut off.
        """
        offsets = whole_numbers("Offsets", offsets, np.int64)
        sizes = check_sizes(sizes, len(offsets) - 1)
        _check_rings(rings, offsets)
        per_mask = _size_of_each(offsets, sizes, len(rings.mask_rings) - 1)
        runs = native_masks.rasterise(rings.points, rings.ring_points, rings.is_hole, rings.mask_rings, per_mask)
        return cls._from_kernel(offsets, sizes, runs, classes)

    @classmethod
    def from_polygons(
        cls, offsets: ArrayLike, sizes: ArrayLike, polygons: Sequence[Polygon], classes: ArrayLike
    ) -> Self:
        """As `from_rings`, from lists: of each polygon its parts, of each part its outer ring and then its holes."""
        return cls.from_rings(offsets, sizes, Rings.of(polygons), classes)

    @classmethod
    def from_bitmaps(cls, offsets: ArrayLike, bitmaps: Sequence[NDArray[Any]], classes: ArrayLike) -> Self:
        """Read full-size pictures, anything but 0 being set; every item needs at least one mask to give its size."""
        offsets = whole_numbers("Offsets", offsets, np.int64)
        edges = [
            np.flatnonzero(np.diff(np.concatenate([[0], (bitmap != 0).ravel(order="F"), [0]]).astype(np.int8)))
            for bitmap in bitmaps
        ]
        if len(bitmaps) == 0 or (np.diff(offsets) == 0).any():
            raise MarksMisshapenError("An item has no bitmap that would give its size.")
        sizes = np.array([bitmaps[first].shape for first in offsets[:-1]], np.int32)
        for row, bitmap in enumerate(bitmaps):
            item = int(np.searchsorted(offsets, row, side="right")) - 1
            if bitmap.shape != tuple(sizes[item]):
                raise MarksMisshapenError(f"Bitmap {row} is {bitmap.shape}, the others of its item {sizes[item]}.")
        flat = np.concatenate([np.empty(0, np.int64), *edges])
        run_starts = _offsets([len(edge) // 2 for edge in edges])
        return cls(offsets, sizes, run_starts, flat[0::2], flat[1::2], np.asarray(classes))

    @classmethod
    def _from_kernel(
        cls, offsets: Longs, sizes: NDArray[np.int32], runs: native_masks.Masks, classes: ArrayLike
    ) -> Self:
        """The kernel's own runs are right by construction; the classes are the caller's."""
        made = cls._trusted(
            offsets=offsets,
            sizes=sizes,
            run_starts=runs[0],
            starts=runs[1],
            ends=runs[2],
            classes=whole_numbers("Classes", classes, np.int32),
        )
        made._check_rows(len(runs[0]) - 1)  # noqa: SLF001 - it is one of us
        return made

    @property
    def runs(self) -> native_masks.Masks:
        """Run starts, starts and ends, as the kernel reads them."""
        return self.run_starts, self.starts, self.ends

    @cached_property
    def areas(self) -> Longs:
        """(n,) set pixels of each mask."""
        return self._measures[0]

    @cached_property
    def envelopes(self) -> NDArray[np.float64]:
        """(n, 4) enclosing boxes, x_min y_min x_max y_max; all 0 for an empty mask."""
        return self._measures[1]

    @cached_property
    def _measures(self) -> tuple[Longs, NDArray[np.float64]]:
        return native_masks.measure_masks(self.runs, np.ascontiguousarray(self.sizes[self.items, 0]))

    def runs_of(self, row: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Starts and ends of the runs of one mask."""
        here = slice(self.run_starts[row], self.run_starts[row + 1])
        return self.starts[here], self.ends[here]

    def to_rle(self) -> list[str]:
        """COCO's run-length string of every mask."""
        areas = self.sizes.astype(np.int64).prod(axis=1)[self.items]
        return [native_masks.write_rle(self.runs_of(row), int(area)).decode() for row, area in enumerate(areas)]

    def to_bitmap(self, row: int) -> NDArray[np.bool_]:
        """(height, width) picture of one mask."""
        height, width = self.sizes[self.items[row]].tolist()
        change = np.zeros(height * width + 1, np.int8)
        starts, ends = self.runs_of(row)
        change[starts] += 1
        change[ends] -= 1
        return np.asarray(np.cumsum(change[:-1]).astype(np.bool_).reshape(width, height).T)

    @property
    def sort_keys(self) -> NDArray[np.float64]:
        """(n, 6) enclosing box, area, and the sum of where runs begin."""
        owner = np.repeat(np.arange(len(self)), np.diff(self.run_starts))
        begins = np.bincount(owner, self.starts, len(self))
        return np.column_stack([self.envelopes, self.areas, begins])

    def _rows(self, offsets: Longs, items: Longs, rows: Longs) -> Self:
        counts = np.diff(self.run_starts)[rows]
        run_starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        runs = np.arange(run_starts[-1]) + np.repeat(self.run_starts[rows] - run_starts[:-1], counts)
        return self._trusted(
            offsets=offsets,
            sizes=self.sizes[items],
            run_starts=run_starts,
            starts=self.starts[runs],
            ends=self.ends[runs],
            classes=self.classes[rows],
        )

    def _check_runs(self) -> None:
        if self.run_starts[0] != 0 or (np.diff(self.run_starts) < 0).any() or self.run_starts[-1] != len(self.starts):
            raise MarksMisshapenError(
                f"Run starts end at {self.run_starts[-1]}, but there are {len(self.starts)} runs."
            )
        if len(self.starts) != len(self.ends):
            raise MarksMisshapenError(f"There are {len(self.starts)} starts of runs and {len(self.ends)} ends.")
        owner = np.repeat(np.arange(len(self)), np.diff(self.run_starts))
        limit = self.sizes.astype(np.int64).prod(axis=1)[self.items[owner]]
        right = (self.starts >= 0) & (self.starts < self.ends) & (self.ends <= limit)
        right[1:] &= (self.starts[1:] > self.ends[:-1]) | (owner[1:] != owner[:-1])
        if not right.all():
            run = int(np.argmin(right))
            need = "ascending runs inside the image that neither are empty nor touch"
            shown = f"a run from {self.starts[run]} to {self.ends[run]}"
            raise MarkInvalidError("mask", shown, need=need, **self._locate(int(owner[run])))


def _offsets(counts: Sequence[int]) -> Longs:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.asarray(counts, np.int64))])


def check_sizes(sizes: ArrayLike, n_items: int) -> NDArray[np.int32]:
    """Heights and widths (n_items, 2) as int32; refuses sizes of 0 and images of 2**31 pixels or more."""
    array = whole_numbers("Sizes", sizes, np.int32)
    array = array.reshape(0, 2) if array.size == 0 else array
    if array.shape != (n_items, 2):
        raise MarksMisshapenError(f"Sizes of shape {array.shape} are not ({n_items}, 2).")
    if array.size and (array.min() < 1 or array.astype(np.int64).prod(axis=1).max() > LARGEST_IMAGE):
        raise MarksMisshapenError("An item has no height or width, or 2**31 pixels or more.")
    return array


def _size_of_each(offsets: Longs, sizes: NDArray[np.int32], n: int) -> NDArray[np.int32]:
    """(n, 2) the size of every mask's item."""
    if offsets[-1] != n or (np.diff(offsets) < 0).any():
        raise MarksMisshapenError(f"Offsets end at {offsets[-1]}, but there are {n} masks.")
    return np.repeat(sizes, np.diff(offsets), axis=0)


def _check_rings(rings: Rings, offsets: Longs) -> None:
    sizes = np.diff(rings.ring_points)
    wrong = sizes < FEWEST_POINTS
    far = ~(np.abs(rings.points) <= FARTHEST_PX).all(axis=1)
    wrong[np.searchsorted(rings.ring_points, np.flatnonzero(far), side="right") - 1] = True
    if wrong.any():
        number = int(np.argmax(wrong))
        mask = int(np.searchsorted(rings.mask_rings, number, side="right")) - 1
        item = int(np.searchsorted(offsets, mask, side="right")) - 1
        ring = rings.points[rings.ring_points[number] : rings.ring_points[number + 1]]
        need = "rings of at least three points, finite and within a hundred million pixels"
        shown = f"a ring {ring[:4].tolist()} of {len(ring)} points"
        raise MarkInvalidError("polygon", shown, item=item, row=mask - int(offsets[item]), need=need)
