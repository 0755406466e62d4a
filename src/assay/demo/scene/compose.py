"""One photograph of a tray: floor, shadows, mirror images and parts put together, then seen by a camera."""

from __future__ import annotations

from collections.abc import Sequence
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
_SOFT_FROM_PX = 0.6
_TONE_STEPS = 2048  # to one unit of light
_LIGHTEST = 4.0


@dataclass(frozen=True)
class Stamp:
    """One part's layers at its size in the picture; `x`, `y` is where the upper left corner lies, maybe outside."""

    x: int
    y: int
    layers: dict[str, Floats]


class SpriteShelf:
    """Sprites resized on demand and kept, since trays repeat a few sizes."""

    def __init__(self, sprites: Sequence[Sprite]) -> None:
        self._sprites = sprites
        self._sizes: dict[tuple[int, int, float], dict[str, Floats]] = {}

    def stamp(self, part: Placement, blur: float) -> Stamp:
        """The layers of `part` at its scale with mirror images softened by `blur` pixels, and where they go."""
        key = (part.pose, round(part.scale * 8), blur)
        if key not in self._sizes:
            size = (round(2 * HALF_WIDTH * part.scale), round((TOP + BOTTOM) * part.scale))
            sprite = self._sprites[part.pose]
            layers = {name: _resized(getattr(sprite, name), size) for name in _LAYERS}
            for name in ("mirror", "mirror_cover") if blur > _SOFT_FROM_PX else ():
                layers[name] = _blurred(layers[name], blur)
            self._sizes[key] = layers
        x, y = round(part.x_px - HALF_WIDTH * part.scale), round(part.y_px - TOP * part.scale)
        return Stamp(x, y, self._sizes[key])


def _resized(layer: Floats, size: tuple[int, int]) -> Floats:
    return np.asarray(Image.fromarray(layer).resize(size, Image.Resampling.BILINEAR), dtype=np.float32)


def _blurred(layer: Floats, radius: float) -> Floats:
    """A soft copy of a layer with values in [0, 2)."""
    image = Image.fromarray((np.clip(layer, 0, 2) * 127.5).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), dtype=np.float32) / np.float32(127.5)


def window(stamp: Stamp, size: tuple[int, int]) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Where a stamp meets the picture: slices into the picture and into the stamp (empty when it lies outside)."""
    h, w = stamp.layers["cover"].shape
    x0, y0 = max(stamp.x, 0), max(stamp.y, 0)
    x1, y1 = max(min(stamp.x + w, size[0]), x0), max(min(stamp.y + h, size[1]), y0)
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
        there, here = window(stamp, size)
        shade = 1 - np.float32(finish.shadow) * stamp.layers["shadow"][here]
        dark[there] *= shade * (1 - np.float32(0.55) * stamp.layers["contact"][here])
    picture *= dark[:, :, None]
    if finish.gloss >= MIRRORS_FROM:
        for part, stamp in zip(parts, stamps, strict=True):
            _add_mirror_image(picture, light, finish, part, stamp)
    for part, stamp in zip(parts, stamps, strict=True):
        there, here = window(stamp, size)
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
    there, here = window(stamp, (picture.shape[1], picture.shape[0]))
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
