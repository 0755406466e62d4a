"""The only way to make a path from a name that a file brought along."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

from assay.formats.errors import UnsafePathError

_DRIVE_OR_SCHEME = re.compile(r"[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]*:/")
_MAX_PART_BYTES, _MAX_PATH_BYTES = 255, 4096
_MAX_LEVELS = 64
SPLITS = (None, "train", "val", "test")
_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "test": "test",
    "testing": "test",
}
IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".gif", ".avif"})


def join_inside(base: str, named: str) -> str:
    """Join a name from a file to a folder and make sure that it stays inside the root.

    Args:
        base: folder relative to the root, with /, empty for the root itself.
        named: what the file says; backslashes count as slashes, since Windows tools write them.

    Returns:
        The path relative to the root, with / and without `.` and `..`.

    Raises:
        UnsafePathError: the name is empty, absolute, an address, holds control characters, or leaves the root.
    """
    flat = named.replace("\\", "/")
    if not flat.strip():
        raise UnsafePathError(named, "is empty")
    if any(unicodedata.category(c) in {"Cc", "Cs"} for c in flat):
        raise UnsafePathError(named, "holds control characters")
    if flat.startswith("/") or _DRIVE_OR_SCHEME.match(flat):
        raise UnsafePathError(named, "is absolute or an address")
    parts = [part for part in base.split("/") if part]
    for part in flat.split("/"):
        _step(parts, part, named)
    joined = "/".join(parts)
    if not parts or len(parts) > _MAX_LEVELS or len(joined.encode()) > _MAX_PATH_BYTES:
        raise UnsafePathError(named, "names no file" if not parts else "is too long")
    return joined


def _step(parts: list[str], part: str, named: str) -> None:
    if part in {"", "."}:
        return
    if part == "..":
        if not parts:
            raise UnsafePathError(named, "leaves the folder")
        parts.pop()
        return
    if set(unicodedata.normalize("NFKC", part).strip()) <= {"."}:  # look-alikes of the parent folder
        raise UnsafePathError(named, "leaves the folder")
    if len(part.encode()) > _MAX_PART_BYTES:
        raise UnsafePathError(named, "has a part of more than 255 bytes")
    parts.append(part)


def is_image(path: str) -> bool:
    """Whether the ending says picture; the content decides later."""
    return PurePosixPath(path).suffix.lower() in IMAGE_SUFFIXES


def without_suffix(path: str) -> str:
    """The path without its last ending; a leading dot is no ending."""
    return str(PurePosixPath(path).with_suffix(""))


def split_of(path: str) -> str | None:
    """`train`, `val` or `test` when a folder on the path, or the end of the file's stem, is called so; else None."""
    *folders, last = PurePosixPath(path).parts
    for folder in folders:
        if folder.lower() in _SPLITS:
            return _SPLITS[folder.lower()]
    words = re.split(r"[^a-z]+", PurePosixPath(last).stem.lower())
    return next((_SPLITS[word] for word in words if word in _SPLITS), None)


def folder_split_of(path: str) -> str | None:
    """As `split_of`, but from folders only: a picture may well be called test.png."""
    return split_of(str(PurePosixPath(path).parent / "x"))


def unique_stems(paths: Iterable[str]) -> dict[str, str]:
    """Give each picture a path whose stem no other has, for formats that pair by stem.

    Returns:
        Path to path; a later twin (`a.png` after `a.jpg`, by letters alone) becomes `a-2.png`.
    """
    taken: set[str] = set()
    result: dict[str, str] = {}
    for path in paths:
        suffix = PurePosixPath(path).suffix
        stem, n = without_suffix(path), 1
        while (stem if n == 1 else f"{stem}-{n}").casefold() in taken:
            n += 1
        unique = stem if n == 1 else f"{stem}-{n}"
        taken.add(unique.casefold())
        result[path] = unique + suffix
    return result
