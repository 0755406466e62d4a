"""One photograph of a tray: floor, shadows, mirror images and parts put together, then seen by a camera."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from assay.demo.scene.layout import Placement
from assay.demo.scene.solids import Floats
from assay.demo.scene.sprites import BOTTOM, HALF_WIDTH, TOP, Sprite
from assay.demo.scene.surfaces import MIRRORS_FROM, Finish, Picture

_LAYERS = ("cover", "metal", "bounce", "mirror", "mirror_cover", "shadow", "contact")
_MIRROR_LAYERS = frozenset({"mirror", "mirror_cover"})
_SOFT_FROM_PX = 0.6
_EMPTY = 1 / 255
_TONE_STEPS = 2048  # to one unit of light
_LIGHTEST = 4.0


class Layers(Mapping[str, Floats]):
    """The layers of a sprite at one size, each resized when it is first asked for; labels need only two of them."""

    def __init__(self, sprite: Sprite, scale: float, blur: float) -> None:
        self._sprite, self._blur = sprite, blur
        self._size = (round(2 * HALF_WIDTH * scale), round((TOP + BOTTOM) * scale))
        self._made: dict[str, Floats] = {}
        self._extents: dict[str, tuple[slice, slice]] = {}

    def __getitem__(self, name: str) -> Floats:
        """The layer of this name."""
        if name not in self._made:
            layer = _resized(getattr(self._sprite, name), self._size)
            soft = name in _MIRROR_LAYERS and self._blur > _SOFT_FROM_PX
            self._made[name] = _blurred(layer, self._blur) if soft else layer
        return self._made[name]

    def extent(self, name: str) -> tuple[slice, slice]:
        """The part of the square in which the layer of this name is not empty."""
        if name not in self._extents:
            filled = self[name] > _EMPTY
            rows, columns = np.flatnonzero(filled.any(axis=1)), np.flatnonzero(filled.any(axis=0))
            self._extents[name] = (
                slice(int(rows[0]), int(rows[-1]) + 1) if len(rows) else slice(0, 0),
                slice(int(columns[0]), int(columns[-1]) + 1) if len(columns) else slice(0, 0),
            )
        return self._extents[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_LAYERS)

    def __len__(self) -> int:
        return len(_LAYERS)


@dataclass(frozen=True)
class Stamp:
    """One part's layers at its size in the picture; `x`, `y` is where the upper left corner lies, maybe outside."""

    x: int
    y: int
    layers: Layers


class SpriteShelf:
    """Sprites resized on demand and kept, since trays repeat a few sizes."""

    def __init__(self, sprites: Sequence[Sprite]) -> None:
        self._sprites = sprites
        self._sizes: dict[tuple[int, int, float], Layers] = {}

    def stamp(self, part: Placement, blur: float) -> Stamp:
        """The layers of `part` at its scale with mirror images softened by `blur` pixels, and where they go."""
        key = (part.pose, round(part.scale * 8), blur)
        if key not in self._sizes:
            self._sizes[key] = Layers(self._sprites[part.pose], part.scale, blur)
        x, y = round(part.x_px - HALF_WIDTH * part.scale), round(part.y_px - TOP * part.scale)
        return Stamp(x, y, self._sizes[key])


def _resized(layer: Floats, size: tuple[int, int]) -> Floats:
    return np.asarray(Image.fromarray(layer).resize(size, Image.Resampling.BILINEAR), dtype=np.float32)


def _blurred(layer: Floats, radius: float) -> Floats:
    """A soft copy of a layer with values in [0, 2)."""
    image = Image.fromarray((np.clip(layer, 0, 2) * 127.5).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), dtype=np.float32) / np.float32(127.5)


def window(stamp: Stamp, size: tuple[int, int], layer: str) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Where a stamp's layer meets the picture: slices into picture and stamp, maybe empty ones."""
    rows, columns = stamp.layers.extent(layer)
    x0, y0 = min(max(stamp.x + columns.start, 0), size[0]), min(max(stamp.y + rows.start, 0), size[1])
    x1, y1 = max(min(stamp.x + columns.stop, size[0]), x0), max(min(stamp.y + rows.stop, size[1]), y0)
    there = (slice(y0, y1), slice(x0, x1))
    return there, (slice(y0 - stamp.y, y1 - stamp.y), slice(x0 - stamp.x, x1 - stamp.x))


def compose(
    floor: Picture, light: NDArray[np.float32], finish: Finish, parts: Sequence[Placement], stamps: Sequence[Stamp]
) -> Picture:
    """Put the parts on a copy of the floor; `parts` from the back to the front. Linear light."""
    picture = floor.copy()
    size = (floor.shape[1], floor.shape[0])
    colour = np.asarray(finish.colour, dtype=np.float32)
    dark = np.ones(light.shape, dtype=np.float32)
    for stamp in stamps:
        for name, depth in (("shadow", finish.shadow), ("contact", 0.55)):
            there, here = window(stamp, size, name)
            dark[there] *= 1 - np.float32(depth) * stamp.layers[name][here]
    picture *= dark[:, :, None]
    if finish.gloss >= MIRRORS_FROM:
        for part, stamp in zip(parts, stamps, strict=True):
            _add_mirror_image(picture, light, finish, part, stamp)
    for part, stamp in zip(parts, stamps, strict=True):
        there, here = window(stamp, size, "cover")
        layer = {name: stamp.layers[name][here] for name in ("cover", "metal", "bounce")}
        tint = np.asarray(part.metal, dtype=np.float32)
        glint = np.clip(layer["metal"] - 0.95, 0, 1)[:, :, None]  # glints keep the lamp's colour
        look = layer["metal"][:, :, None] * tint + glint * (1 - tint) * 0.8
        look = look + (layer["bounce"][:, :, None] * (colour * 1.3 + 0.02)) * tint
        cover = layer["cover"][:, :, None]
        picture[there] = picture[there] * (1 - cover) + look * light[there][:, :, None] * cover
    return picture


def _add_mirror_image(
    picture: Picture, light: NDArray[np.float32], finish: Finish, part: Placement, stamp: Stamp
) -> None:
    there, here = window(stamp, (picture.shape[1], picture.shape[0]), "mirror_cover")
    cover, look = stamp.layers["mirror_cover"], stamp.layers["mirror"]
    strength = (cover[here] * np.float32(finish.gloss))[:, :, None]
    tint = np.asarray(part.metal, dtype=np.float32)
    image = look[here][:, :, None] * tint * light[there][:, :, None]
    picture[there] = picture[there] * (1 - 0.75 * strength) + image * strength * 0.8


def _tone_table() -> NDArray[np.uint8]:
    """Light in steps of 1 / `_TONE_STEPS` to a camera's 8 bits: soft shoulder, gamma 2.2."""
    light = np.arange(round(_LIGHTEST * _TONE_STEPS), dtype=np.float64) / _TONE_STEPS
    tone = (1 - np.exp(-1.55 * light)) / 0.94
    return (np.clip(tone, 0, 1) ** (1 / 2.2) * 255 + 0.5).astype(np.uint8)


class Camera:
    """Turns linear light into what a camera writes: lens blur, tone, shot noise, white balance."""

    def __init__(self, width: int, height: int) -> None:
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        off = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) * 2
        self._vignette = (1 - 0.22 * off)[:, :, None].astype(np.float32)
        self._noise = default_rng(5).standard_normal((height + 211, width + 307, 3), dtype=np.float32)
        self._tone = _tone_table()

    def photograph(self, rng: Generator, picture: Picture, *, exposure: float, warmth: float) -> Image.Image:
        """Take one picture; `exposure` around 1, `warmth` above 0 is redder."""
        height, width = picture.shape[:2]
        balance = np.asarray([exposure * (1 + warmth), exposure, exposure * (1 - warmth)], dtype=np.float32)
        seen = picture * (self._vignette * balance)
        seen += _glow(seen)
        np.maximum(seen, 0, out=seen)
        dy, dx = int(rng.integers(211)), int(rng.integers(307))
        noise = self._noise[dy : dy + height, dx : dx + width]
        seen += noise * np.sqrt(seen * np.float32(0.0005) + np.float32(0.000008))
        steps = np.clip(seen * _TONE_STEPS, 0, self._tone.size - 1).astype(np.intp)
        image = Image.fromarray(self._tone[steps])
        return image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.25, 0.6))))


def _glow(seen: Picture) -> Picture:
    """The soft halo a lens puts around highlights."""
    bright = np.clip(seen[2::4, 2::4] - 0.9, 0, 1)
    small = Image.fromarray((bright * 255).astype(np.uint8))
    soft = small.filter(ImageFilter.GaussianBlur(3)).resize((seen.shape[1], seen.shape[0]), Image.Resampling.BILINEAR)
    return np.asarray(soft, dtype=np.float32) * np.float32(0.35 / 255)
