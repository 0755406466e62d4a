"""A PNG is proven sound and reduced to its picture."""

import itertools
import zlib

import pytest
from PIL import Image, PngImagePlugin
from tests.unit.jobs.intake.making import bounds, chunk, encoded, exif_of, picture, pixels, png_chunks, png_of

from assay.jobs.intake.child.png import prepare_png
from assay.jobs.intake.child.prepared import Refused

PLAIN = encoded(picture(), "PNG")
SENDER = "words-of-the-sender"


def refused(data: bytes, **limits: int) -> str:
    with pytest.raises(Refused) as caught:
        prepare_png(data, bounds(**limits))
    return caught.value.code


def with_chunk(kind: bytes, body: bytes, at: int = 1) -> bytes:
    chunks = png_chunks(PLAIN)
    chunks.insert(at, (kind, body))
    return png_of(chunks)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_the_copy_decodes_to_the_very_same_pixels_and_holds_only_them(mode: str) -> None:
    image = picture().convert("P", palette=Image.Palette.ADAPTIVE) if mode == "P" else picture().convert(mode)
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", SENDER)
    text.add_text("Packed", SENDER * 9, zip=True)
    text.add_itxt("Also", SENDER)
    data = encoded(image, "PNG", pnginfo=text, exif=exif_of(t010F=SENDER), dpi=(72, 72), icc_profile=b"x" * 200)
    prepared = prepare_png(data, bounds())
    assert (pixels(prepared.source) == pixels(data)).all()
    assert {kind for kind, _ in png_chunks(prepared.source)} <= {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}


def test_a_file_that_is_clean_already_is_kept_byte_for_byte() -> None:
    assert prepare_png(PLAIN, bounds()).source is PLAIN


def test_transparency_of_a_palette_is_kept() -> None:
    image = picture().convert("P", palette=Image.Palette.ADAPTIVE, colors=8)
    data = encoded(image, "PNG", transparency=b"\x00\x80", pnginfo=PngImagePlugin.PngInfo(), dpi=(9, 9))
    copy = prepare_png(data, bounds()).source
    assert b"tRNS" in dict(png_chunks(copy))
    assert Image.open(__import__("io").BytesIO(copy)).convert("RGBA").getpixel((0, 0)) is not None


def test_the_tail_is_dropped_and_noted() -> None:
    prepared = prepare_png(PLAIN + b"PK\x05\x06" + bytes(18), bounds())
    assert prepared.source == png_of(png_chunks(PLAIN))
    assert [code for code, _ in prepared.notes] == ["tail_dropped"]


def test_bytes_hidden_behind_the_pixel_data_are_dropped_and_noted() -> None:
    chunks = [(kind, body + b"hidden" * (kind == b"IDAT")) for kind, body in png_chunks(PLAIN)]
    prepared = prepare_png(png_of(chunks), bounds())
    assert b"hidden" not in prepared.source
    assert (pixels(prepared.source) == pixels(PLAIN)).all()
    assert [code for code, _ in prepared.notes] == ["stray_bytes"]


@pytest.mark.parametrize("at", range(8, len(PLAIN), 7))
def test_a_flipped_bit_anywhere_behind_the_signature_is_refused(at: int) -> None:
    assert refused(PLAIN[:at] + bytes([PLAIN[at] ^ 4]) + PLAIN[at + 1 :]) in (
        "intake.corrupt_image",
        "intake.too_many_pixels",
    )


@pytest.mark.parametrize("n_bytes", range(8, len(PLAIN), 11))
def test_a_file_cut_anywhere_is_refused(n_bytes: int) -> None:
    assert refused(PLAIN[:n_bytes]) == "intake.corrupt_image"


@pytest.mark.parametrize("change", [-1, 1, 1 << 22])
def test_more_or_less_pixel_data_than_pixels_is_refused_without_keeping_it(change: int) -> None:
    raw = zlib.decompress(dict(png_chunks(PLAIN))[b"IDAT"])
    wrong = raw + bytes(change) if change > 0 else raw[:change]
    chunks = [(kind, zlib.compress(wrong) if kind == b"IDAT" else body) for kind, body in png_chunks(PLAIN)]
    assert refused(png_of(chunks)) == "intake.corrupt_image"


@pytest.mark.parametrize(("width", "height"), [(1, 1), (2, 3), (5, 5), (8, 8), (9, 17), (3, 1)])
@pytest.mark.parametrize(("depth", "colour", "channels"), [(1, 0, 1), (4, 0, 1), (8, 2, 3), (16, 6, 4)])
def test_the_size_of_interlaced_pixel_data_is_known(
    width: int, height: int, depth: int, colour: int, channels: int
) -> None:
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    raw = b""
    for left, top, step_x, step_y in passes:
        across, down = len(range(left, width, step_x)), len(range(top, height, step_y))
        raw += (b"\x00" + bytes((across * depth * channels + 7) // 8)) * down * bool(across)
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([depth, colour, 0, 0, 1])
    data = png_of([(b"IHDR", header), (b"IDAT", zlib.compress(raw)), (b"IEND", b"")])
    assert prepare_png(data, bounds()).width == width
    assert pixels(data).shape[:2] == (height, width)


def test_packed_text_is_measured_within_its_bound_and_never_unpacked_further() -> None:
    bomb = with_chunk(b"zTXt", b"key\x00\x00" + zlib.compress(bytes(64 << 20), 9))
    assert refused(bomb) == "intake.metadata_too_large"
    many = png_of(
        [png_chunks(PLAIN)[0]] + [(b"zTXt", b"k\x00\x00" + zlib.compress(bytes(1 << 20)))] * 5 + png_chunks(PLAIN)[1:]
    )
    assert refused(many) == "intake.metadata_too_large"


def test_xmp_and_exif_are_handed_on_for_reading() -> None:
    packed = b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + zlib.compress(b"<x/>")
    assert prepare_png(with_chunk(b"iTXt", packed), bounds()).xmp == b"<x/>"
    assert prepare_png(with_chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00<y/>"), bounds()).xmp == b"<y/>"
    assert prepare_png(with_chunk(b"eXIf", b"MM\x00*"), bounds()).exif == b"MM\x00*"


def test_an_animation_is_reduced_to_its_still_picture() -> None:
    frames = [picture(), picture().rotate(180)]
    data = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])
    prepared = prepare_png(data, bounds())
    assert prepared.n_frames == 2
    assert (pixels(prepared.source) == pixels(PLAIN)).all()
    assert [code for code, _ in prepared.notes] == ["first_frame_only"]


HEADERS = [
    *((depth, colour) for depth, colour in itertools.product((0, 3, 32), (0, 2, 3, 4, 6))),
    *((8, 1), (8, 5), (8, 7), (4, 2), (16, 3), (2, 6)),
]


@pytest.mark.parametrize(("depth", "colour"), HEADERS)
def test_kinds_of_pixels_that_do_not_exist_are_refused(depth: int, colour: int) -> None:
    header = bytes([0, 0, 0, 4, 0, 0, 0, 4, depth, colour, 0, 0, 0])
    assert refused(png_of([(b"IHDR", header), *png_chunks(PLAIN)[1:]])) == "intake.corrupt_image"


@pytest.mark.parametrize(
    "data",
    [
        png_of([(b"IEND", b"")]),
        png_of(png_chunks(PLAIN)[1:]),
        png_of([png_chunks(PLAIN)[0], *png_chunks(PLAIN)]),
        png_of([png_chunks(PLAIN)[0], (b"IEND", b"")]),
        with_chunk(b"ABCD", b"needed"),
        with_chunk(b"PLTE", b"1234"),
        PLAIN[:-12] + chunk(b"tEXt", b"a\x00b") + chunk(b"IDAT", b"") + PLAIN[-12:],
    ],
)
def test_a_file_that_contradicts_itself_is_refused(data: bytes) -> None:
    assert refused(data) == "intake.corrupt_image"


def test_too_many_pixels_are_refused_by_the_header() -> None:
    assert refused(PLAIN, max_pixels=959) == "intake.too_many_pixels"
    assert refused(PLAIN, max_edge_px=39) == "intake.too_many_pixels"
