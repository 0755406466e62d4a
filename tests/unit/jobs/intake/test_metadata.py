"""Metadata is parted: what helps, what identifies, and nothing else."""

import pytest
from PIL.TiffImagePlugin import IFDRational
from tests.unit.jobs.intake.making import exif_of

from assay.jobs.intake.child.metadata import read_metadata

GPS = {1: "S", 2: (33.0, 51.0, 31.2), 3: "E", 4: (151.0, 12.0, 40.68), 5: b"\x01", 6: IFDRational(25, 2)}


def packed(**tags: object) -> bytes:
    inner = {int(k[1:], 16): v for k, v in tags.items() if k.startswith("x")}
    exif = exif_of(**{k: v for k, v in tags.items() if k.startswith("t")})
    if inner:
        exif.get_ifd(0x8769).update(inner)
    if "gps" in tags:
        exif.get_ifd(0x8825).update(tags["gps"])  # type: ignore[call-overload]  # a table of GPS tags
    return exif.tobytes()


def test_camera_time_and_exposure_are_capture_metadata() -> None:
    data = packed(
        t010F="Maker\x00",
        t0110="Model",
        x9003="2026:01:31 23:59:58",
        x9011="+02:00",
        x829A=IFDRational(1, 50),
        x8827=200,
    )
    assert read_metadata(data, b"").capture == {
        "make": "Maker",
        "model": "Model",
        "exposure_s": 0.02,
        "iso": 200.0,
        "taken_at": "2026-01-31T23:59:58+02:00",
    }


def test_position_names_and_serial_numbers_are_private() -> None:
    data = packed(
        t013B="Ann", t8298="(c) Ann", t010E="my house", xA430="Ann B", xA431="SN1", xA435="SN2", xA420="u-1", gps=GPS
    )
    found = read_metadata(data, b"")
    assert found.capture == {}
    assert found.private == {
        "artist": "Ann",
        "copyright": "(c) Ann",
        "image_description": "my house",
        "camera_owner": "Ann B",
        "body_serial": "SN1",
        "lens_serial": "SN2",
        "image_unique_id": "u-1",
        "latitude": pytest.approx(-33.8586667),
        "longitude": pytest.approx(151.2113),
        "altitude_m": -12.5,
    }


def test_fields_that_are_not_named_are_dropped() -> None:
    data = packed(t0131="Software of Ann", x927C=b"maker note with SN3", x9286=b"ASCII\x00\x00\x00hello")
    found = read_metadata(data, b"")
    assert (found.capture, found.private) == ({}, {"user_comment": "hello"})


@pytest.mark.parametrize(("told", "used"), [*((i, i) for i in range(1, 9)), (0, 1), (9, 1), (65535, 1)])
def test_orientation_is_what_exif_says_and_1_when_that_is_invalid(told: int, used: int) -> None:
    assert read_metadata(packed(t0112=told), b"").orientation == used


@pytest.mark.parametrize("form", [b'<r tiff:Orientation="6"/>', b"<tiff:Orientation>6</tiff:Orientation>"])
def test_orientation_of_xmp_counts_only_where_exif_has_none(form: bytes) -> None:
    assert read_metadata(b"", form).orientation == 6
    assert read_metadata(packed(t010F="x"), form).orientation == 6
    assert read_metadata(packed(t0112=3), form).orientation == 3


@pytest.mark.parametrize(
    "time", ["2026:13:01 00:00:00", "0000:00:00 00:00:00", "    :  :     :  :  ", "2026-01-01", "2026:01:01 24:00:00"]
)
def test_a_time_that_is_none_is_dropped(time: str) -> None:
    assert "taken_at" not in read_metadata(packed(x9003=time), b"").capture


def test_numbers_without_value_are_dropped() -> None:
    found = read_metadata(
        packed(x829A=IFDRational(1, 0), x829D=IFDRational(0, 0), gps={**GPS, 2: (91.0, 0.0, 0.0)}), b""
    )
    assert found.capture == {}
    assert "latitude" not in found.private


@pytest.mark.parametrize(
    "data", [b"", b"MM", b"MM\x00*\x00\x00\x00\x08", b"II*\x00\xff\xff\xff\xff", b"x" * 50, bytes(500)]
)
def test_damaged_metadata_is_no_damage_to_the_picture(data: bytes) -> None:
    found = read_metadata(data, b"")
    assert found.orientation == 1
    assert found.private == {}


def test_long_text_and_control_characters_are_cut() -> None:
    found = read_metadata(packed(t010F="a\x1b[31m\r\nb" + "x" * 999), b"")
    assert str(found.capture["make"]).startswith("a [31m b")
    assert len(str(found.capture["make"])) == 256
