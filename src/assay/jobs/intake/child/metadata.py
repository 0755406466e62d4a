"""Reads EXIF and XMP once and parts it: how to turn the picture, how it was taken, and who took it where.

Only named fields are read; maker notes and all else are dropped unread. Field numbers: CIPA DC-008 (Exif 3.0).
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PIL import TiffImagePlugin
from PIL.Image import Exif

Scalar = str | int | float

PARSER = TiffImagePlugin.__name__
"""`Exif` imports it when it first parses, which is too late: by then no file can be opened."""

_ORIENTATION, _EXIF_IFD, _GPS_IFD = 0x0112, 0x8769, 0x8825
_MAX_TEXT = 256
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+")
_TIME = re.compile(r"(\d{4}):(\d\d):(\d\d)[ T](\d\d):(\d\d):(\d\d)$")
_OFFSET = re.compile(r"[+-]\d\d:\d\d$")
_XMP_ORIENTATION = re.compile(rb"tiff:Orientation(?:=\"|>)([0-9])")
_UPRIGHT = 1

_CAPTURE_TEXT = {"make": 0x010F, "model": 0x0110}
_CAPTURE_EXIF_TEXT = {"lens_make": 0xA433, "lens_model": 0xA434}
_CAPTURE_NUMBER = {"exposure_s": 0x829A, "f_number": 0x829D, "iso": 0x8827, "focal_length_mm": 0x920A}
_PRIVATE_TEXT = {
    "artist": 0x013B,
    "copyright": 0x8298,
    "host_computer": 0x013C,
    "image_description": 0x010E,
    "xp_author": 0x9C9D,
    "xp_comment": 0x9C9C,
}
_PRIVATE_EXIF_TEXT = {
    "camera_owner": 0xA430,
    "body_serial": 0xA431,
    "lens_serial": 0xA435,
    "image_unique_id": 0xA420,
    "user_comment": 0x9286,
    "photographer": 0xA437,
    "image_editor": 0xA438,
}


@dataclass(slots=True)
class Metadata:
    """What was read.

    Attributes:
        orientation: 1 to 8; 1 when absent or invalid.
        capture: time, camera and exposure.
        private: position, names, serial numbers, free text.
        is_readable: false when a structure was there and could not be parsed.
    """

    orientation: int = _UPRIGHT
    capture: dict[str, Scalar] = field(default_factory=dict)
    private: dict[str, Scalar] = field(default_factory=dict)
    is_readable: bool = True


def read_metadata(exif: bytes, xmp: bytes) -> Metadata:
    """Read what is wanted; damage in metadata is no damage to the picture.

    Args:
        exif: a TIFF structure, or nothing.
        xmp: a packet, asked only for the orientation, and only when EXIF has none.
    """
    found = Metadata()
    tags: dict[int, Any] = {}
    if exif:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                tags = _read_exif(exif, found)
            except Exception:  # noqa: BLE001 - a stranger's bytes in a foreign parser: whatever it raises means unreadable
                found.is_readable = False
    told = tags.get(_ORIENTATION)
    if told is None and xmp:
        match = _XMP_ORIENTATION.search(xmp)
        told = int(match[1]) if match else None
    found.orientation = told if isinstance(told, int) and 1 <= told <= 8 else _UPRIGHT
    return found


def _read_exif(data: bytes, found: Metadata) -> dict[int, Any]:
    exif = Exif()
    exif.load(data)
    tags = {
        tag: _value(exif.get, tag) for tag in (_ORIENTATION, *_CAPTURE_TEXT.values(), *_PRIVATE_TEXT.values(), 0x0132)
    }
    inner, position = _part(exif, _EXIF_IFD, found), _part(exif, _GPS_IFD, found)
    _texts(tags, _CAPTURE_TEXT, found.capture)
    _texts(inner, _CAPTURE_EXIF_TEXT, found.capture)
    _texts(tags, _PRIVATE_TEXT, found.private)
    _texts(inner, _PRIVATE_EXIF_TEXT, found.private)
    for name, tag in _CAPTURE_NUMBER.items():
        value = _number(inner.get(tag))
        if value is not None:
            found.capture[name] = value
    _time(tags, inner, found.capture)
    _position(position, found.private)
    return tags


def _value(get: Callable[[int], Any], tag: int) -> Any:  # noqa: ANN401 - EXIF values are of any type
    try:
        return get(tag)
    except Exception:  # noqa: BLE001 - one damaged field must not hide the others
        return None


def _part(exif: Exif, which: int, found: Metadata) -> dict[int, Any]:
    try:
        return dict(exif.get_ifd(which))
    except Exception:  # noqa: BLE001 - one damaged directory must not hide the others
        found.is_readable = False
        return {}


def _texts(tags: dict[int, Any], wanted: dict[str, int], into: dict[str, Scalar]) -> None:
    for name, tag in wanted.items():
        text = _text(tags.get(tag))
        if text:
            into[name] = text


def _text(value: object) -> str:
    if isinstance(value, tuple) and value and all(isinstance(v, int) and 0 <= v < 256 for v in value):
        value = bytes(value)
    if isinstance(value, bytes):
        for mark, coding in (
            (b"ASCII\x00\x00\x00", "latin-1"),
            (b"UNICODE\x00", "utf-16-le"),
            (b"\x00" * 8, "latin-1"),
        ):
            if value.startswith(mark):
                value = value[8:].decode(coding, "replace")
                break
        else:
            coding = "utf-16-le" if len(value) > 1 and value[1] == 0 else "utf-8"
            value = value.decode(coding, "replace")
    return _CONTROL.sub(" ", value).strip()[:_MAX_TEXT] if isinstance(value, str) else ""


def _number(value: object) -> float | None:
    if isinstance(value, tuple) and value:
        value = value[0]
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever is no number raises
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _time(tags: dict[int, Any], inner: dict[int, Any], into: dict[str, Scalar]) -> None:
    """Set `taken_at`: local time as the camera had it, with its offset from UTC when it told one."""
    for text, offset in (
        (inner.get(0x9003), inner.get(0x9011)),
        (inner.get(0x9004), inner.get(0x9012)),
        (tags.get(0x0132), inner.get(0x9010)),
    ):
        match = _TIME.match(_text(text))
        if match and _is_time(*map(int, match.groups())):
            year, month, day, hour, minute, second = match.groups()
            zone = _text(offset)
            zone = zone if _OFFSET.match(zone) else ""
            into["taken_at"] = f"{year}-{month}-{day}T{hour}:{minute}:{second}{zone}"
            return


def _is_time(year: int, month: int, day: int, hour: int, minute: int, second: int) -> bool:
    return year >= 1826 and 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 60


def _position(tags: dict[int, Any], into: dict[str, Scalar]) -> None:
    for name, tag, negative, limit in (("latitude", 2, "S", 90), ("longitude", 4, "W", 180)):
        degrees = _degrees(tags.get(tag))
        if degrees is not None and degrees <= limit:
            into[name] = round(-degrees if _text(tags.get(tag - 1)).upper() == negative else degrees, 7)
    altitude = _number(tags.get(6))
    if altitude is not None:
        into["altitude_m"] = -altitude if tags.get(5) in (1, b"\x01") else altitude


def _degrees(value: object) -> float | None:
    if not isinstance(value, tuple) or len(value) != 3:
        return None
    parts = [_number(part) for part in value]
    if any(part is None or part < 0 for part in parts):
        return None
    return sum((part or 0.0) / unit for part, unit in zip(parts, (1, 60, 3600), strict=True))
