"""Where parts stand on the tray: never inside one another, sometimes half hidden, sometimes cut by the edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from assay.demo.scene.solids import Solid
from assay.demo.scene.sprites import ELEVATION

_SQUASH = float(np.sin(ELEVATION))
_TRIES = 40
_NEAR_ANOTHER = 0.5  # share of parts put close to one that lies there already
_SAME_METAL = 0.7  # share of parts of the tray's main metal
_CLOSE = 0.84  # parts are slimmer than the circle around their foot, so circles may overlap a little


@dataclass(frozen=True)
class Placement:
    """One part on the tray.

    Attributes:
        pose: index into `poses()`.
        x_px: where its foot's middle stands in the picture, pixels; may lie outside.
        y_px: the same, downwards.
        scale: pixels to the part's unit.
        metal: linear RGB the lamp's light is tinted by.
    """

    pose: int
    x_px: float
    y_px: float
    scale: float
    metal: tuple[float, float, float]


METALS = (
    ("zinc", (0.93, 0.95, 0.98), 0.56),
    ("brass", (1.00, 0.77, 0.40), 0.2),
    ("bright steel", (1.05, 1.04, 1.02), 0.14),
    ("black oxide", (0.34, 0.33, 0.35), 0.1),
)
CLASS_SHARE = {"hex nut": 0.44, "hex bolt": 0.33, "bushing": 0.23}


def _clear(parts: list[Placement], solids: tuple[Solid, ...], x: float, y: float, radius: float) -> bool:
    """Whether a circle on the floor touches no other part's."""
    for part in parts:
        gap = np.hypot(part.x_px - x, (part.y_px - y) / _SQUASH)
        if gap < _CLOSE * (radius + solids[part.pose].footprint * part.scale):
            return False
    return True


def _spot(
    rng: Generator, parts: list[Placement], solids: tuple[Solid, ...], radius: float, size: tuple[int, int]
) -> tuple[float, float] | None:
    """A free spot: in half of the cases just behind or before another part, else anywhere, edges included."""
    width, height = size
    for _ in range(_TRIES):
        if parts and rng.random() < _NEAR_ANOTHER:
            near = parts[int(rng.integers(len(parts)))]
            reach = (radius + solids[near.pose].footprint * near.scale) * rng.uniform(_CLOSE, 1.0)
            angle = rng.choice([-1, 1]) * rng.normal(np.pi / 2, 0.4)
            x, y = near.x_px + reach * np.cos(angle), near.y_px + reach * np.sin(angle) * _SQUASH
        else:
            x, y = rng.uniform(-0.03, 1.03) * width, rng.uniform(0.0, 1.06) * height
        inside = -0.03 * width < x < 1.03 * width and 0 < y < 1.06 * height
        if inside and _clear(parts, solids, x, y, radius):
            return float(x), float(y)
    return None


def place_parts(
    rng: Generator, solids: tuple[Solid, ...], *, count: int, size: tuple[int, int], scale: float
) -> list[Placement]:
    """Scatter up to `count` parts; those that find no free spot are left out.

    Args:
        rng: source of chance.
        solids: the poses there are.
        count: how many to try.
        size: width and height of the picture in pixels.
        scale: typical pixels to a part's unit on this tray.
    """
    classes = list(CLASS_SHARE)
    shares = np.asarray([share for _, _, share in METALS])
    main_metal = int(rng.choice(len(METALS), p=shares))
    parts: list[Placement] = []
    for _ in range(count):
        name = rng.choice(classes, p=list(CLASS_SHARE.values()))
        pose = int(rng.choice([i for i, solid in enumerate(solids) if solid.label_class == name]))
        part_scale = scale * float(rng.choice([0.58, 0.8, 1.0, 1.22], p=[0.17, 0.28, 0.33, 0.22]))
        metal = main_metal if rng.random() < _SAME_METAL else int(rng.choice(len(METALS), p=shares))
        spot = _spot(rng, parts, solids, solids[pose].footprint * part_scale, size)
        if spot is not None:
            tint = tuple(float(c * rng.uniform(0.94, 1.06)) for c in METALS[metal][1])
            parts.append(Placement(pose, spot[0], spot[1], part_scale, (tint[0], tint[1], tint[2])))
    return parts
