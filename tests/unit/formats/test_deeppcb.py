"""The layout of DeepPCB: templates beside boards, corners and a class number a line."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from tests.support.shared import shared_path

from assay.formats import DictFiles, DictSink, codec, detect
from assay.formats.errors import UnwritableError
from assay.formats.files import FolderFiles


def _board() -> bytes:
    out = io.BytesIO()
    Image.new("L", (64, 48)).save(out, "JPEG")
    return out.getvalue()


def _files(text: bytes) -> DictFiles:
    where = "line1/7"
    pictures = {f"{where}/a_{kind}.jpg": _board() for kind in ("test", "temp")}
    return DictFiles({**pictures, f"{where}_not/a.txt": text})


def test_a_line_is_four_corners_and_a_class_and_templates_have_no_labels() -> None:
    files = _files(b"1 2 30 20 1\r\n5,6,9,11,6\n")
    assert detect(files) == "deeppcb"
    labels, report = codec("deeppcb").read(files)
    assert labels.marks["label_class"].to_pylist() == ["open", "pin-hole"]
    assert labels.marks["x_max_px"].to_pylist() == [30.0, 9.0]
    assert labels.items["file_name"].to_pylist() == ["line1/7/a_test.jpg"]
    assert (labels.items["width_px"][0].as_py(), labels.items["height_px"][0].as_py()) == (64, 48)
    assert report.unlabelled == ("line1/7/a_temp.jpg",)


def test_an_empty_file_is_a_board_without_defects() -> None:
    labels, _ = codec("deeppcb").read(_files(b""))
    assert (len(labels.items), len(labels.marks)) == (1, 0)


@pytest.mark.parametrize("line", [b"1 2 3 4 7", b"1 2 3 4", b"1 2 x 4 1", b"9 2 3 4 1"])
def test_a_line_that_cannot_be_right_is_refused_with_its_place(line: bytes) -> None:
    _, report = codec("deeppcb").read(_files(b"1 2 30 20 1\n" + line), mode="skip_rows")
    assert report.n_marks == 1
    assert [note.place[:6] for note in report.refused] == ["line 2"]


def test_a_label_file_without_its_board_is_refused() -> None:
    files = DictFiles({"7_not/a.txt": b"1 2 3 4 1", "7_not/b.txt": b"1 2 3 4 1", "7/b_test.jpg": _board()})
    _, report = codec("deeppcb").read(files, mode="skip_rows")
    assert [note.file for note in report.refused_files] == ["7_not/a.txt"]


def test_it_is_only_read() -> None:
    labels, _ = codec("deeppcb").read(_files(b"1 2 30 20 1"))
    with pytest.raises(UnwritableError, match="only read"):
        codec("deeppcb").write(labels, DictSink())


def test_the_real_boards_are_read_with_all_their_defects() -> None:
    files = FolderFiles(shared_path("data/deeppcb"))
    assert detect(files) == "deeppcb"
    labels, report = codec("deeppcb").read(files, mode="skip_rows")
    assert (report.n_items, report.n_refused, report.n_refused_files) == (210, 0, 0)
    assert len(report.unlabelled) == 210
    assert set(labels.classes) == set(labels.marks["label_class"].to_pylist())
