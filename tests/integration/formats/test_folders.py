"""Folders on disk: what is listed, what is refused, and sizes read from headers."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.support.shared import shared_path

from assay.formats import (
    DictFiles,
    FolderExistsError,
    FolderFiles,
    FolderSink,
    TooLargeError,
    UnknownFormatError,
    UnsafePathError,
    size_of_stream,
)


def test_hidden_files_links_and_litter_are_passed_over(tmp_path: Path) -> None:
    for name in ("a.txt", ".hidden", "sub/b.txt", "__MACOSX/c.txt", ".git/d", "Thumbs.db"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    (tmp_path / "link.txt").symlink_to("/etc/hostname")
    (tmp_path / "linked").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe")
    assert FolderFiles(tmp_path).names() == ("a.txt", "sub/b.txt")


def test_a_link_that_takes_a_file_s_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    files = FolderFiles(tmp_path)
    (tmp_path / "a.txt").unlink()
    (tmp_path / "a.txt").symlink_to("/etc/hostname")
    with pytest.raises(OSError, match=r"a\.txt"):
        files.read("a.txt", cap_bytes=100)
    with pytest.raises(KeyError):
        files.open("../a.txt")


def test_a_file_over_its_cap_is_refused_even_when_it_grew(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 50)
    files = FolderFiles(tmp_path)
    assert files.size_bytes("a.txt") == 50
    (tmp_path / "a.txt").write_bytes(b"x" * 5000)
    for source in (files, DictFiles({"a.txt": b"x" * 5000})):
        with pytest.raises(TooLargeError):
            source.read("a.txt", cap_bytes=100)


def test_a_sink_writes_inside_its_folder_only_and_nothing_twice(tmp_path: Path) -> None:
    sink = FolderSink(tmp_path / "out")
    sink.write("a/b.txt", b"1")
    with pytest.raises(FolderExistsError):
        sink.write("a/b.txt", b"2")
    for name in ("../x", "/x", "a/../../x"):
        with pytest.raises(UnsafePathError):
            sink.write(name, b"")
    assert (tmp_path / "out/a/b.txt").read_bytes() == b"1"
    assert not (tmp_path / "x").exists()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormatError):
        FolderFiles(tmp_path / "none")


def test_header_sizes_equal_what_pillow_decodes_turned_upright() -> None:
    root = shared_path("badinputs")
    rows = [json.loads(line) for line in (root / "manifest.jsonl").read_text().splitlines()]
    n_checked = 0
    for row in rows:
        if row["kind"] != "image":
            continue
        with (root / row["path"]).open("rb") as stream:
            size = size_of_stream(stream)  # must not fail on any of them
        observed = row["observed"]
        if observed["s"] == "ok":
            assert list(size or ()) == observed.get("upright", observed["size"]), row["path"]
            n_checked += 1
    assert n_checked == 220
