"""Archives as files: two passes, order, hidden files, nesting, and the single compressed file."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from tests.unit.jobs.intake.making import encoded, picture

from assay.jobs.intake import Accepted, DecodePool, Limits, Refusal, intake, open_archive, open_path, read_texts
from assay.jobs.intake.errors import (
    ArchiveFormatError,
    CorruptArchiveError,
    EmptyArchiveError,
    NestedArchiveError,
    UnsafeArchiveError,
)

PNG = encoded(picture(), "PNG")
JPEG = encoded(picture(), "JPEG")
FILES = {
    "b/two.jpg": JPEG,
    "a.png": PNG,
    "labels/two.txt": b"0 .5 .5 1 1",
    ".hidden/x.png": PNG,
    "z.gif": b"GIF89a.....",
}


def packed(path: Path, files: dict[str, bytes]) -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
    else:
        with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as archive:
            for name, data in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("ending", ["zip", "tar", "tar.gz", "tgz"])
def test_members_come_in_the_order_of_the_archive_whatever_its_kind(
    pool: DecodePool, tmp_path: Path, ending: str
) -> None:
    with open_path(packed(tmp_path / f"set.{ending}", FILES), Limits()) as source:
        outcomes = list(intake(source, pool))
    assert [(o.name, isinstance(o, Accepted) or o.code) for o in outcomes] == [
        ("b/two.jpg", True),
        ("a.png", True),
        ("labels/two.txt", "intake.other_file"),
        ("z.gif", "intake.corrupt_image"),
    ]
    assert (source.n_entries, source.n_hidden) == (4, 1)
    assert [o.is_aside for o in outcomes if isinstance(o, Refusal)] == [True, False]


@pytest.mark.parametrize("ending", ["zip", "tar.gz"])
def test_a_fault_in_the_last_member_refuses_the_archive_before_the_first_is_handed_out(
    tmp_path: Path, ending: str
) -> None:
    path = packed(tmp_path / f"set.{ending}", {"a.png": PNG, "b.png": PNG, "../evil.png": PNG})
    with pytest.raises(UnsafeArchiveError, match=r"set\..*evil\.png") as caught:
        open_path(path, Limits())
    assert str(tmp_path) not in str(caught.value)


def test_a_wrong_checksum_in_the_last_member_refuses_the_archive_too(tmp_path: Path) -> None:
    path = packed(tmp_path / "set.zip", {"a.png": PNG, "b.png": PNG})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") - 10] ^= 1
    path.write_bytes(data)
    with pytest.raises(CorruptArchiveError, match=r"b\.png"):
        open_path(path, Limits())


@pytest.mark.parametrize("inner", ["inner.zip", "inner.tar", "inner.tar.gz", "picture.png"])
def test_an_archive_inside_an_archive_is_refused_and_never_opened(tmp_path: Path, inner: str) -> None:
    nested = packed(tmp_path / (inner if "inner" in inner else "x.zip"), {"a.png": PNG}).read_bytes()
    with pytest.raises(NestedArchiveError, match=inner):
        open_path(packed(tmp_path / "outer.zip", {"b.png": PNG, inner: nested}), Limits())


@pytest.mark.parametrize(
    ("names", "what"),
    [
        (["a.png", "A.PNG"], "only differ in case"),
        (["caf\u00e9.png", "cafe\u0301.png"], "only differ in case or spelling"),
        (["a", "a/b.png"], "a file and a folder at once"),
        (["a/b.png", "A"], "a file and a folder at once"),
        (["x/./a.png", "x//a.png"], "two members"),
        (["a.png.", "a.png"], "two members"),
    ],
)
@pytest.mark.parametrize("ending", ["zip", "tar"])
def test_names_that_some_system_cannot_keep_apart_refuse_the_archive(
    tmp_path: Path, names: list[str], what: str, ending: str
) -> None:
    with pytest.raises(UnsafeArchiveError, match=what):
        open_path(packed(tmp_path / f"set.{ending}", dict.fromkeys(names, PNG)), Limits())


def test_folders_may_be_listed_again_and_again(tmp_path: Path) -> None:
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("d/", "d/e/"):
            archive.mkdir(name)
        archive.writestr("d/a.png", PNG)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.mkdir("d/")
    with open_path(path, Limits()) as source:
        assert source.n_entries == 1


def test_members_too_large_for_a_picture_are_refused_one_by_one(tmp_path: Path) -> None:
    limits = Limits(max_file_bytes=1000)
    for ending in ("zip", "tar.gz"):
        path = packed(tmp_path / f"set.{ending}", {"big.png": bytes(range(256)) * 8, "a.png": PNG[:-5]})
        with open_path(path, limits) as source, DecodePool(limits, 1) as pool:
            outcomes = list(intake(source, pool))
        assert [o.code for o in outcomes if isinstance(o, Refusal)] == ["intake.file_too_large", "intake.corrupt_image"]


def test_one_compressed_picture_is_taken_under_its_own_name(pool: DecodePool, tmp_path: Path) -> None:
    path = tmp_path / "photo.png.gz"
    path.write_bytes(gzip.compress(PNG))
    with open_path(path, Limits()) as source:
        assert [(o.name, type(o)) for o in intake(source, pool)] == [("photo.png", Accepted)]


@pytest.mark.parametrize(
    ("name", "content", "error", "what"),
    [
        ("a.zip", b"", CorruptArchiveError, "empty"),
        ("a.zip", b"only text", ArchiveFormatError, "no archive"),
        ("a.zip", b"Rar!\x1a\x07\x00......", ArchiveFormatError, "RAR archive"),
        ("a.tar", bytes(10240), ArchiveFormatError, "no archive"),
        ("a.tar.gz", gzip.compress(b"", mtime=0)[:-4], CorruptArchiveError, "cut"),
    ],
)
def test_files_that_only_claim_to_be_archives_are_refused_by_name(
    tmp_path: Path, name: str, content: bytes, error: type[Exception], what: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=what):
        open_path(tmp_path / name, Limits())


@pytest.mark.parametrize("inside", ["[Content_Types].xml", "META-INF/MANIFEST.MF", "arr.npy"])
def test_documents_that_are_zips_inside_are_no_archives_of_pictures(tmp_path: Path, inside: str) -> None:
    with pytest.raises(ArchiveFormatError):
        open_path(packed(tmp_path / "x.zip", {inside: b"x"}), Limits())


def test_an_archive_with_folders_only_is_empty(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.mkdir("d")
    with pytest.raises(EmptyArchiveError):
        open_path(tmp_path / "x.zip", Limits())


def test_label_files_are_read_without_the_pictures(tmp_path: Path) -> None:
    for ending in ("zip", "tar.gz"):
        with open_path(packed(tmp_path / f"set.{ending}", FILES), Limits()) as source:
            texts, refused = read_texts(source, lambda name: name.endswith(".txt"), 1000)
            too_large = read_texts(source, lambda name: name.endswith(".txt"), 3)[1]
        assert (texts, refused) == ({"labels/two.txt": b"0 .5 .5 1 1"}, [])
        assert [r.code for r in too_large] == ["intake.file_too_large"]


def test_a_refused_archive_is_closed(tmp_path: Path) -> None:
    file = packed(tmp_path / "set.zip", {"../x": b"1"}).open("rb")
    with pytest.raises(UnsafeArchiveError):
        open_archive(file, "set.zip", Limits())
    assert file.closed
