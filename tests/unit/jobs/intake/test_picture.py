"""The whole way of one picture, against Pillow as the second opinion."""

import io
import json

import numpy as np
import pytest
from PIL import Image, ImageOps
from tests.unit.jobs.intake.making import bounds, encoded, exif_of, picture, pixels

from assay.jobs.intake.child.picture import Processed, process
from assay.jobs.intake.child.prepared import Refused


def done(data: bytes, **limits: int) -> Processed:
    return process(data, bounds(**limits))


def served(data: bytes, answer: Processed) -> bytes:
    return answer.served or data


def upright(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(ImageOps.exif_transpose(image))


LOSSLESS = [("PNG", {}), ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"}), ("WEBP", {"lossless": True})]
LOSSY = [("JPEG", {"quality": 90}), ("WEBP", {"quality": 90}), ("JPEG", {"progressive": True})]


@pytest.mark.parametrize(("kind", "options"), LOSSLESS + LOSSY)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_copy_is_the_original_turned_upright_pixel_for_pixel(
    kind: str, options: dict[str, object], orientation: int
) -> None:
    data = encoded(picture(), kind, exif=exif_of(t0112=orientation), **options)
    answer = done(data)
    copy = served(data, answer)
    assert answer.facts["exact"]
    assert answer.facts["orientation"] == orientation
    assert (pixels(copy) == upright(data)).all()
    assert (answer.facts["width"], answer.facts["height"]) == ((40, 24) if orientation < 5 else (24, 40))
    assert Image.open(io.BytesIO(copy)).getexif() == {}


@pytest.mark.parametrize("orientation", [1, 2, 6, 7])
def test_the_thumbnail_and_the_grey_picture_are_upright_too(orientation: int) -> None:
    data = encoded(picture(400, 240), "PNG", exif=exif_of(t0112=orientation))
    answer = done(data, thumbnail_px=100)
    small = pixels(answer.thumbnail).astype(int)
    expected = np.asarray(Image.fromarray(upright(data)).resize(small.shape[1::-1], Image.Resampling.BOX)).astype(int)
    assert max(small.shape) == 100
    assert np.abs(small - expected).mean() < 6
    grey = np.frombuffer(answer.luma, np.uint8).reshape(32, 32).astype(int)
    wanted = np.asarray(Image.fromarray(upright(data)).convert("L").resize((32, 32), Image.Resampling.BOX)).astype(int)
    assert np.abs(grey - wanted).mean() < 6


def test_a_large_turned_photograph_is_encoded_anew_and_says_so() -> None:
    data = encoded(picture(200, 120), "JPEG", quality=92, exif=exif_of(t0112=6))
    answer = done(data, exact_rotation_pixels=1000)
    assert (answer.facts["media_type"], answer.facts["exact"]) == ("image/jpeg", False)
    assert "encoded_anew" in dict(answer.facts["notes"])
    difference = np.abs(pixels(answer.served).astype(int) - upright(data).astype(int))
    assert difference.mean() < 1.5


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_bmp_and_gif_become_png_with_the_same_pixels(mode: str) -> None:
    image = picture().convert("P", palette=Image.Palette.ADAPTIVE) if mode == "P" else picture().convert(mode)
    for kind in ("BMP", "GIF") if mode != "RGB" else ("BMP",):
        data = encoded(image, kind)
        answer = done(data)
        with Image.open(io.BytesIO(data)) as original:
            assert (
                np.asarray(Image.open(io.BytesIO(answer.served)).convert("RGB")) == np.asarray(original.convert("RGB"))
            ).all()
        assert answer.facts["media_type"] == "image/png"


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_kept(kind: str) -> None:
    deep = np.arange(40 * 24, dtype=np.uint16).reshape(24, 40) * 60
    data = encoded(Image.fromarray(deep), kind)
    answer = done(data)
    assert (pixels(served(data, answer)) == deep).all()
    assert answer.facts["bits"] == 16
    assert "sixteen_bit" in dict(answer.facts["notes"])
    assert abs(int(pixels(answer.thumbnail)[-1, -1]) - int(deep[-1, -1] >> 8)) < 12


def test_cmyk_is_shown_in_true_colours() -> None:
    flat = Image.new("RGB", (32, 32), (200, 40, 30)).convert("CMYK")
    answer = done(encoded(flat, "JPEG", quality=95))
    red, green, blue = pixels(answer.served)[16, 16].tolist()
    assert red > 150
    assert max(green, blue) < 90
    assert not answer.facts["exact"]
    assert "colour_converted" in dict(answer.facts["notes"])


def test_transparent_parts_are_white_in_the_thumbnail_and_kept_in_the_copy() -> None:
    image = picture(mode="RGBA")
    image.putalpha(0)
    data = encoded(image, "PNG")
    answer = done(data)
    assert pixels(answer.thumbnail).min() > 250
    assert answer.facts["n_channels"] == 4


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (3000, 1), (255, 257), (513, 10)])
def test_odd_shapes_have_a_thumbnail_within_its_edge(size: tuple[int, int]) -> None:
    shape = pixels(done(encoded(picture(*size), "PNG")).thumbnail).shape
    assert max(shape[:2]) <= 256
    assert min(shape[:2]) >= 1


def test_a_picture_too_large_to_be_held_is_read_as_a_stream_to_its_last_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.jobs.intake.child.decode._STREAMED_ABOVE", 1000)
    data = encoded(picture(1100, 700), "JPEG", quality=90)
    assert done(data).facts["same"]
    at = len(data) - 400
    damaged = data[:at] + b"\x00" * 100 + data[at + 100 :]
    with pytest.raises(Refused):
        done(damaged)


def test_floating_point_pixels_are_refused_with_a_way_out() -> None:
    data = encoded(Image.fromarray(np.ones((4, 4), np.float32)), "TIFF")
    with pytest.raises(Refused) as caught:
        done(data)
    assert caught.value.code == "intake.unsupported_pixels"


def test_pages_behind_the_first_are_counted_and_noted() -> None:
    data = encoded(picture(), "TIFF", save_all=True, append_images=[picture(), picture()])
    answer = done(data)
    assert answer.facts["n_frames"] == 3
    assert "first_frame_only" in dict(answer.facts["notes"])


def test_the_same_bytes_always_give_the_same_answer() -> None:
    data = encoded(picture(300, 200), "TIFF", exif=exif_of(t0112=8))
    assert done(data) == done(data)


def test_facts_are_plain_enough_for_json() -> None:
    data = encoded(picture(), "JPEG", exif=exif_of(t0112=3, t010F="x", t013B="y"))
    facts = done(data).facts
    assert json.loads(json.dumps(facts)) == {**facts, "notes": [list(note) for note in facts["notes"]]}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_a_file_cut_in_the_middle_of_its_pixels_is_never_filled_with_grey(kind: str) -> None:
    rng = np.random.default_rng(5)
    data = encoded(Image.fromarray(rng.integers(0, 255, (60, 80, 3), dtype=np.uint8)), kind)
    for share in (0.3, 0.6, 0.9, 0.98):
        with pytest.raises(Refused):
            done(data[: int(len(data) * share)])
