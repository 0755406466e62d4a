"""Tiles of large pictures: cut in the limited child, kept once, put together again to the picture they came from."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assay.jobs.intake import DecodePool, Limits
from assay.jobs.intake.errors import PictureError
from assay.jobs.tiles import TileNotFoundError, Tiles, TilesUnavailableError

SHA = "ab" * 32
LARGE = 20_000_000


@pytest.fixture(scope="module")
def pool() -> Iterator[DecodePool]:
    with DecodePool(Limits(cpu_s=10.0), n_children=1) as opened:
        yield opened


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    y, x = np.mgrid[0:height, 0:width]
    pixels = np.stack([x * 255 / width, y * 255 / height, (x + y) % 256], axis=2).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, quality=95)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_tiles_of_the_last_level_are_the_picture(pool: DecodePool, kind: str) -> None:
    data = picture(1300, 700, kind)
    with zipfile.ZipFile(io.BytesIO(pool.tiles(data))) as archive:
        names = archive.namelist()
        levels = {int(name.split("/")[0]) for name in names}
        assert levels == set(range(12))
        whole = Image.new("RGB", (1300, 700))
        for name in (n for n in names if n.startswith("11/")):
            x, y = (int(part) for part in name[3:-4].split("_"))
            whole.paste(Image.open(io.BytesIO(archive.read(name))), (512 * x, 512 * y))
        one = Image.open(io.BytesIO(archive.read("0/0_0.jpg")))
    wanted = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.int16)
    assert np.abs(np.asarray(whole, np.int16) - wanted)[:, :, :2].mean() < 6
    assert one.size == (1, 1)


def test_a_tile_is_cut_once_and_given_out_by_its_place(pool: DecodePool, tmp_path: Path) -> None:
    asked = []

    def give() -> bytes:
        asked.append(1)
        return picture(1300, 700)

    tiles = Tiles(tmp_path, lambda: pool)
    first = tiles.tile(SHA, LARGE, give, "11-2-1")
    assert Image.open(io.BytesIO(first)).size == (1300 - 1024, 700 - 512)
    assert tiles.tile(SHA, LARGE, give, "11-2-1") == first
    assert len(asked) == 1
    for place in ("11-3-0", "12-0-0", "11-0", "../../x", "11-0-0-0", "\u0661-0-0"):
        with pytest.raises(TileNotFoundError):
            tiles.tile(SHA, LARGE, give, place)
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".zip"]


def test_small_and_broken_pictures_have_no_tiles(pool: DecodePool, tmp_path: Path) -> None:
    tiles = Tiles(tmp_path, lambda: pool)
    with pytest.raises(TilesUnavailableError, match="shown whole"):
        tiles.tile(SHA, 1000, lambda: picture(10, 10), "0-0-0")
    with pytest.raises(TilesUnavailableError, match="cannot be cut"):
        tiles.tile(SHA, LARGE, lambda: picture(1300, 700)[:4000], "0-0-0")
    with pytest.raises(PictureError):
        pool.tiles(b"<svg xmlns='http://www.w3.org/2000/svg'/>" + b" " * 200)
    assert not list(tmp_path.rglob("*.zip"))


def test_an_archive_with_something_else_in_it_is_not_given_out(pool: DecodePool, tmp_path: Path) -> None:
    archive = tmp_path / SHA[:2] / f"{SHA}.zip"
    archive.parent.mkdir()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("1/0_0.jpg", b"\xff\xd8\xff" + bytes(100))
        made.writestr(zipfile.ZipInfo("2/0_0.jpg"), b"<script>")
    tiles = Tiles(tmp_path, lambda: pool)
    for place in ("1-0-0", "2-0-0"):
        with pytest.raises(TileNotFoundError):
            tiles.tile(SHA, LARGE, bytes, place)
