"""Signed distance functions of the machined parts; lengths in units of the part's own size, floor at z = 0."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]  # float32 throughout; the stubs cannot follow that
Distance = Callable[[Floats, Floats, Floats], Floats]

_HALF = np.float32(0.5)
_SIN60 = np.float32(np.sqrt(3) / 2)


@dataclass(frozen=True)
class Solid:
    """One part in one pose.

    Attributes:
        name: unique among the poses.
        label_class: what an annotator should call it.
        distance: (x, y, z) float32 arrays to signed distance, negative inside.
        footprint: radius of the circle on the floor that nothing else may enter.
        height: top of the part over the floor.
    """

    name: str
    label_class: str
    distance: Distance
    footprint: float
    height: float


def _common(*parts: Floats) -> Floats:
    """What lies in all the parts."""
    result = parts[0]
    for part in parts[1:]:
        result = np.maximum(result, part)
    return result


def _joined(*parts: Floats) -> Floats:
    """What lies in any of the parts."""
    result = parts[0]
    for part in parts[1:]:
        result = np.minimum(result, part)
    return result


def _hexagon(x: Floats, y: Floats, apothem: float) -> Floats:
    """A regular hexagonal rod with two flats facing along x."""
    ax, ay = np.abs(x), np.abs(y)
    return _common(ax, ax * _HALF + ay * _SIN60) - np.float32(apothem)


def _slab(z: Floats, low: float, high: float) -> Floats:
    return _common(np.float32(low) - z, z - np.float32(high))


def _turned(distance: Distance, degrees: float) -> Distance:
    """The same part turned about the vertical."""
    c, s = np.float32(np.cos(np.radians(degrees))), np.float32(np.sin(np.radians(degrees)))

    def turned(x: Floats, y: Floats, z: Floats) -> Floats:
        return distance(c * x + s * y, c * y - s * x, z)

    return turned


def _laid_down(distance: Distance, axis_height: float, middle: float) -> Distance:
    """The same part with its axis along x at `axis_height`; `middle` along the old axis comes to rest at x = 0."""

    def laid(x: Floats, y: Floats, z: Floats) -> Floats:
        return distance(z - np.float32(axis_height), y, x + np.float32(middle))

    return laid


def _nut(x: Floats, y: Floats, z: Floats) -> Floats:
    """An upright hex nut, 0.5 apothem, 0.46 high, with chamfers and a threaded hole."""
    r = np.sqrt(x * x + y * y)
    slope, wide = np.float32(1.7), np.float32(0.51)
    chamfer = _common(r + (z - np.float32(0.46)) * slope, r - z * slope) - wide
    thread = np.float32(0.012) * np.sin(z * np.float32(75))
    sink = np.clip(_common(z - np.float32(0.41), np.float32(0.05) - z), np.float32(0), np.float32(0.06))
    bored = np.float32(0.29) + thread + sink - r
    return _common(_hexagon(x, y, 0.5), _slab(z, 0.0, 0.46), chamfer * _HALF, bored)


def _bushing(height: float, flange: float) -> Distance:
    """A turned sleeve, 0.42 outer radius, 0.29 inner, with a groove; `flange` > 0 adds a rim at its foot."""

    def distance(x: Floats, y: Floats, z: Floats) -> Floats:
        r = np.sqrt(x * x + y * y)
        in_groove = (np.abs(z - np.float32(height * 0.7)) < np.float32(0.03)).astype(np.float32)
        chamfer = (r - np.float32(0.42) + z - np.float32(height - 0.05)) * np.float32(0.7)
        body = _common(r - np.float32(0.42) + np.float32(0.025) * in_groove, _slab(z, 0.0, height), chamfer)
        if flange > 0:
            body = _joined(body, _common(r - np.float32(0.42 + flange), _slab(z, 0.0, 0.12)))
        sink = np.maximum(z - np.float32(height - 0.05), np.float32(0))
        return _common(body, np.float32(0.29) + sink - r)

    return distance


def _bolt(shank: float) -> Distance:
    """A hex bolt standing on its head: apothem 0.37, head 0.27 thick, shank radius 0.2 of length `shank`."""
    top, thread_from = 0.27 + shank, np.float32(0.27 + shank * 0.25)

    def distance(x: Floats, y: Floats, z: Floats) -> Floats:
        r = np.sqrt(x * x + y * y)
        chamfer = (r - z * np.float32(1.6) - np.float32(0.365)) * np.float32(0.53)
        head = _common(_hexagon(x, y, 0.37), _slab(z, 0.0, 0.27), chamfer)
        thread = np.float32(0.014) * np.sin(z * np.float32(58)) * (z > thread_from)
        tip = (r - np.float32(0.195) + z - np.float32(top - 0.06)) * np.float32(0.7)
        return _joined(head, _common(r - np.float32(0.195) + thread, _slab(z, 0.1, top), tip))

    return distance


def poses() -> tuple[Solid, ...]:
    """Every part in every pose, in a fixed order; three classes."""
    nut, bolt, tall = "hex nut", "hex bolt", "bushing"
    found = [Solid(f"nut-flat-{a}", nut, _turned(_nut, a), 0.58, 0.46) for a in (0, 12, 24, 36, 48)]
    edge = _laid_down(_nut, 0.5, 0.23)
    found += [Solid(f"nut-edge-{a}", nut, _turned(edge, a), 0.6, 1.0) for a in (20, 60, 90, 125, 160)]
    for height, flange in ((0.8, 0.0), (0.55, 0.13), (1.05, 0.0)):
        shape = _bushing(height, flange)
        found.append(Solid(f"bushing-up-{height}", tall, shape, 0.44 + flange, height))
    lying = _laid_down(_bushing(0.8, 0.0), 0.42, 0.4)
    found += [Solid(f"bushing-side-{a}", tall, _turned(lying, a), 0.6, 0.84) for a in (15, 70, 110, 155)]
    down = _laid_down(_bolt(1.05), 0.37, 0.66)
    found += [Solid(f"bolt-lying-{a}", bolt, _turned(down, a), 0.72, 0.74) for a in range(10, 360, 36)]
    found += [Solid(f"bolt-head-{a}", bolt, _turned(_bolt(0.95), a), 0.42, 1.22) for a in (0, 25)]
    return tuple(found)
