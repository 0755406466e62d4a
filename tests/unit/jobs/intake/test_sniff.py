"""The sniffer goes by content alone and names what it refuses."""

import io

import pytest
from PIL import Image

from assay.jobs.intake.sniff import Allowed, sniff


def encoded(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 6), (200, 30, 40)).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", list(Allowed))
def test_each_allowed_format_is_known_from_what_a_real_encoder_writes(kind: Allowed) -> None:
    assert sniff(encoded(kind.value.upper())).allowed is kind


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("PPM", "Netpbm picture"),
        ("PCX", "PCX picture"),
        ("ICO", "ICO icon"),
        ("TGA", ""),
        ("JPEG2000", "JPEG 2000"),
        ("DDS", "DDS texture"),
        ("SGI", "SGI picture"),
        ("AVIF", "AVIF picture"),
        ("PDF", "PDF document"),
        ("EPS", "PostScript file"),
    ],
)
def test_other_formats_are_refused_by_name(kind: str, name: str) -> None:
    found = sniff(encoded(kind))
    assert (found.name, found.allowed) == (name, None)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "SVG drawing"),
        (b"<?xml version='1.0'?>\n<!-- x --><svg>", "SVG drawing"),
        (b"<!DOCTYPE HTML><p>", "HTML page"),
        (b"\x80\x04\x95\x32\x00", "Python pickle"),
        (b"\x93NUMPY\x01\x00", "NumPy array"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "7z archive"),
        (b"\x00\x00\x00\x18ftypheic\x00", "HEIC picture"),
        (b"\x00\x00\x00\x18ftypisom\x00", "video or other media file"),
        (b"  [1, 2]", "JSON text"),
        (b"no picture at all, only words", ""),
    ],
)
def test_what_is_no_picture_is_named_when_it_is_known(head: bytes, name: str) -> None:
    found = sniff(head)
    assert (found.name, found.allowed) == (name, None)


@pytest.mark.parametrize("damage", [0, 4, 7])
def test_a_png_with_a_damaged_signature_is_a_damaged_png_and_no_unknown_file(damage: int) -> None:
    data = bytearray(encoded("PNG"))
    data[damage] ^= 0x80
    assert sniff(bytes(data)) == sniff(b"\x00PNG....")
    assert sniff(bytes(data)).damaged


def test_no_bytes_are_no_format() -> None:
    assert sniff(b"").name == ""
