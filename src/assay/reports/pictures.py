"""The pictures behind the labels: equal and nearly equal ones, sizes, and small crops to look at."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assay.formats import Files, PackageMissingError
from assay.formats.errors import TooLargeError
from assay.reports.sources import Labels, intake

NEAR_BITS: Final = (8, 4)  # tried in this order: the stricter one where many pictures of a set look alike
MOST_ALIKE: Final = 0.05  # share of the pictures with a near one, from which a set counts as such
MOST_PLAIN_BYTES: Final = 300_000  # a whole picture put into a page when it cannot be cut
CROP_PX: Final = 220
_QUALITY: Final = 80


@dataclass(frozen=True, eq=False)
class Pictures:
    """What is known of the pictures of a set.

    Attributes:
        path: item to the path of its picture among the files.
        equal: groups of items whose pictures are the same, byte for byte.
        near: groups of items whose pictures look alike (perceptual hash within 8 bits, or 4 where many do), equal ones
            left out.
        distance: for each pair in `near` the bits that differ, by the two items.
        refused: path to the reason why a picture cannot be decoded.
        size: item to its decoded width and height, upright.
        looked: whether pictures were decoded at all.
        why_not: why they were not; empty when they were.
    """

    path: dict[str, str]
    equal: tuple[tuple[str, ...], ...] = ()
    near: tuple[tuple[str, ...], ...] = ()
    distance: dict[tuple[str, str], int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    size: dict[str, tuple[int, int]] = field(default_factory=dict)
    looked: bool = False
    why_not: str = ""


def look_at_pictures(labels: Labels) -> Pictures:
    """Decode every picture in limited children and compare them; says why when that cannot be done."""
    paths = dict(labels.read.image_paths)
    if not paths:
        return Pictures(paths, why_not="no picture lies beside the labels")
    try:
        module = intake()
        found = list(_decoded(module, labels.files, sorted(set(paths.values()))))
    except PackageMissingError as error:
        return Pictures(paths, why_not=error.message.rstrip("."))
    except module.SandboxError as error:
        return Pictures(paths, why_not=error.message.rstrip("."))
    taken = {o.name: o.picture for o in found if isinstance(o, module.Accepted)}
    by_path = {path: item for item, path in paths.items()}
    items = [by_path[path] for path in taken if path in by_path]
    pictures = [taken[paths[item]] for item in items]
    equal = _groups([p.original_sha256 for p in pictures], items)
    hashes = np.array([p.phash for p in pictures], np.uint64)
    near, distance = _near(module, hashes, items, equal)
    return Pictures(
        path=paths,
        equal=equal,
        near=near,
        distance=distance,
        refused={o.name: o.reason for o in found if isinstance(o, module.Refusal)},
        size={item: (p.width, p.height) for item, p in zip(items, pictures, strict=True)},
        looked=True,
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    """A decoded picture without its pixels."""

    original_sha256: str
    phash: int
    width: int
    height: int


def _decoded(module: Any, files: Files, paths: list[str]) -> Iterator[Any]:  # noqa: ANN401 - the intake is loaded late
    """Outcomes of all pictures, their pixels let go at once."""
    wanted = frozenset(paths)

    base: Any = module.Source

    class Among(base):  # type: ignore[misc] # its base is known at run time only
        def entries(self, skip: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
            for path in paths:
                if not skip(path):
                    yield module.Entry(path, lambda limit, p=path: _read(module, files, p, limit))

    with module.DecodePool() as pool, Among("pictures", len(wanted)) as source:
        for outcome in module.intake(source, pool):
            if isinstance(outcome, module.Accepted):
                p = outcome.picture
                yield module.Accepted(outcome.name, "", _Kept(p.original_sha256, p.phash, p.width, p.height))
            else:
                yield outcome


def _read(module: Any, files: Files, path: str, limit: int) -> bytes:  # noqa: ANN401 - as above
    try:
        return files.read(path, cap_bytes=limit)
    except (TooLargeError, OSError) as error:
        raise module.PictureError(getattr(error, "reason", "it cannot be read")) from None


def _groups(keys: list[str], items: list[str]) -> tuple[tuple[str, ...], ...]:
    by_key: dict[str, list[str]] = {}
    for key, item in zip(keys, items, strict=True):
        by_key.setdefault(key, []).append(item)
    return tuple(sorted(tuple(sorted(group)) for group in by_key.values() if len(group) > 1))


def _near(
    module: Any,  # noqa: ANN401 - as above
    hashes: NDArray[np.uint64],
    items: list[str],
    equal: tuple[tuple[str, ...], ...],
) -> tuple[tuple[tuple[str, ...], ...], dict[tuple[str, str], int]]:
    """Groups of pictures that look alike; pictures of one grey have hash 0 and say nothing."""
    spare = {item for group in equal for item in group[1:]}
    rows = np.array([i for i, item in enumerate(items) if item not in spare and hashes[i] != 0], np.int64)
    if len(rows) < 2:  # noqa: PLR2004 - nothing to compare
        return (), {}
    for most in NEAR_BITS:
        number = module.near_groups(hashes[rows], most)
        n_of = np.bincount(number)
        if n_of[n_of > 1].sum() <= max(2, MOST_ALIKE * len(rows)):
            break
    groups = [tuple(sorted(items[rows[i]] for i in np.flatnonzero(number == g))) for g in np.flatnonzero(n_of > 1)]
    bits = {}
    at = {item: i for i, item in enumerate(items)}
    for group in groups:
        for first, second in pairwise(group):
            bits[first, second] = int(np.bitwise_count(hashes[at[first]] ^ hashes[at[second]]))
    return tuple(sorted(groups)), bits


class Cropper:
    """Cuts small pictures out of the pictures of a set; remembers the last few it decoded."""

    def __init__(self, files: Files, paths: dict[str, str]) -> None:
        self._files, self._paths = files, paths
        self._open: dict[str, Any] = {}
        try:
            self._pillow: Any = import_module("PIL.Image")
            self._module: Any = intake()
        except (ImportError, PackageMissingError):
            self._pillow = self._module = None
        self._pool: Any = None

    def close(self) -> None:
        """End the decoding children."""
        if self._pool is not None:
            self._pool.close()

    def cut(self, item: str, window: tuple[float, float, float, float], width_px: int = CROP_PX) -> str | None:
        """A part of a picture as a data address, `window` in pixels of the upright picture; None when it cannot be had.

        What lies outside the picture is left out: the result holds the part of the window inside it.
        """
        image = self._image(item)
        if image is None:
            return None
        x_min, y_min, x_max, y_max = window
        box = (
            max(int(x_min), 0),
            max(int(y_min), 0),
            min(int(np.ceil(x_max)), image.width),
            min(int(np.ceil(y_max)), image.height),
        )
        if box[2] <= box[0] or box[3] <= box[1]:
            return None
        part = image.crop(box)
        wanted = max(1, round(width_px * (box[2] - box[0]) / max(x_max - x_min, 1)))
        if part.width > 2 * wanted:
            part = part.resize((2 * wanted, max(1, round(part.height * 2 * wanted / part.width))))
        out = io.BytesIO()
        part.convert("RGB").save(out, "JPEG", quality=_QUALITY)
        return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()

    def size(self, item: str) -> tuple[int, int] | None:
        """Width and height of the upright picture; None when it cannot be had."""
        image = self._image(item)
        return None if image is None else (image.width, image.height)

    def _image(self, item: str) -> Any:  # noqa: ANN401 - a picture of a package loaded late
        path = self._paths.get(item)
        if path is None or self._pillow is None:
            return None
        if path not in self._open:
            if len(self._open) >= 8:  # noqa: PLR2004 - pages look at one picture several times in a row
                self._open.pop(next(iter(self._open)))
            self._open[path] = self._decode(path)
        return self._open[path]

    def _decode(self, path: str) -> Any:  # noqa: ANN401 - as above
        """Only what the limited decoder has checked and rewritten is opened here."""
        if self._pool is None:
            self._pool = self._module.DecodePool(n_children=1)
        try:
            data = self._files.read(path, cap_bytes=self._pool.limits.max_file_bytes)
            safe = self._pool.decode(data)
        except (self._module.IntakeError, TooLargeError, OSError):
            return None
        with self._pillow.open(io.BytesIO(safe.served)) as opened:
            return opened.convert("RGB")
