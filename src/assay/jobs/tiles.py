"""Deep zoom tiles of large pictures: cut once in the limited child, kept beside the blobs, given out one by one."""

from __future__ import annotations

import os
import re
import secrets
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from assay.jobs.intake import DecodePool, PictureError
from assay.kernel.errors import InvalidInputError, NotFoundError

TILES_FROM_PX: Final = 16_000_000
"""Smaller pictures are shown whole and have no tiles."""
MOST_TILE_BYTES: Final = 4 << 20
_JPEG: Final = b"\xff\xd8\xff"
_PLACE: Final = re.compile(r"(\d{1,2})-(\d{1,4})-(\d{1,4})", re.ASCII)
_LOCKS: Final = 64


class TileNotFoundError(NotFoundError):
    """The pyramid has no such tile."""

    code = "media.tile_not_found"

    def __init__(self, place: str) -> None:
        super().__init__(f"There is no tile {place!r}.", hint="A place is level-column-row, such as 12-3-4.")


class TilesUnavailableError(InvalidInputError):
    """The picture is too small for tiles, or cannot be cut."""

    code = "media.no_tiles"


class Tiles:
    """Archives of tiles by the hash of the picture, in a folder that may be emptied at any time.

    Args:
        folder: where the archives are kept.
        pool: gives the limited child that cuts.
    """

    def __init__(self, folder: Path, pool: Callable[[], DecodePool]) -> None:
        self._folder = folder
        self._pool = pool
        self._locks = [threading.Lock() for _ in range(_LOCKS)]

    def tile(self, sha256: str, n_pixels: int, picture: Callable[[], bytes], place: str) -> bytes:
        """One tile as JPEG; the first one asked for makes all of them.

        Args:
            sha256: of the picture as it is served, or as it came for one that is only referenced.
            n_pixels: width times height.
            picture: gives the bytes, when they are needed.
            place: level, column and row of tiles of 512 px as `level-column-row`; level 0 is one pixel, the last one
                the full size.

        Raises:
            TilesUnavailableError: the picture has less than 16 million pixels, or cannot be cut.
            TileNotFoundError: there is no such tile.
        """
        if n_pixels < TILES_FROM_PX:
            raise TilesUnavailableError(
                f"A picture of {n_pixels} pixels has no tiles; it is shown whole.", hint="Ask for the picture itself."
            )
        found = _PLACE.fullmatch(place)
        if found is None:
            raise TileNotFoundError(place)
        archive = self._folder / sha256[:2] / f"{sha256}.zip"
        with self._locks[int(sha256[:8], 16) % _LOCKS]:
            if not archive.is_file():
                self._cut(archive, picture())
        return _read(archive, f"{found[1]}/{found[2]}_{found[3]}.jpg", place)

    def _cut(self, archive: Path, picture: bytes) -> None:
        try:
            made = self._pool().tiles(picture)
        except PictureError as error:
            raise TilesUnavailableError(f"The picture cannot be cut into tiles: {error}.") from error
        archive.parent.mkdir(parents=True, exist_ok=True)
        part = archive.with_name(f"{archive.name}.{secrets.token_hex(8)}")
        part.write_bytes(made)
        os.replace(part, archive)  # noqa: PTH105 - in one step, over what another process may have put there


def _read(archive: Path, name: str, place: str) -> bytes:
    """One member of an archive that the child made, and which is therefore held to what a tile may be."""
    with zipfile.ZipFile(archive) as tiles:
        try:
            entry = tiles.getinfo(name)
        except KeyError:
            raise TileNotFoundError(place) from None
        if entry.file_size > MOST_TILE_BYTES or entry.compress_type != zipfile.ZIP_STORED:
            raise TileNotFoundError(place)
        data = tiles.read(entry)
    if not data.startswith(_JPEG):
        raise TileNotFoundError(place)
    return data
