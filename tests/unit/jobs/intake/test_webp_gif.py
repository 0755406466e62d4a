"""WebP is reduced to its picture; GIF is measured before it is decoded."""

import pytest
from tests.unit.jobs.intake.making import bounds, encoded, exif_of, picture, pixels

from assay.jobs.intake.child.gif import prepare_gif
from assay.jobs.intake.child.prepared import Refused
from assay.jobs.intake.child.webp import prepare_webp


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 80}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_the_copy_of_a_webp_decodes_to_the_very_same_pixels(mode: str, options: dict[str, object]) -> None:
    image = picture().convert(mode)
    if mode == "RGBA":
        image.putalpha(picture().convert("L"))
    data = encoded(image, "WEBP", exif=exif_of(t010F="camera"), xmp=b"<secret/>", icc_profile=b"x" * 99, **options)
    prepared = prepare_webp(data, bounds())
    assert (pixels(prepared.source) == pixels(data)).all()
    assert not any(mark in prepared.source for mark in (b"EXIF", b"XMP ", b"ICCP", b"camera", b"secret"))
    assert prepared.xmp == b"<secret/>"
    assert prepared.exif[:2] in (b"MM", b"II")
    assert [code for code, _ in prepared.notes] == ["profile_dropped"]


def test_a_webp_that_is_clean_already_is_kept_byte_for_byte() -> None:
    data = encoded(picture(), "WEBP")
    assert prepare_webp(data, bounds()).source == data


def test_a_tail_of_a_webp_is_dropped_and_a_cut_one_is_refused() -> None:
    data = encoded(picture(), "WEBP")
    prepared = prepare_webp(data + b"<script>", bounds())
    assert (prepared.source, prepared.notes[0][0]) == (data, "tail_dropped")
    for n_bytes in range(12, len(data), 9):
        with pytest.raises(Refused):
            prepare_webp(data[:n_bytes], bounds())


def test_a_webp_whose_canvas_and_picture_differ_is_refused() -> None:
    data = bytearray(encoded(picture(mode="RGBA"), "WEBP", exif=exif_of(t010F="x")))
    at = data.index(b"VP8X") + 12
    data[at] += 1
    with pytest.raises(Refused, match="canvas says"):
        prepare_webp(bytes(data), bounds())


def test_an_animated_webp_is_counted() -> None:
    data = encoded(picture(), "WEBP", save_all=True, append_images=[picture().rotate(180)])
    prepared = prepare_webp(data, bounds())
    assert (prepared.n_frames, prepared.clean, prepared.notes[0][0]) == (2, False, "first_frame_only")


def test_a_gif_is_measured_by_its_frames_too() -> None:
    data = bytearray(encoded(picture(), "GIF"))
    at = data.index(b"\x2c\x00\x00\x00\x00", 13)
    data[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    with pytest.raises(Refused) as caught:
        prepare_gif(bytes(data), bounds())
    assert caught.value.code == "intake.too_many_pixels"


def test_frames_of_a_gif_are_counted_and_its_tail_is_noted() -> None:
    data = encoded(picture(), "GIF", save_all=True, append_images=[picture().rotate(180), picture().rotate(90)])
    prepared = prepare_gif(data + b"tail", bounds())
    assert (prepared.n_frames, prepared.width, prepared.height) == (3, 40, 24)
    assert {code for code, _ in prepared.notes} == {"first_frame_only", "tail_dropped"}


def test_a_gif_cut_inside_its_first_frame_is_refused_and_one_without_end_mark_is_noted() -> None:
    data = encoded(picture(), "GIF")
    assert prepare_gif(data[:-1], bounds()).notes[0][0] == "end_missing"
    for n_bytes in range(6, len(data) - 2, 13):
        with pytest.raises(Refused):
            prepare_gif(data[:n_bytes], bounds())
