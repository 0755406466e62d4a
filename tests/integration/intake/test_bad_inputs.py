"""Every hostile picture and archive of the shared set gets an answer that its manifest allows, safely and in time."""

from __future__ import annotations

import io
import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps
from tests.integration.intake import decisions
from tests.support.shared import shared_path
from tests.unit.jobs.intake.making import bounds, png_chunks

from assay.jobs.intake import Accepted, DecodePool, IntakeError, Outcome, Picture, intake, open_path
from assay.jobs.intake.child.jpeg import prepare_jpeg

Image.MAX_IMAGE_PIXELS = None
MAX_WALL_S = 5.0
PATH_OF_THE_SERVER = re.compile(r"/(work|tmp|root|home|usr|proc)\b|Traceback|\.py\b")


@dataclass(frozen=True)
class Case:
    """A row of the manifest and what came of it."""

    row: dict[str, Any]
    data: bytes
    code: str
    reason: str
    picture: Picture | None
    wall_s: float


def rows(*kinds: str) -> list[dict[str, Any]]:
    manifest = shared_path("badinputs/manifest.jsonl").read_text(encoding="utf-8")
    return [row for row in map(json.loads, manifest.splitlines()) if row["kind"] in kinds]


@pytest.fixture(scope="module")
def cases(pool: DecodePool) -> list[Case]:
    root = shared_path("badinputs")
    pool.isolation()

    def run(row: dict[str, Any]) -> Case:
        data = (root / row["path"]).read_bytes()
        began = time.monotonic()
        try:
            picture: Picture | None = pool.decode(data)
            code = reason = decisions.ACCEPTED
        except IntakeError as error:
            picture, code, reason = None, error.code, error.reason
        return Case(row, data, code, reason, picture, time.monotonic() - began)

    with ThreadPoolExecutor(pool.n_children) as executor:
        return list(executor.map(run, rows("image", "svg")))


def accepted(cases: list[Case]) -> Iterator[tuple[Case, Picture]]:
    for case in cases:
        if case.picture is not None:
            yield case, case.picture


@pytest.mark.slow
def test_every_picture_gets_an_answer_that_its_word_allows(cases: list[Case]) -> None:
    wrong = [
        (c.row["path"], c.row["expect"], c.code) for c in cases if c.code not in decisions.PICTURES[c.row["expect"]]
    ]
    assert not wrong
    assert len(cases) > 500


@pytest.mark.slow
def test_no_picture_ends_a_decoder_or_takes_too_long(cases: list[Case]) -> None:
    assert not [c.row["path"] for c in cases if c.code in ("intake.decoder_died", "intake.too_slow")]
    assert not [(c.row["path"], c.wall_s) for c in cases if c.wall_s > MAX_WALL_S]


@pytest.mark.slow
def test_reasons_say_what_is_wrong_and_nothing_about_the_server(cases: list[Case]) -> None:
    assert not [c.reason for c in cases if PATH_OF_THE_SERVER.search(c.reason) or not c.reason.isprintable()]


@pytest.mark.slow
def test_what_is_served_shows_the_upright_pixels_of_the_original(cases: list[Case]) -> None:
    """Pillow, a second decoder, reads the original and the copy: the same pixels, unless the copy says otherwise."""
    n_compared = 0
    for case, picture in accepted(cases):
        original = second_opinion(case.data)
        if original is None or case.row["case"] == "pixel_limit_edge":
            continue
        with Image.open(io.BytesIO(picture.served)) as copy:
            assert copy.size == (picture.width, picture.height), case.row["path"]
            if picture.exact and picture.bits == 8:
                assert (np.asarray(copy.convert("RGBA")) == original).all(), case.row["path"]
                n_compared += 1
    assert n_compared > 150


def second_opinion(data: bytes) -> np.ndarray | None:
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            return np.asarray(ImageOps.exif_transpose(image).convert("RGBA"))
    except Exception:  # noqa: BLE001 - Pillow refuses some files that are whole; there is nothing to compare then
        return None


@pytest.mark.slow
def test_what_is_served_holds_nothing_but_the_picture(cases: list[Case]) -> None:
    for case, picture in accepted(cases):
        served = picture.served
        if picture.media_type == "image/png":
            kinds = {kind for kind, _ in png_chunks(served)}
            assert kinds <= {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}, case.row["path"]
        elif picture.media_type == "image/jpeg":
            assert prepare_jpeg(served, bounds()).source == served, case.row["path"]
        else:
            assert picture.media_type == "image/webp"
            assert not any(mark in served for mark in (b"EXIF", b"XMP ", b"ICCP")), case.row["path"]
        for secret in (b"ASSAY", b"<script", b"http://", b"PK\x05\x06", b"Exif\x00"):
            assert secret not in served, case.row["path"]


@pytest.mark.slow
def test_orientation_is_applied_once_and_figures_refer_to_the_upright_picture(cases: list[Case]) -> None:
    seen = 0
    for case, picture in accepted(cases):
        expected = case.row["observed"].get("upright")
        if expected is not None:
            assert [picture.width, picture.height] == expected, case.row["path"]
        if case.row["case"] == "orientation" and case.row["path"].startswith("images/made"):
            red = {1: (0, 0), 2: (-1, 0), 3: (-1, -1), 6: (-1, 0), 8: (0, -1)}[picture.orientation]
            seen += corner_is_red(picture.served, *red)
        if case.row["expect"] == "accept_as_1":
            assert picture.orientation == 1
    assert seen == 5


def corner_is_red(data: bytes, x: int, y: int) -> bool:
    with Image.open(io.BytesIO(data)) as image:
        left = 2 if x == 0 else image.width - 3
        top = 2 if y == 0 else image.height - 3
        red, green, blue = image.convert("RGB").getpixel((left, top))
    return bool(red > 150 > max(green, blue) + 40)


@pytest.mark.slow
def test_position_and_names_are_apart_from_what_may_be_shown(cases: list[Case]) -> None:
    found = {Path(c.row["path"]).name: p for c, p in accepted(cases)}["exif_gps_and_html.jpg"]
    assert found.private["latitude"] == 51.5
    assert "latitude" not in found.capture


def test_every_archive_gets_an_answer_that_its_word_allows(
    pool: DecodePool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    root = shared_path("badinputs")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(socket.socket, "connect", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    began = time.monotonic()
    for row in rows("archive"):
        judge_archive(row, answers(root / row["path"], pool))
    assert time.monotonic() - began < MAX_WALL_S * len(rows("archive"))
    assert not list(tmp_path.rglob("*"))
    for place in (Path("/"), Path("/tmp"), tmp_path.parent, root, Path.home()):  # noqa: S108 - the set aims at it
        assert not (place / "assay_slip_marker.txt").exists()
    assert "EXECUTED" not in "".join(capfd.readouterr())


def forbidden(*_: object, **__: object) -> None:
    raise AssertionError("a socket was opened to some address")


def answers(path: Path, pool: DecodePool) -> list[Outcome] | IntakeError:
    try:
        source = open_path(path, pool.limits)
    except IntakeError as error:
        return error
    with source:
        return list(intake(source, pool))


def judge_archive(row: dict[str, Any], found: list[Outcome] | IntakeError) -> None:
    name, word = Path(row["path"]).name, row["expect"]
    if isinstance(found, IntakeError):
        assert found.code in decisions.WHOLE[word], (name, found.code)
        assert name in str(found)
        assert not PATH_OF_THE_SERVER.search(found.reason.replace("/tmp/assay_slip_marker.txt", ""))  # noqa: S108
        return
    allowed = decisions.MEMBERS.get(word) or decisions.PICTURES[word]
    codes = {decisions.ACCEPTED if isinstance(outcome, Accepted) else outcome.code for outcome in found}
    assert found
    assert codes <= allowed, (name, codes)
    names = [outcome.name for outcome in found if isinstance(outcome, Accepted)]
    assert names == decisions.EXPECTED_MEMBERS.get(name, []), name


def test_a_photograph_that_was_really_cut_is_refused(pool: DecodePool) -> None:
    data = shared_path("data/edge_cases/truncated_00090.jpg").read_bytes()
    with pytest.raises(IntakeError, match=r"cut|premature") as caught:
        pool.decode(data)
    assert caught.value.code == "intake.corrupt_image"
