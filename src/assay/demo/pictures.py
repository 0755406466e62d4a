"""Inspection pictures drawn from a seed, with labels that are right by construction.

Machined parts of three classes lie on trays under a lamp. Parts hide one another, are cut by the picture's edge and
are mirrored in glossy trays. Nothing is fetched and nothing is random but the seed.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from assay.demo.scene.compose import Camera, SpriteShelf, Stamp, compose, window
from assay.demo.scene.layout import Placement, place_parts
from assay.demo.scene.solids import Floats, Solid, poses
from assay.demo.scene.sprites import Sprite, draw_sprite
from assay.demo.scene.surfaces import FINISHES, MIRRORS_FROM, Finish, draw_floor, draw_texture, lamp_light
from assay.demo.truth import Box, TruthItem, TruthObject

GENERATOR = "assay-parts-1"
CLASSES = ("hex nut", "hex bolt", "bushing")
_SCALES = (64.0, 76.0, 90.0)
_PICTURES_PER_TRAY = 5
_SEEN_AT_LEAST = 0.28  # a part of which less can be seen is taken off the tray
_CUT_AT_MOST = 0.96  # a cut part lacks at least this much, so that the cut shows
_MARGIN_PX = 3  # a part either crosses the edge or stays this far from it
_EMPTY_SHARE = 0.03  # pictures of bare trays, since real belts have gaps
_SOLID = 0.5  # a pixel covered at least this much belongs to the part
_MIRRORED = 0.35  # mirror images paler than this are not noticed
_ECHO_UP_TO = 0.8  # what hangs lower is too pale to be taken in
_ECHO_FROM = 0.54  # a reflection must hang this far below the box, in shares of its height, to be taken in


@dataclass(frozen=True)
class DrawnPicture:
    """A picture file and what is true of it."""

    jpeg: bytes
    truth: TruthItem


@dataclass(frozen=True)
class _Scene:
    """Parts on a tray from back to front, with the mask of what can be seen of each (index + 1; 0 is floor)."""

    parts: list[Placement]
    stamps: list[Stamp]
    owner: NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class _Tray:
    """What the pictures of one tray share."""

    finish: Finish
    scale: float
    exposure: float
    warmth: float
    light: Floats
    texture: Floats


class PictureMaker:
    """Draws any number of pictures; the sprites are drawn once, in about a second."""

    def __init__(self, seed: int, *, width_px: int = 640, height_px: int = 480) -> None:
        self._seed = seed
        self._size = (width_px, height_px)
        self._camera = Camera(width_px, height_px)
        self._solids = poses()
        self._shelf = SpriteShelf(_sprites())
        self._trays: dict[int, _Tray] = {}

    def draw(self, numbers: Iterable[int]) -> Iterator[DrawnPicture]:
        """Draw the pictures of these numbers, five to a tray; each depends on the seed and its own number only."""
        with ThreadPoolExecutor(max_workers=2) as pool:  # drawing is array work that lets other threads run
            yield from pool.map(self._picture, numbers)

    def truths(self, numbers: Iterable[int]) -> list[TruthItem]:
        """What would be true of the pictures `draw` makes, without drawing them; a tenth of the time."""
        return [self._truth(number, self._scene(number)) for number in numbers]

    def _picture(self, number: int) -> DrawnPicture:
        scene, tray = self._scene(number), self._tray(number)
        floor = draw_floor(default_rng([self._seed, 3, number]), tray.finish, tray.light, tray.texture)
        picture = compose(floor, tray.light, tray.finish, scene.parts, scene.stamps)
        rng = default_rng([self._seed, 4, number])
        image = self._camera.photograph(rng, picture, exposure=tray.exposure, warmth=tray.warmth)
        out = io.BytesIO()
        image.save(out, "JPEG", quality=90)
        return DrawnPicture(out.getvalue(), self._truth(number, scene))

    def _truth(self, number: int, scene: _Scene) -> TruthItem:
        tray = number // _PICTURES_PER_TRAY
        return TruthItem(
            name=f"tray{tray:03d}_{number % _PICTURES_PER_TRAY + 1}.jpg",
            width_px=self._size[0],
            height_px=self._size[1],
            objects=tuple(self._objects(scene, self._tray(number).finish)),
            group_id=f"tray-{tray:03d}",
            origin=f"synthetic:{GENERATOR}:{self._seed}/{number}",
        )

    def _tray(self, number: int) -> _Tray:
        tray = number // _PICTURES_PER_TRAY
        if tray not in self._trays:
            self._trays[tray] = self._new_tray(tray)
        return self._trays[tray]

    def _new_tray(self, tray: int) -> _Tray:
        rng = default_rng([self._seed, 1, tray])
        finish = FINISHES[(tray + self._seed) % len(FINISHES)]
        return _Tray(
            finish=finish,
            scale=float(rng.choice(_SCALES)),
            exposure=float(rng.uniform(0.9, 1.15)),
            warmth=float(rng.uniform(-0.05, 0.09)),
            light=lamp_light(rng, *self._size),
            texture=draw_texture(rng, finish, *self._size),
        )

    def _scene(self, number: int) -> _Scene:
        """Place parts, then take away those of which too little, or an ambiguous sliver, can be seen."""
        tray, rng = self._tray(number), default_rng([self._seed, 2, number])
        count = 0 if rng.random() < _EMPTY_SHARE else int(rng.integers(8, 23))
        parts = place_parts(rng, self._solids, count=count, size=self._size, scale=tray.scale)
        parts.sort(key=lambda part: part.y_px)
        while True:
            scene = self._looked_at(parts, tray.finish.blur)
            keep = [i for i in range(len(parts)) if self._decent(scene, i)]
            if len(keep) == len(parts):
                return scene
            parts = [parts[i] for i in keep]

    def _looked_at(self, parts: list[Placement], blur: float) -> _Scene:
        stamps = [self._shelf.stamp(part, blur) for part in parts]
        owner = np.zeros((self._size[1], self._size[0]), dtype=np.int16)
        for i, stamp in enumerate(stamps):
            there, here = window(stamp, self._size, "cover")
            owner[there][stamp.layers["cover"][here] > _SOLID] = i + 1
        return _Scene(parts, stamps, owner)

    def _decent(self, scene: _Scene, i: int) -> bool:
        """Whether part `i` can be labelled without doubt: enough of it seen, clearly cut by the edge or clearly not."""
        full, inside, seen = _shares(scene, i, self._size)
        if seen < _SEEN_AT_LEAST * full or seen == 0:
            return False
        box, whole = _seen_box(scene, i, self._size)
        near_edge = min(box[0], box[1], self._size[0] - box[2], self._size[1] - box[3]) < _MARGIN_PX
        cut = inside < full
        return whole and near_edge == cut and (not cut or inside < _CUT_AT_MOST * full)

    def _objects(self, scene: _Scene, finish: Finish) -> Iterator[TruthObject]:
        for i, (part, stamp) in enumerate(zip(scene.parts, scene.stamps, strict=True)):
            full, inside, seen = _shares(scene, i, self._size)
            solid: Solid = self._solids[part.pose]
            box, _ = _seen_box(scene, i, self._size)
            whole = _box_of(stamp.layers["cover"] > _SOLID)
            yield TruthObject(
                label_class=solid.label_class,
                box=box,
                full_box=(whole[0] + stamp.x, whole[1] + stamp.y, whole[2] + stamp.x, whole[3] + stamp.y),
                touches_edge=inside < full,
                covered_share=round(1 - seen / inside, 4),
                small=False,
                echo_box=_echo(scene, i, box, self._size) if finish.gloss >= MIRRORS_FROM else None,
            )


@lru_cache(maxsize=1)
def _sprites() -> tuple[Sprite, ...]:
    """All parts in all poses; the same for every seed, so they are drawn once a process."""
    return tuple(draw_sprite(solid) for solid in poses())


def _shares(scene: _Scene, i: int, size: tuple[int, int]) -> tuple[int, int, int]:
    """Pixels of part `i`: in all, inside the picture, and seen."""
    cover = scene.stamps[i].layers["cover"] > _SOLID
    there, here = window(scene.stamps[i], size, "cover")
    return int(cover.sum()), int(cover[here].sum()), int((scene.owner[there] == i + 1).sum())


def _seen_box(scene: _Scene, i: int, size: tuple[int, int]) -> tuple[Box, bool]:
    """The box of what is seen of part `i`, and whether it is in one piece (torn parts have no clear box)."""
    there, _ = window(scene.stamps[i], size, "cover")
    mask = scene.owner[there] == i + 1
    x0, y0, x1, y1 = _box_of(mask)
    whole = np.count_nonzero(mask.any(axis=0)) == x1 - x0 and np.count_nonzero(mask.any(axis=1)) == y1 - y0
    left, top = there[1].start, there[0].start
    return (x0 + left, y0 + top, x1 + left, y1 + top), bool(whole)


def _box_of(mask: NDArray[np.bool_]) -> Box:
    """The box of the set pixels, half-open; the mask must not be empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def _echo(scene: _Scene, i: int, box: Box, size: tuple[int, int]) -> Box | None:
    """The box around part `i` and what can be seen of its mirror image; None when it hangs too little below."""
    there, here = window(scene.stamps[i], size, "mirror_cover")
    shown = (scene.stamps[i].layers["mirror_cover"][here] > _MIRRORED) & (scene.owner[there] == 0)
    if not shown.any():
        return None
    x0, _, x1, y1 = _box_of(shown)
    left, top = there[1].start, there[0].start
    height = box[3] - box[1]
    bottom = min(max(box[3], y1 + top), box[3] + _ECHO_UP_TO * height)
    if bottom - box[3] < _ECHO_FROM * height:
        return None
    return min(box[0], max(x0 + left, box[0] - 2)), box[1], max(box[2], min(x1 + left, box[2] + 2)), bottom
