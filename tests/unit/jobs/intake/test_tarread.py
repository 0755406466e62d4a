"""The strict tar reader against archives that the standard library wrote, and against hostile ones."""

import gzip
import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.jobs.intake.errors import ArchiveError, ArchiveTooLargeError, CorruptArchiveError, UnsafeArchiveError
from assay.jobs.intake.limits import Limits
from assay.jobs.intake.packed import GzipReader
from assay.jobs.intake.tarread import tar_members

LIMITS = Limits()


def tarred(files: dict[str, bytes], style: int = tarfile.PAX_FORMAT, **attributes: object) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=style) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for key, value in attributes.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def read_all(data: bytes, limits: Limits = LIMITS) -> dict[str, bytes]:
    return {m.name: b"".join(m.pieces) for m in tar_members(io.BytesIO(data).read, limits) if not m.is_folder}


names = st.text(st.characters(codec="utf-8", exclude_characters="/\\~.%\x00"), min_size=1, max_size=90).filter(
    str.strip
)


@settings(max_examples=60, deadline=None)
@given(
    files=st.dictionaries(names, st.binary(max_size=1500), min_size=1, max_size=4),
    style=st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]),
)
def test_what_the_standard_library_packs_is_read_back_the_same(files: dict[str, bytes], style: int) -> None:
    assert read_all(tarred(files, style)) == files


def test_long_paths_and_folders_are_read_in_every_style() -> None:
    name = "/".join(["folder" * 4] * 5) + "/a.png"
    for style in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        assert read_all(tarred({name: b"x"}, style)) == {name: b"x"}
    folder = tarred({"d": b""}, type=tarfile.DIRTYPE)
    assert [(m.name, m.is_folder) for m in tar_members(io.BytesIO(folder).read, LIMITS)] == [("d/", True)]


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (tarfile.SYMTYPE, "a link"),
        (tarfile.LNKTYPE, "a hard link"),
        (tarfile.CHRTYPE, "a device"),
        (tarfile.BLKTYPE, "a device"),
        (tarfile.FIFOTYPE, "a pipe"),
    ],
)
def test_links_devices_and_pipes_refuse_the_archive(kind: bytes, what: str) -> None:
    with pytest.raises(UnsafeArchiveError, match=what):
        read_all(tarred({"x.png": b""}, type=kind, linkname="/etc/passwd"))


@pytest.mark.parametrize("style", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_member_that_climbs_out_refuses_the_archive(style: int) -> None:
    with pytest.raises(UnsafeArchiveError, match="leads out"):
        read_all(tarred({"../../x.png": b"1"}, style))


def test_a_name_swapped_by_an_extended_header_is_judged() -> None:
    with pytest.raises(UnsafeArchiveError, match="leads out"):
        read_all(tarred({"good.png": b"1"}, pax_headers={"path": "../evil.png"}))


def test_a_global_header_may_not_rename_members() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"path": "x"}) as archive:
        archive.addfile(tarfile.TarInfo("a"))
    with pytest.raises(UnsafeArchiveError, match="global header"):
        read_all(buffer.getvalue())


def test_an_extended_header_without_end_is_not_read_into_memory() -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = b"x", 8 << 30
    with pytest.raises(ArchiveTooLargeError, match="extended header"):
        read_all(info.tobuf(tarfile.GNU_FORMAT) + bytes(1024))


@pytest.mark.parametrize("keep", [300, 512, 700, 1024])
def test_a_cut_archive_is_refused(keep: int) -> None:
    with pytest.raises(CorruptArchiveError):
        read_all(tarred({"a": b"x" * 600})[:keep])


def test_members_behind_the_end_mark_are_not_silently_dropped() -> None:
    with pytest.raises(UnsafeArchiveError, match="goes on behind"):
        read_all(tarred({"a": b"1"}) + tarred({"b": b"2"}))


def test_too_many_members_are_refused() -> None:
    with pytest.raises(ArchiveTooLargeError):
        read_all(tarred({"a": b"", "b": b""}), Limits(max_members=1))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_flipped_byte_in_a_header_is_refused_or_changes_nothing(data: st.DataObject) -> None:
    packed = bytearray(tarred({"a.png": b"picture"}, tarfile.USTAR_FORMAT))
    at = data.draw(st.integers(0, 511))
    packed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ArchiveError):
        read_all(bytes(packed))


def test_gzip_is_unpacked_over_several_members_and_padding() -> None:
    data = gzip.compress(b"one" * 1000) + gzip.compress(b"two" * 1000) + bytes(20)
    assert GzipReader(io.BytesIO(data), LIMITS).read(1 << 20) == b"one" * 1000 + b"two" * 1000


def test_gzip_gives_exactly_as_much_as_is_asked_for() -> None:
    reader = GzipReader(io.BytesIO(gzip.compress(bytes(range(256)) * 5000)), LIMITS)
    assert [len(reader.read(512)), len(reader.read(1_279_000)), len(reader.read(9999)), reader.read(1)] == [
        *(512, 1_279_000, 488),
        b"",
    ]


@pytest.mark.parametrize(
    "bend", [lambda d: d[:-9], lambda d: d[:-8] + b"\x00\x00\x00\x01" + d[-4:], lambda d: d + b"tail"]
)
def test_gzip_that_is_cut_damaged_or_followed_by_junk_is_refused(bend: object) -> None:
    data = gzip.compress(bytes(range(256)) * 50)
    assert callable(bend)
    with pytest.raises(CorruptArchiveError):
        GzipReader(io.BytesIO(bend(data)), LIMITS).read(1 << 20)


def test_a_gzip_bomb_is_stopped_while_it_unpacks() -> None:
    bomb = io.BytesIO(gzip.compress(bytes(64 << 20)))
    with pytest.raises(ArchiveTooLargeError, match="100 times"):
        GzipReader(bomb, LIMITS).read(64 << 20)
    assert bomb.tell() < 64 << 10
