"""A JPEG is taken apart and put together again without touching its pixels."""

import numpy as np
import pytest
from tests.unit.jobs.intake.making import bounds, encoded, exif_of, picture, pixels

from assay.jobs.intake.child.jpeg import prepare_jpeg
from assay.jobs.intake.child.prepared import Refused

PLAIN = encoded(picture(), "JPEG", quality=90)
SECRET = b"secret-of-the-sender"


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def behind_start(*segments: bytes) -> bytes:
    return PLAIN[:2] + b"".join(segments) + PLAIN[2:]


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 2}, {"restart_marker_blocks": 2}])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_copy_decodes_to_the_very_same_pixels(mode: str, options: dict[str, object]) -> None:
    data = encoded(picture(mode=mode), "JPEG", exif=exif_of(t010F="camera"), comment=SECRET, **options)
    copy = prepare_jpeg(data, bounds()).source
    assert (pixels(copy) == pixels(data)).all()
    assert SECRET not in copy
    assert b"Exif" not in copy


def test_a_file_that_is_clean_already_is_kept_byte_for_byte() -> None:
    prepared = prepare_jpeg(PLAIN, bounds())
    assert prepared.source == PLAIN
    assert not prepared.notes


def test_every_kind_of_metadata_is_dropped() -> None:
    marks = [segment(0xE0 + i, b"XMP" + SECRET) for i in range(16)]
    thumbnail = segment(0xE0, b"JFXX\x00\x10" + SECRET)
    copy = prepare_jpeg(behind_start(*marks, thumbnail, segment(0xFE, SECRET)), bounds()).source
    assert copy == PLAIN


def test_a_thumbnail_inside_the_jfif_header_is_dropped() -> None:
    header = b"JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x02\x02" + bytes(12)
    copy = prepare_jpeg(PLAIN[:2] + segment(0xE0, header) + PLAIN[20:], bounds()).source
    assert copy[2:20] == segment(0xE0, header[:12] + b"\x00\x00")


def test_the_segment_that_says_rgb_is_kept_or_the_colours_would_turn() -> None:
    data = encoded(picture(), "JPEG", quality=95, keep_rgb=True)
    copy = prepare_jpeg(data, bounds()).source
    assert (pixels(copy) == pixels(data)).all()
    assert np.abs(pixels(copy).astype(int) - np.asarray(picture()).astype(int)).mean() < 4


def test_bytes_behind_the_end_and_between_segments_are_dropped_and_noted() -> None:
    prepared = prepare_jpeg(behind_start(b"stray") + b"<script>" * 9, bounds())
    assert prepared.source == PLAIN
    assert {code for code, _ in prepared.notes} == {"stray_bytes", "tail_dropped"}


def test_exif_and_xmp_are_handed_on_for_reading() -> None:
    data = behind_start(
        segment(0xE1, b"Exif\x00\x00MM"),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00<x/>"),
        segment(0xE1, b"Exif\x00\x00II"),
    )
    prepared = prepare_jpeg(data, bounds())
    assert (prepared.exif, prepared.xmp) == (b"MM", b"<x/>")


@pytest.mark.parametrize("n_bytes", range(2, len(PLAIN), 37))
def test_a_file_cut_anywhere_is_refused(n_bytes: int) -> None:
    with pytest.raises(Refused) as caught:
        prepare_jpeg(PLAIN[:n_bytes], bounds())
    assert caught.value.code == "intake.corrupt_image"


def test_more_scans_than_any_real_file_has_are_refused() -> None:
    data = encoded(picture(), "JPEG", progressive=True)
    with pytest.raises(Refused) as caught:
        prepare_jpeg(data, bounds(max_scans=3))
    assert caught.value.code == "intake.too_many_scans"
    prepare_jpeg(data, bounds(max_scans=20))


def test_too_many_pixels_are_refused_by_the_header() -> None:
    with pytest.raises(Refused, match="40 x 24 pixels") as caught:
        prepare_jpeg(PLAIN, bounds(max_pixels=959))
    assert caught.value.code == "intake.too_many_pixels"


def test_a_progressive_picture_is_refused_when_its_coefficients_would_not_fit() -> None:
    data = encoded(picture(64, 64), "JPEG", progressive=True, subsampling=0)
    with pytest.raises(Refused) as caught:
        prepare_jpeg(data, bounds(max_work_bytes=64 * 64 * 3 * 2 - 1))
    assert caught.value.code == "intake.too_much_memory"
    prepare_jpeg(data, bounds(max_work_bytes=64 * 64 * 3 * 2))


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xd9",
        behind_start(b"\xff\xd8"),
        behind_start(segment(0xDC, b"\x00\x10")),
        behind_start(segment(0xF3, b"xx")),
        behind_start(segment(0xC0, b"\x08\x00\x08\x00\x08\x01\x01\x11\x00")),
        behind_start(segment(0xC0, b"\x08\x00")),
        behind_start(b"\xff\xe1\x00\x01"),
        behind_start(b"\xff\xe1\xff\xff"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        prepare_jpeg(data, bounds())
    assert caught.value.code == "intake.corrupt_image"


@pytest.mark.parametrize(("process", "precision"), [(0xC3, 8), (0xC7, 8), (0xC1, 12)])
def test_processes_that_no_browser_shows_are_refused_as_such(process: int, precision: int) -> None:
    at = PLAIN.index(b"\xff\xc0")
    data = PLAIN[: at + 1] + bytes([process]) + PLAIN[at + 2 : at + 4] + bytes([precision]) + PLAIN[at + 5 :]
    with pytest.raises(Refused) as caught:
        prepare_jpeg(data, bounds())
    assert caught.value.code == "intake.unsupported_pixels"
