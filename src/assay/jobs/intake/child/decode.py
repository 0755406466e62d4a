"""Decodes pixels strictly: what is missing or damaged is refused, never filled with grey."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import pyvips
from PIL import BmpImagePlugin, GifImagePlugin, Image

from assay.jobs.intake.child.prepared import Bounds, Prepared, Refused, corrupt
from assay.jobs.intake.sniff import Allowed

Image.MAX_IMAGE_PIXELS = None  # sizes are checked from the header, before Pillow sees the file

_STRAY_AT_END = re.compile(r"VipsJpeg: Corrupt JPEG data: (\d+) extraneous bytes before marker 0xd9$")
_MEMORY = ("out of memory", "unable to allocate", "Insufficient memory")
_BYTES = {"uchar": 1, "ushort": 2}
_LOADERS = {Allowed.JPEG: "jpegload_buffer", Allowed.PNG: "pngload_buffer", Allowed.WEBP: "webpload_buffer"}
_MAX_CHANNELS = 4
_STREAMED_ABOVE = 64 << 20
_CMYK = "cmyk"


@dataclass(frozen=True, slots=True)
class Decoded:
    """The pixels of a picture.

    Attributes:
        image: ready for more work; a stream that can be read once when `pixels` is missing and `is_stream`.
        pixels: the same as one buffer, row by row; `None` for streams and for CMYK.
        is_stream: damage shows only while it is read.
    """

    image: pyvips.Image
    pixels: object | None = None
    is_stream: bool = False


def decode(kind: Allowed, prepared: Prepared, *, keep_pixels: bool) -> Decoded:
    """Decode the whole picture.

    Args:
        kind: its format.
        prepared: the container as read.
        keep_pixels: the picture must be held in memory because it is turned or encoded anew; else a large one is given
            as a stream that can be read once, and is checked while it is read.

    Raises:
        Refused: damaged, or pixels of an unsupported kind.
    """
    if kind in _LOADERS:
        image = _strict(_LOADERS[kind], prepared)
    elif kind is Allowed.TIFF:
        image = _loaded("tiffload_buffer", prepared.source, "error")
    else:
        image = _with_pillow(kind, prepared.source)
    n_bytes = image.width * image.height * image.bands * _bytes_a_value(image)
    if n_bytes > _STREAMED_ABOVE and not keep_pixels:
        return Decoded(image, is_stream=True)
    try:
        return _held(image)
    except pyvips.Error as error:
        return _second_look(kind, prepared, error)


def _held(image: pyvips.Image) -> Decoded:
    if image.interpretation == _CMYK:
        return Decoded(image.copy_memory())
    pixels = image.write_to_memory()
    plain = pyvips.Image.new_from_memory(pixels, image.width, image.height, image.bands, image.format)
    return Decoded(plain.copy(interpretation=image.interpretation), pixels)


def _strict(loader: str, prepared: Prepared) -> pyvips.Image:
    image = _loaded(loader, prepared.source, "warning")
    if (image.width, image.height) != (prepared.width, prepared.height):
        raise corrupt("its decoder finds another size than its header says")
    return image


def _loaded(loader: str, source: bytes, fail_on: str) -> pyvips.Image:
    try:
        return getattr(pyvips.Image, loader)(source, fail_on=fail_on, access="sequential")
    except pyvips.Error as error:
        raise refusal_of(error) from None


def _bytes_a_value(image: pyvips.Image) -> int:
    size = _BYTES.get(image.format, 0)
    if not size or image.bands > _MAX_CHANNELS:
        reason = f"{image.bands} channels of type {image.format}"
        raise Refused("intake.unsupported_pixels", reason)
    return size


def _second_look(kind: Allowed, prepared: Prepared, error: pyvips.Error) -> Decoded:
    """Take a JPEG whose only fault is stray bytes behind its last row; refuse everything else."""
    first = str(error.detail).partition("\n")[0]
    match = _STRAY_AT_END.match(first) if kind is Allowed.JPEG else None
    if match is None:
        raise refusal_of(error)
    try:
        decoded = _held(_loaded("jpegload_buffer", prepared.source, "error"))
    except pyvips.Error as again:
        raise refusal_of(again) from None
    prepared.note("stray_bytes", f"{match[1]} stray bytes behind its last row; every pixel is there.")
    return decoded


def refusal_of(error: pyvips.Error) -> Refused:
    """Turn what the decoder says into a refusal; its words are shortened to plain letters."""
    text = str(error.detail)
    if any(mark in text for mark in _MEMORY):
        return Refused("intake.too_much_memory", "decoding needs more memory than is allowed")
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    said = re.sub(r"[^ -~]", "?", re.sub(r"^\w+: ", "", first)).strip()[:100]
    return corrupt(f"its decoder says: {said}" if said else "it cannot be decoded")


def _with_pillow(kind: Allowed, source: bytes) -> pyvips.Image:
    plugin = GifImagePlugin.GifImageFile if kind is Allowed.GIF else BmpImagePlugin.BmpImageFile
    try:
        with plugin(io.BytesIO(source)) as opened:
            opened.load()
            image = _plain(opened)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - hostile bytes make Pillow raise nearly every kind of exception
        said = re.sub(r"[^ -~]", "?", str(error))[:100]
        raise corrupt(f"its decoder says: {said}" if said else "it cannot be decoded") from None
    return pyvips.Image.new_from_memory(image.tobytes(), *image.size, len(image.getbands()), "uchar").copy(
        interpretation="b-w" if len(image.getbands()) == 1 else "srgb"
    )


def _plain(image: Image.Image) -> Image.Image:
    if image.mode in ("L", "RGB", "RGBA"):
        return image if "transparency" not in image.info else image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGBA" if "transparency" in image.info else "RGB")


def prepare_bmp(data: bytes, bounds: Bounds) -> Prepared:
    """Read the header; a BMP has no metadata worth keeping and is stored as PNG."""
    try:
        with BmpImagePlugin.BmpImageFile(io.BytesIO(data)) as image:
            width, height = image.size
    except Exception as error:  # noqa: BLE001 - hostile bytes make Pillow raise nearly every kind of exception
        raise corrupt(f"its header cannot be read: {re.sub(r'[^ -~]', '?', str(error))[:100]}") from None
    bounds.check_size(width, height)
    bounds.check_work(width * height * 5)
    return Prepared(width, height, data, clean=False)


def prepare_tiff(data: bytes, bounds: Bounds) -> Prepared:
    """Read the header of the first page; its tags are its metadata."""
    image = _loaded("tiffload_buffer", data, "error")
    bounds.check_size(image.width, image.height)
    bounds.check_work(image.width * image.height * image.bands * _bytes_a_value(image))
    n_pages = image.get("n-pages") if image.get_typeof("n-pages") else 1
    prepared = Prepared(image.width, image.height, data, clean=False, n_frames=n_pages, exif=data)
    if n_pages > 1:
        prepared.note("first_frame_only", f"A file of {n_pages} pages; the first was taken.")
    if image.get_typeof("icc-profile-data"):
        prepared.note("profile_dropped", "Its colour profile was dropped; pixel values are unchanged.")
    return prepared
