"""Reads a model's `config` strictly: every key known, every value in its range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.jobs.suggesting.errors import ModelSettingError

MAX_SIDE_PX = 4096


def check_keys(config: Mapping[str, Any], known: frozenset[str], where: str = "config") -> None:
    """Refuse a key that nobody reads: most likely a typing error."""
    for key in config:
        if key not in known:
            raise ModelSettingError(f"{where}.{key}", config[key], allowed=f"one of {', '.join(sorted(known))}")


def class_names(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The class ids in the order of the model's outputs."""
    value = config.get("classes")
    if not isinstance(value, list) or not value or not all(isinstance(c, str) and c for c in value):
        raise ModelSettingError("classes", value, allowed="a list of class ids in the order of the model's outputs")
    if len(set(value)) != len(value):
        raise ModelSettingError("classes", value, allowed="each class once")
    return tuple(value)


def number(config: Mapping[str, Any], name: str, default: float, low: float, high: float) -> float:
    """A number within its range."""
    value = config.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ModelSettingError(name, value, allowed=f"a number from {low:g} to {high:g}")
    return float(value)


def size_px(config: Mapping[str, Any], name: str = "size_px") -> tuple[int, int]:
    """Width and height of a model's input."""
    value = config.get(name)
    good = isinstance(value, list) and len(value) == 2 and all(type(n) is int for n in value)  # noqa: PLR2004 - a pair
    if not good or not all(1 <= n <= MAX_SIDE_PX for n in value or ()):
        raise ModelSettingError(name, value, allowed=f"[width, height], each from 1 to {MAX_SIDE_PX}")
    assert value is not None
    return value[0], value[1]


def triple(config: Mapping[str, Any], name: str, default: tuple[float, float, float]) -> tuple[float, float, float]:
    """One number a colour."""
    value = config.get(name, list(default))
    if not isinstance(value, list) or len(value) != 3 or not all(isinstance(n, (int, float)) for n in value):  # noqa: PLR2004
        raise ModelSettingError(name, value, allowed="three numbers, one for each colour")
    return float(value[0]), float(value[1]), float(value[2])


def choice(config: Mapping[str, Any], name: str, default: str, allowed: tuple[str, ...]) -> str:
    """One of a few words."""
    value = config.get(name, default)
    if value not in allowed:
        raise ModelSettingError(name, value, allowed=f"one of {', '.join(allowed)}")
    return str(value)
