"""The trays that parts lie on: colour, texture, gloss and lamp light, drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFilter

from assay.demo.scene.solids import Floats

Picture = Floats  # (H, W, 3), linear light, 1 is the camera's white


@dataclass(frozen=True)
class Finish:
    """How one kind of tray looks.

    Attributes:
        name: what a person would call it.
        colour: linear RGB of the bare surface.
        gloss: how bright mirror images are, 0 to 1; below `MIRRORS_FROM` none is seen.
        blur: softness of mirror images, in pixels.
        grain: texture: `plain`, `brushed`, `rubber` or `woven`.
        shadow: how dark shadows are, 0 to 1.
    """

    name: str
    colour: tuple[float, float, float]
    gloss: float
    blur: float
    grain: str
    shadow: float


MIRRORS_FROM = 0.12

FINISHES = (
    Finish("black acrylic", (0.006, 0.0065, 0.008), 0.62, 0.5, "plain", 0.55),
    Finish("brushed steel", (0.215, 0.22, 0.23), 0.34, 1.6, "brushed", 0.62),
    Finish("green belt", (0.018, 0.070, 0.052), 0.0, 0.0, "rubber", 0.78),
    Finish("white glazed tray", (0.500, 0.495, 0.480), 0.30, 0.8, "plain", 0.58),
    Finish("blue mat", (0.020, 0.050, 0.125), 0.0, 0.0, "woven", 0.74),
    Finish("oiled slate", (0.040, 0.039, 0.037), 0.46, 1.0, "plain", 0.6),
)


def cloud(rng: Generator, width: int, height: int, cell: float, stretch: float = 1.0) -> Floats:
    """Smooth noise of mean 0 and deviation about 1 with blobs of `cell` pixels, drawn out sideways by `stretch`."""
    small = (max(3, round(width / (cell * stretch)) + 2), max(3, round(height / cell) + 2))
    values = rng.standard_normal((small[1], small[0])).astype(np.float32)
    image = Image.fromarray(values).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image, dtype=np.float32) * np.float32(1.4)


def _grain(rng: Generator, finish: Finish, width: int, height: int) -> Floats:
    """Relative brightness of the bare surface, around 1."""
    grain: Floats
    fine = rng.standard_normal((height, width)).astype(np.float32)
    if finish.grain == "brushed":
        streaks = cloud(rng, width, height, 1.2, 90) + 0.6 * cloud(rng, width, height, 2.5, 40)
        grain = 1 + 0.055 * streaks + 0.05 * cloud(rng, width, height, 130)
    elif finish.grain == "rubber":
        bumps = np.abs(cloud(rng, width, height, 4)) + 0.5 * np.abs(cloud(rng, width, height, 9))
        grain = 0.85 + 0.16 * bumps + 0.05 * fine + 0.06 * cloud(rng, width, height, 90)
    elif finish.grain == "woven":
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        x = x + 1.5 * cloud(rng, width, height, 60)
        y = y + 1.5 * cloud(rng, width, height, 60)
        weave = np.sin(x * 0.9) * np.sin(y * 1.15) + 0.35 * np.sin((x + y) * 0.45)
        grain = 1 + 0.17 * weave + 0.06 * fine + 0.06 * cloud(rng, width, height, 110)
    else:
        grain = 1 + 0.035 * cloud(rng, width, height, 140) + 0.02 * cloud(rng, width, height, 12) + 0.012 * fine
    return grain


def _scratches(rng: Generator, finish: Finish, width: int, height: int) -> Floats:
    """Fine bright lines and dust, as light to add."""
    sheet = Image.new("L", (width * 2, height * 2), 0)
    pen = ImageDraw.Draw(sheet)
    for _ in range(int(rng.integers(4, 16)) if finish.grain in {"plain", "brushed"} else 2):
        x, y = rng.uniform(0, width * 2), rng.uniform(0, height * 2)
        angle, length = rng.uniform(0, np.pi), rng.uniform(30, 320)
        bend = rng.uniform(-0.15, 0.15)
        middle = (x + np.cos(angle + bend) * length / 2, y + np.sin(angle + bend) * length / 2)
        end = (x + np.cos(angle) * length, y + np.sin(angle) * length)
        pen.line([(x, y), middle, end], fill=int(rng.integers(25, 110)), width=1)
    for _ in range(int(rng.integers(40, 160))):
        x, y, r = rng.uniform(0, width * 2), rng.uniform(0, height * 2), rng.uniform(0.4, 1.9)
        pen.ellipse([x - r, y - r, x + r, y + r], fill=int(rng.integers(40, 190)))
    soft = sheet.reduce(2)
    return np.asarray(soft, dtype=np.float32) / np.float32(255)


def _swarf(rng: Generator, floor: Picture) -> None:
    """A few metal chips with their shadows, drawn into the floor."""
    height, width = floor.shape[:2]
    n_chips = int(rng.integers(0, 7))
    if n_chips == 0:
        return
    bright, dark = Image.new("L", (width * 2, height * 2), 0), Image.new("L", (width * 2, height * 2), 0)
    pens = ImageDraw.Draw(bright), ImageDraw.Draw(dark)
    for _ in range(n_chips):
        # A chip is a short spiral: a circle that opens while it drifts.
        turn = np.linspace(0, rng.uniform(1.2, 9), 40)
        r = rng.uniform(3, 9) * (1 + turn * rng.uniform(0.0, 0.12))
        start, drift = rng.uniform(0, 2 * np.pi), rng.uniform(-2.2, 2.2, 2)
        x = rng.uniform(0, width * 2) + r * np.cos(turn + start) + drift[0] * turn
        y = rng.uniform(0, height * 2) + r * np.sin(turn + start) * rng.uniform(0.4, 0.9) + drift[1] * turn
        line = list(zip(x.tolist(), y.tolist(), strict=True))
        pens[1].line([(a + 3, b + 3) for a, b in line], fill=150, width=3)
        pens[0].line(line, fill=int(rng.integers(70, 210)), width=int(rng.integers(1, 3)))
    shade = np.asarray(dark.reduce(2).filter(ImageFilter.GaussianBlur(1)), dtype=np.float32) / 255
    light = np.asarray(bright.reduce(2), dtype=np.float32) / 255
    floor *= (1 - 0.7 * shade)[:, :, None]
    floor += 0.55 * light[:, :, None]


def lamp_light(rng: Generator, width: int, height: int) -> Floats:
    """How much lamp light reaches each place: brightest left of the middle, falling off to the corners."""
    cx, cy = rng.uniform(0.25, 0.6) * width, rng.uniform(0.2, 0.5) * height
    y, x = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None, :]
    far = ((x - cx) / width) ** 2 + ((y - cy) / height) ** 2
    light: Floats = (1.16 / (1 + 1.1 * far)).astype(np.float32, copy=False)
    return light


def draw_texture(rng: Generator, finish: Finish, width: int, height: int) -> Floats:
    """Relative brightness of one tray's surface, around 1, with smears of oil and cleaning on glossy ones."""
    grain = _grain(rng, finish, width, height)
    if finish.gloss >= MIRRORS_FROM:
        grain = grain * (1 + 0.05 * cloud(rng, width, height, 55, 3))
    return grain.astype(np.float32, copy=False)


def draw_floor(rng: Generator, finish: Finish, light: Floats, texture: Floats) -> Picture:
    """One stretch of bare tray under the lamp, with scratches, dust and chips; the texture is turned each time."""
    height, width = light.shape
    colour = np.asarray(finish.colour, dtype=np.float32) * np.float32(rng.uniform(0.94, 1.06))
    turned = texture[:: int(rng.choice([-1, 1])), :: int(rng.choice([-1, 1]))]
    floor: Picture = (turned * light)[:, :, None] * colour
    if finish.gloss >= MIRRORS_FROM:  # the ceiling's dim light in the mirror, brighter towards the back
        back = np.linspace(1.0, 0.35, height, dtype=np.float32)[:, None]
        floor += (0.030 * finish.gloss * back * light)[:, :, None]
    floor += (0.10 + 0.25 * float(colour.mean())) * _scratches(rng, finish, width, height)[:, :, None]
    _swarf(rng, floor)
    return np.maximum(floor, np.float32(0)).astype(np.float32, copy=False)
