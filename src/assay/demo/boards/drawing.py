"""Draws a printed board from a seed: tracks and pads on a lattice, and six kinds of defect with their boxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from assay.demo.boards.model import CLASSES
from assay.demo.truth import Box

SIDE_PX: Final = 256
ROOM_PX: Final = 5.0
"""What a box takes in around a defect, on every side."""
_APART_PX: Final = 12.0  # between the boxes of two defects
_TRIES: Final = 60
_TURN: Final = 0.3
_FILL: Final = 0.55
_SHORTEST: Final = 3
_WAYS: Final = ((1, 0), (0, 1), (-1, 0), (0, -1))

Pixels = NDArray[np.uint8]
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Line:
    """A product line: how its boards are laid out.

    Attributes:
        name: for files and people.
        pitch_px: distance of neighbouring tracks.
        track_px: width of a track.
        pad_px: radius of a pad.
    """

    name: str
    pitch_px: int
    track_px: int
    pad_px: int


COARSE = Line("line1", 21, 9, 9)
FINE = Line("line2", 16, 7, 6)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The tracks of one board: cells of the lattice in order, each cell on one track at most."""

    line: Line
    tracks: tuple[tuple[Cell, ...], ...]
    owner: NDArray[np.int16]

    def at(self, cell: Cell) -> tuple[float, float]:
        """The middle of a cell in pixels."""
        return cell[0] * float(self.line.pitch_px), cell[1] * float(self.line.pitch_px)


def lay_out(line: Line, rng: Generator) -> Layout:
    """Let tracks wander over the lattice until a good half of it is used."""
    n = SIDE_PX // line.pitch_px + 1
    owner = np.full((n, n), -1, np.int16)
    tracks: list[tuple[Cell, ...]] = []
    for _ in range(12 * n):
        if (owner >= 0).mean() >= _FILL:
            break
        path = _wander(owner, rng)
        if len(path) >= _SHORTEST:
            for cell in path:
                owner[cell] = len(tracks)
            tracks.append(tuple(path))
    return Layout(line, tuple(tracks), owner)


def _wander(owner: NDArray[np.int16], rng: Generator) -> list[Cell]:
    n = len(owner)
    start = int(rng.integers(1, n - 1)), int(rng.integers(1, n - 1))
    if owner[start] >= 0:
        return []
    path, way = [start], int(rng.integers(4))
    for _ in range(int(rng.integers(4, n))):
        if rng.random() < _TURN:
            way = (way + int(rng.choice([1, 3]))) % 4
        x, y = path[-1][0] + _WAYS[way][0], path[-1][1] + _WAYS[way][1]
        if not (1 <= x < n - 1 and 1 <= y < n - 1) or owner[x, y] >= 0 or (x, y) in path:
            break
        path.append((x, y))
    return path


def draw_copper(layout: Layout) -> Pixels:
    """(SIDE, SIDE) 0 where there is none, 255 where there is copper."""
    image = Image.new("L", (SIDE_PX, SIDE_PX), 0)
    pen, half = ImageDraw.Draw(image), layout.line.pad_px
    for track in layout.tracks:
        points = [layout.at(cell) for cell in track]
        pen.line(points, fill=255, width=layout.line.track_px, joint="curve")
        for x, y in (points[0], points[-1]):
            pen.ellipse([x - half, y - half, x + half, y + half], fill=255)
    return np.array(image)


def add_defects(layout: Layout, copper: Pixels, count: int, rng: Generator) -> tuple[Pixels, list[tuple[str, Box]]]:
    """Break a copy of the copper in up to `count` places; returns it with the class and box of each defect."""
    broken, found = copper.copy(), list[tuple[str, Box]]()
    for _ in range(count):
        kind = CLASSES[int(rng.integers(len(CLASSES)))]
        for _ in range(_TRIES):
            after = _BREAKS[kind](layout, broken, rng)
            box = None if after is None else _changed(broken, after)
            if after is not None and box is not None and _apart(box, found):
                broken = after
                found.append((kind, box))
                break
    return broken, found


def _changed(before: Pixels, after: Pixels) -> Box | None:
    """The box around what differs, with room; None when it is too little to be seen, or at the edge."""
    apart = before != after
    rows, columns = np.flatnonzero(apart.any(axis=1)), np.flatnonzero(apart.any(axis=0))
    if len(rows) < 4 or len(columns) < 4:  # noqa: PLR2004 - what a lens leaves of a thing
        return None
    box = (columns[0] - ROOM_PX, rows[0] - ROOM_PX, columns[-1] + 1 + ROOM_PX, rows[-1] + 1 + ROOM_PX)
    inside = min(box[0], box[1]) >= 0 and max(box[2], box[3]) <= SIDE_PX
    return (float(box[0]), float(box[1]), float(box[2]), float(box[3])) if inside else None


def _apart(box: Box, found: list[tuple[str, Box]]) -> bool:
    return all(
        box[0] > o[2] + _APART_PX or o[0] > box[2] + _APART_PX or box[1] > o[3] + _APART_PX or o[1] > box[3] + _APART_PX
        for _, o in found
    )


def _on_track(layout: Layout, rng: Generator) -> tuple[float, float, float, float]:
    """A place in the middle of a straight piece of track, and the direction of the track there."""
    track = layout.tracks[int(rng.integers(len(layout.tracks)))]
    k = int(rng.integers(len(track) - 1))
    (x0, y0), (x1, y1) = layout.at(track[k]), layout.at(track[k + 1])
    share = float(rng.uniform(0.3, 0.7))
    length = float(layout.line.pitch_px)
    return x0 + share * (x1 - x0), y0 + share * (y1 - y0), (x1 - x0) / length, (y1 - y0) / length


def _with(copper: Pixels, draw: Callable[[ImageDraw.ImageDraw], None]) -> Pixels:
    image = Image.fromarray(copper)
    draw(ImageDraw.Draw(image))
    return np.array(image)


def _disc(copper: Pixels, x: float, y: float, r: float, fill: int) -> Pixels:
    return _with(copper, lambda pen: pen.ellipse([x - r, y - r, x + r, y + r], fill=fill))


def _open(layout: Layout, copper: Pixels, rng: Generator) -> Pixels:
    x, y, dx, dy = _on_track(layout, rng)
    half, gap = layout.line.track_px / 2 + 1.5, float(rng.uniform(2.5, 4.5))
    across = [x - gap * abs(dx) - half * abs(dy), y - gap * abs(dy) - half * abs(dx)]
    beyond = [x + gap * abs(dx) + half * abs(dy), y + gap * abs(dy) + half * abs(dx)]
    return _with(copper, lambda pen: pen.rectangle([*across, *beyond], fill=0))


def _short(layout: Layout, copper: Pixels, rng: Generator) -> Pixels | None:
    """A bridge to the track beside, where there is one."""
    for a, b in _neighbours(layout, rng):
        (x0, y0), (x1, y1) = layout.at(a), layout.at(b)
        width = int(rng.integers(4, 7))
        return _with(copper, lambda pen: pen.line([x0, y0, x1, y1], fill=255, width=width))  # noqa: B023 - called at once
    return None


def _neighbours(layout: Layout, rng: Generator) -> Iterator[tuple[Cell, Cell]]:
    owner = layout.owner
    for _ in range(_TRIES):
        x, y = int(rng.integers(1, len(owner) - 1)), int(rng.integers(1, len(owner) - 1))
        dx, dy = _WAYS[int(rng.integers(2))]
        mine, theirs = owner[x, y], owner[x + dx, y + dy]
        if mine >= 0 and theirs >= 0 and mine != theirs:
            yield (x, y), (x + dx, y + dy)


def _mousebite(layout: Layout, copper: Pixels, rng: Generator) -> Pixels:
    x, y, dx, dy = _on_track(layout, rng)
    side, half = float(rng.choice([-1.0, 1.0])), layout.line.track_px / 2
    return _disc(copper, x - side * dy * half, y + side * dx * half, half * float(rng.uniform(0.75, 1.05)), 0)


def _spur(layout: Layout, copper: Pixels, rng: Generator) -> Pixels:
    x, y, dx, dy = _on_track(layout, rng)
    side, half = float(rng.choice([-1.0, 1.0])), layout.line.track_px / 2
    reach = half + float(rng.uniform(0.45, 0.6)) * (layout.line.pitch_px - layout.line.track_px)
    tip = (x - side * dy * reach, y + side * dx * reach)
    wide = float(rng.uniform(3.0, 4.5))
    foot = [(x + wide * dx, y + wide * dy), (x - wide * dx, y - wide * dy)]
    return _with(copper, lambda pen: pen.polygon([tip, *foot], fill=255))


def _copper(layout: Layout, copper: Pixels, rng: Generator) -> Pixels | None:
    """A splash of copper where nothing is near."""
    r = float(rng.uniform(3.5, 6.0))
    x, y = (float(v) for v in rng.uniform(14, SIDE_PX - 14, 2))
    reach = int(r + layout.line.pitch_px / 4)
    near = copper[int(y) - reach : int(y) + reach + 1, int(x) - reach : int(x) + reach + 1]
    if near.any():
        return None
    blob = _disc(copper, x, y, r, 255)
    return _disc(blob, x + float(rng.uniform(-3, 3)), y + float(rng.uniform(-3, 3)), r * 0.7, 255)


def _pin_hole(layout: Layout, copper: Pixels, rng: Generator) -> Pixels:
    track = layout.tracks[int(rng.integers(len(layout.tracks)))]
    x, y = layout.at(track[0] if rng.random() < 0.5 else track[-1])  # noqa: PLR2004 - a fair coin
    r = float(rng.uniform(2.2, 3.2))
    move = (layout.line.pad_px - r - 2) * rng.uniform(-1, 1, 2) * 0.7
    return _disc(copper, x + float(move[0]), y + float(move[1]), r, 0)


_BREAKS: dict[str, Callable[[Layout, Pixels, Generator], Pixels | None]] = {
    "open": _open,
    "short": _short,
    "mousebite": _mousebite,
    "spur": _spur,
    "copper": _copper,
    "pin-hole": _pin_hole,
}
