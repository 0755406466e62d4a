"""Turns the bytes of one file into what is stored and served of it: the whole way through the child."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pyvips
from PIL import Image

from assay.jobs.intake.child.decode import decode, prepare_bmp, prepare_tiff, refusal_of
from assay.jobs.intake.child.gif import prepare_gif
from assay.jobs.intake.child.jpeg import prepare_jpeg
from assay.jobs.intake.child.metadata import Metadata, read_metadata
from assay.jobs.intake.child.png import prepare_png, without_asides
from assay.jobs.intake.child.prepared import Bounds, Prepared, Refused
from assay.jobs.intake.child.webp import prepare_webp
from assay.jobs.intake.protocol import LUMA_PX
from assay.jobs.intake.sniff import MEDIA_TYPES, Allowed, sniff

PREPARE = {
    Allowed.JPEG: prepare_jpeg,
    Allowed.PNG: prepare_png,
    Allowed.WEBP: prepare_webp,
    Allowed.GIF: prepare_gif,
    Allowed.BMP: prepare_bmp,
    Allowed.TIFF: prepare_tiff,
}
_TURNS = {2: (0, True), 3: (180, False), 4: (180, True), 5: (90, True), 6: (90, False), 7: (270, True), 8: (270, False)}
_TRANSPOSED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_BYTE = 8
_QUICK_ABOVE = 64 << 20  # above it the time of a file would not last for a better compression
_CMYK = "cmyk"
_WHITE = 255
_BITS = {"uchar": 8, "ushort": 16}


@dataclass(frozen=True, slots=True)
class Processed:
    """The answer for one picture.

    Attributes:
        facts: plain values for JSON; see `assay.jobs.intake.outcome.Picture`.
        luma: LUMA_PX x LUMA_PX grey values, row by row.
        thumbnail: JPEG.
        served: the copy to serve; empty when the original bytes are served as they are.
    """

    facts: dict[str, Any]
    luma: bytes
    thumbnail: bytes
    served: bytes


def process(data: bytes, bounds: Bounds) -> Processed:
    """Read, check, turn upright, strip and shrink one picture.

    Raises:
        Refused: with one of the codes that the server knows.
    """
    kind = sniff(data[:64]).allowed
    if kind is None:
        raise Refused("intake.format_not_allowed", "it is of no format that is decoded")
    prepared = PREPARE[kind](data, bounds)
    metadata = read_metadata(prepared.exif, prepared.xmp)
    try:
        return _process(kind, data, prepared, metadata, bounds)
    except pyvips.Error as error:
        raise refusal_of(error) from None


def _process(kind: Allowed, data: bytes, prepared: Prepared, metadata: Metadata, bounds: Bounds) -> Processed:
    passes = prepared.clean and metadata.orientation == 1
    decoded = decode(kind, prepared, keep_pixels=not passes)
    image, is_cmyk = decoded.image, decoded.image.interpretation == _CMYK
    if is_cmyk:
        image = _to_rgb(image, prepared)
    small = _shrunk(image, None if is_cmyk else decoded.pixels, bounds.thumbnail_px)
    if metadata.orientation != 1:
        image, small = _upright(image, metadata.orientation), small.transpose(_TRANSPOSED[metadata.orientation])
    served, media_type, exact = prepared.source, MEDIA_TYPES[kind], True
    if not passes:
        served, media_type, exact = _encoded(image, prepared, bounds)
    same = served is data or served == data
    _add_notes(prepared, metadata, image)
    facts = {
        "width": image.width,
        "height": image.height,
        "orientation": metadata.orientation,
        "exact": exact and not is_cmyk,
        "same": same,
        "original_media_type": MEDIA_TYPES[kind],
        "media_type": media_type,
        "n_channels": image.bands,
        "bits": _BITS[image.format],
        "n_frames": prepared.n_frames,
        "capture": metadata.capture,
        "private": metadata.private,
        "notes": prepared.notes,
    }
    return Processed(facts, _luma(small), _coded_thumbnail(small), b"" if same else served)


def _add_notes(prepared: Prepared, metadata: Metadata, image: pyvips.Image) -> None:
    if not metadata.is_readable:
        prepared.note("metadata_unreadable", "A part of its metadata could not be read.")
    if metadata.orientation != 1:
        prepared.note("turned_upright", f"Turned upright once, from orientation {metadata.orientation}.")
    if image.format == "ushort":
        prepared.note("sixteen_bit", "16 bits a channel are kept; the thumbnail shows the upper eight.")


def _to_rgb(image: pyvips.Image, prepared: Prepared) -> pyvips.Image:
    prepared.note("colour_converted", "Converted from CMYK to sRGB, by its own colour profile if it has one.")
    has_profile = bool(image.get_typeof("icc-profile-data"))
    return image.icc_transform("srgb", embedded=has_profile, input_profile=_CMYK, intent="relative").copy_memory()


def _upright(image: pyvips.Image, orientation: int) -> pyvips.Image:
    degrees, mirrored = _TURNS[orientation]
    turned = image.rot(f"d{degrees}") if degrees else image
    return (turned.fliphor() if mirrored else turned).copy_memory()


def _encoded(image: pyvips.Image, prepared: Prepared, bounds: Bounds) -> tuple[bytes, str, bool]:
    """Encode anew: losslessly, unless a large picture of a lossy format had to be turned."""
    n_pixels = image.width * image.height
    fits_jpeg = image.format == "uchar" and image.bands in (1, 3)
    if prepared.lossy and fits_jpeg and n_pixels > bounds.exact_rotation_pixels:
        prepared.note("encoded_anew", "A large turned picture: encoded anew as JPEG of quality 95, positions exact.")
        coded = image.jpegsave_buffer(Q=95, keep="none", optimize_coding=True, subsample_mode="off")
        return coded, MEDIA_TYPES[Allowed.JPEG], False
    n_bytes = n_pixels * image.bands * _BITS[image.format] // _BYTE
    effort = 1 if n_bytes > _QUICK_ABOVE else 3
    coded = image.pngsave_buffer(compression=effort, filter="sub", keep="none")
    return without_asides(coded), MEDIA_TYPES[Allowed.PNG], True


def _shrunk(image: pyvips.Image, pixels: Any, edge_px: int) -> Image.Image:  # noqa: ANN401 - a buffer of cffi
    """Make the thumbnail: every row is read, so a stream is checked to its last row on the way."""
    factor = max(image.width, image.height) // (2 * edge_px)
    if pixels is None and factor > 1:
        image = image.shrink(min(factor, image.width), min(factor, image.height), ceil=True)
    if image.format != "uchar":
        image, pixels = (image >> _BYTE).cast("uchar"), None
    mode, size = _MODES[image.bands], (image.width, image.height)
    small = Image.frombuffer(mode, size, image.write_to_memory() if pixels is None else pixels, "raw", mode, 0, 1)
    scale = min(1.0, edge_px / max(size))
    size = (max(1, round(small.width * scale)), max(1, round(small.height * scale)))
    return _opaque(small.resize(size, Image.Resampling.BICUBIC, reducing_gap=1.01))


def _opaque(image: Image.Image) -> Image.Image:
    """Lay a picture with transparent parts on white."""
    if "A" not in image.mode:
        return image
    ground = Image.new(image.mode, image.size, (_WHITE,) * len(image.mode))
    return Image.alpha_composite(ground.convert("RGBA"), image.convert("RGBA")).convert(image.mode[:-1])


def _coded_thumbnail(small: Image.Image) -> bytes:
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _luma(small: Image.Image) -> bytes:
    return small.convert("L").resize((LUMA_PX, LUMA_PX), Image.Resampling.BOX).tobytes()
