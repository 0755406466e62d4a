"""Rays through one part seen by a telecentric camera: its look, its mirror image in the floor, its shadow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.demo.scene.solids import Distance, Floats, Solid

ELEVATION = np.radians(45.0)
_SIN, _COS = np.float32(np.sin(ELEVATION)), np.float32(np.cos(ELEVATION))
_TO_LAMP = np.array([-0.42, 0.40, 0.815])
LAMP = (_TO_LAMP / np.linalg.norm(_TO_LAMP)).astype(np.float32)
_STEPS = 26
_NEAR = np.float32(0.004)

# The square a sprite covers, in part units around the part's foot: x to the right, v upwards on the screen.
HALF_WIDTH = 1.15
TOP, BOTTOM = 1.30, 1.20


@dataclass(frozen=True)
class Sprite:
    """What compositing needs of a part in one pose; all arrays (H, W) float32 on the same square.

    Attributes:
        solid: the part.
        cover: 1 where the part hides the floor, else 0.
        metal: light reflected from lamp and room, to be tinted by the metal.
        bounce: light reflected from the floor, to be tinted by the floor.
        mirror: light of the part's mirror image in the floor.
        mirror_cover: how much of the floor's mirror shows the part; fades with height over the floor.
        shadow: 1 in full shadow of the lamp, 0 in its light.
        contact: 1 where the part shuts out the light of the room from the floor.
    """

    solid: Solid
    cover: Floats
    metal: Floats
    bounce: Floats
    mirror: Floats
    mirror_cover: Floats
    shadow: Floats
    contact: Floats


def _march(
    distance: Distance, origin: tuple[Floats, Floats, Floats], way: Floats, t: Floats, far: float
) -> tuple[Floats, NDArray[np.bool_]]:
    """Walk every ray from `t` until it meets the part or passes `far`; where it stands and whether it met it."""
    hit = np.zeros(t.shape, dtype=bool)
    alive = np.arange(t.size)
    x, y, z = (o.copy() for o in origin)
    here = t.copy()
    for _ in range(_STEPS * 2):
        d = distance(x + way[0] * here, y + way[1] * here, z + way[2] * here)
        met = d < _NEAR
        t[alive] = here
        hit[alive[met]] = True
        here = here + np.maximum(d, _NEAR / 2) * np.float32(0.95)
        keep = ~met & (here < far)
        alive, here = alive[keep], here[keep]
        x, y, z = x[keep], y[keep], z[keep]
        if alive.size == 0:
            break
    return t, hit


def _normals(distance: Distance, x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
    e = np.float32(0.006)
    middle = distance(x, y, z)
    nx, ny, nz = distance(x + e, y, z) - middle, distance(x, y + e, z) - middle, distance(x, y, z + e) - middle
    length = np.sqrt(nx * nx + ny * ny + nz * nz) + np.float32(1e-9)
    return nx / length, ny / length, nz / length


def _smooth(x: Floats, low: float, high: float) -> Floats:
    t: Floats = np.clip((x - np.float32(low)) / np.float32(high - low), np.float32(0), np.float32(1))
    return t * t * (3 - 2 * t)


def _turning_marks(
    x: Floats, y: Floats, z: Floats, nx: Floats, ny: Floats, nz: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Tilt normals and vary brightness a little, as the fine grooves of a lathe and of rolling do."""
    r = np.sqrt(x * x + y * y)
    rings = np.sin(r * np.float32(190) + 2 * np.sin(r * np.float32(37)))
    lines = np.sin(z * np.float32(160) + 3 * np.sin(x * np.float32(9) + y * np.float32(7)))
    flat = np.abs(nz) > np.float32(0.8)
    grain = 1 + np.where(flat, np.float32(0.05) * rings, np.float32(0.035) * lines)
    patches = np.sin(x * 11 + np.sin(y * 7) * 2) * np.sin(y * 13 + np.sin(z * 9) * 2) * np.sin(z * 10 + x * 4)
    grain += np.float32(0.06) * patches
    tilt = np.where(flat, np.float32(0.045) * rings, 0) / np.maximum(r, np.float32(0.05))
    nx, ny = nx + tilt * x, ny + tilt * y
    length = np.sqrt(nx * nx + ny * ny + nz * nz)
    return nx / length, ny / length, nz / length, grain.astype(np.float32, copy=False)


def _room(rx: Floats, ry: Floats, rz: Floats) -> Floats:
    """Light from the room in a direction: a softbox around the lamp, a strip lamp behind, a dim ceiling."""
    toward = rx * LAMP[0] + ry * LAMP[1] + rz * LAMP[2]
    softbox = 1.75 * _smooth(toward, 0.80, 0.95)
    strip = 0.95 * _smooth(rx, 0.42, 0.56) * _smooth(-rx, -0.86, -0.72) * _smooth(rz, 0.02, 0.25)
    window = 0.45 * _smooth(-ry, 0.35, 0.5) * _smooth(rz, 0.25, 0.4) * _smooth(-rz, -0.8, -0.65)
    wall = 0.05 + 0.24 * _smooth(rz, -0.05, 0.95) ** 2 + 0.05 * ry + window
    light: Floats = (softbox + strip + wall).astype(np.float32, copy=False)
    return light


def _shade(distance: Distance, point: tuple[Floats, Floats, Floats], way: Floats) -> tuple[Floats, Floats]:
    """Light the surface points send back along `way`: from the room, and from the floor."""
    x, y, z = point
    nx, ny, nz = _normals(distance, x, y, z)
    dot = nx * way[0] + ny * way[1] + nz * way[2]
    nx, ny, nz, grain = _turning_marks(x, y, z, nx, ny, nz)
    rx, ry, rz = way[0] - 2 * dot * nx, way[1] - 2 * dot * ny, way[2] - 2 * dot * nz
    open_ = np.ones_like(x)
    for step, weight in ((0.07, 0.55), (0.2, 0.35)):
        s = np.float32(step)
        open_ -= np.float32(weight) * np.clip(1 - distance(x + nx * s, y + ny * s, z + nz * s) / s, 0, 1)
    s = np.float32(0.22)
    clear = np.clip(0.15 + distance(x + rx * s + nx * 0.02, y + ry * s + ny * 0.02, z + rz * s) / s * 1.2, 0.1, 1)
    lamp = np.clip(nx * LAMP[0] + ny * LAMP[1] + nz * LAMP[2], 0, 1)
    upward = _smooth(rz, -0.12, 0.12)
    fresnel = np.float32(0.78) + np.float32(0.22) * (1 - np.abs(dot)) ** 3
    metal = (
        grain
        * (0.66 * _room(rx + 0.30 * x, ry + 0.30 * y, rz + 0.12 * z) * upward * clear + 0.17 * lamp + 0.03)
        * open_
        * fresnel
    )
    floor = (1 - upward) * np.clip(z * 1.6 + 0.25, 0.15, 1) * open_ * fresnel * 0.85
    return metal.astype(np.float32, copy=False), floor.astype(np.float32, copy=False)


def _view(solid: Solid, u: Floats, v: Floats, sprite: dict[str, Floats]) -> None:
    way = np.array([0, _COS, -_SIN], dtype=np.float32)
    start = np.float32(-2.2)
    origin = (u + way[0] * start, v * _SIN + way[1] * start, v * _COS + way[2] * start)
    # Rays enter the part's own slab at its top.
    t = np.maximum((origin[2] - np.float32(solid.height + 0.02)) / _SIN, 0).astype(np.float32)
    t, hit = _march(solid.distance, origin, way, t, 6.0)
    point = tuple((o + w * t)[hit] for o, w in zip(origin, way, strict=True))
    hit[hit] = point[2] > np.float32(-0.01)
    point = tuple((o + w * t)[hit] for o, w in zip(origin, way, strict=True))
    metal, bounce = _shade(solid.distance, (point[0], point[1], point[2]), way)
    sprite["cover"][hit], sprite["metal"][hit], sprite["bounce"][hit] = 1, metal, bounce


def _floor(solid: Solid, u: Floats, v: Floats, sprite: dict[str, Floats]) -> None:
    x, y, z = u, v / _SIN, np.zeros_like(u)
    up = np.array([0, _COS, _SIN], dtype=np.float32)  # the camera's ray after the mirror
    near = np.full_like(u, 0.01)
    far = (solid.height + 0.1) / float(_SIN)
    t, hit = _march(solid.distance, (x, y, z), up, near, far)
    point = (x[hit], y[hit] + up[1] * t[hit], up[2] * t[hit])
    metal, _ = _shade(solid.distance, point, up)
    sprite["mirror"][hit] = metal
    sprite["mirror_cover"][hit] = np.exp(-point[2] * np.float32(0.9))
    shade = np.ones_like(u)
    here = np.full_like(u, 0.02)
    for _ in range(16):
        d = solid.distance(x + LAMP[0] * here, y + LAMP[1] * here, z + LAMP[2] * here)
        shade = np.minimum(shade, np.float32(6) * d / here + np.float32(0.5))
        here = here + np.clip(d, 0.03, 0.25)
    sprite["shadow"][:] = 1 - np.clip(shade, 0, 1)
    above = np.float32(0.16)
    around = 1 - np.clip(solid.distance(x, y, z + above * np.float32(0.5)) / (above * 2), 0, 1)
    sprite["contact"][:] = around * around


def draw_sprite(solid: Solid, px_per_unit: int = 120) -> Sprite:
    """Draw one part; about a tenth of a second at 120 pixels to the unit."""
    width, height = round(2 * HALF_WIDTH * px_per_unit), round((TOP + BOTTOM) * px_per_unit)
    u, v = np.meshgrid(
        ((np.arange(width) + 0.5) / px_per_unit - HALF_WIDTH).astype(np.float32),
        (TOP - (np.arange(height) + 0.5) / px_per_unit).astype(np.float32),
    )
    names = ("cover", "metal", "bounce", "mirror", "mirror_cover", "shadow", "contact")
    sprite = {name: np.zeros(u.size, dtype=np.float32) for name in names}
    _view(solid, u.ravel(), v.ravel(), sprite)
    _floor(solid, u.ravel(), v.ravel(), sprite)
    return Sprite(solid, **{name: array.reshape(u.shape) for name, array in sprite.items()})
