"""Cuts a picture into the tiles of a deep zoom pyramid, in the child, row by row where its format allows."""

from __future__ import annotations

import io
import zipfile

import pyvips

from assay.jobs.intake.child.decode import decode, refusal_of
from assay.jobs.intake.child.picture import PREPARE, Processed
from assay.jobs.intake.child.prepared import Bounds, Refused
from assay.jobs.intake.sniff import sniff

TILE_PX = 512
_WHITE = 255
_ALPHA = (2, 4)


def cut(data: bytes, bounds: Bounds) -> Processed:
    """Make the tiles of a picture that is upright and clean already, as the server keeps it.

    Level n is the picture at 2 ** (n - top) of its size, where `top` is the full size and level 0 is one pixel; tiles
    of 512 px without overlap, JPEG of quality 88 on white. The archive's names are `<level>/<x>_<y>.jpg`.

    Raises:
        Refused: with one of the codes that the server knows.
    """
    kind = sniff(data[:64]).allowed
    if kind is None:
        raise Refused("intake.format_not_allowed", "it is of no format that is decoded")
    try:
        image = decode(kind, PREPARE[kind](data, bounds), keep_pixels=False).image
        if image.format == "ushort":
            image = (image >> 8).cast("uchar")
        if image.bands in _ALPHA:
            image = image.flatten(background=_WHITE)
        made = image.dzsave_buffer(
            layout="dz", depth="onepixel", tile_size=TILE_PX, overlap=0, suffix=".jpg[Q=88,keep=none]", basename="t"
        )
    except pyvips.Error as error:
        raise refusal_of(error) from None
    return Processed({"width": image.width, "height": image.height}, b"", b"", _renamed(made))


def _renamed(made: bytes) -> bytes:
    """The tiles alone, under plain names."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for name in source.namelist():
            _, _, path = name.partition("_files/")
            if path.endswith(".jpg"):
                target.writestr(zipfile.ZipInfo(path), source.read(name))
    return out.getvalue()
