"""The strict zip reader against archives that the standard library wrote, and against ones bent by hand."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.jobs.intake.errors import (
    ArchiveError,
    ArchiveTooLargeError,
    CorruptArchiveError,
    EncryptedArchiveError,
    UnsafeArchiveError,
    UnsupportedCompressionError,
)
from assay.jobs.intake.limits import Limits
from assay.jobs.intake.zipread import members_of, unpack

LIMITS = Limits()


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, **more: object) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        if comment := more.get("comment"):
            assert isinstance(comment, bytes)
            archive.comment = comment
    return buffer.getvalue()


def read_all(data: bytes, limits: Limits = LIMITS) -> dict[str, bytes]:
    file = io.BytesIO(data)
    return {m.name: b"".join(unpack(file, m, limits)) for m in members_of(file, limits)}


contents = st.dictionaries(
    st.text(st.characters(codec="utf-8", exclude_characters="/\\~.%\x00"), min_size=1, max_size=12).filter(str.strip),
    st.binary(max_size=2000),
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(
    files=contents,
    method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
    # A comment with a directory's or an end's mark in it is refused, by a test of its own.
    comment=st.binary(max_size=9).filter(lambda text: b"PK\x01\x02" not in text and b"PK\x05\x06" not in text),
)
def test_what_the_standard_library_packs_is_read_back_the_same(
    files: dict[str, bytes], method: int, comment: bytes
) -> None:
    assert read_all(zipped(files, method, comment=comment)) == files


@pytest.mark.parametrize("mark", [b"PK\x01\x02", b"PK\x05\x06"])
def test_a_comment_that_holds_records_of_its_own_is_refused(mark: bytes) -> None:
    comment = mark + bytes(18)
    with pytest.raises(UnsafeArchiveError):
        read_all(zipped({"a": b"1"}, comment=comment))


def test_an_archive_written_as_a_stream_is_read() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise OSError

        def tell(self) -> int:
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.bin", b"x" * 5000)
    assert read_all(pipe.getvalue()) == {"a.bin": b"x" * 5000}


def test_sizes_in_64_bits_are_read() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("a.bin", "w", force_zip64=True) as member:
        member.write(b"y" * 100)
    assert read_all(buffer.getvalue()) == {"a.bin": b"y" * 100}


def test_output_that_does_not_fit_one_piece_is_not_lost() -> None:
    data = {"a": b"\x00" * (1 << 18) + b"end", "b": bytes(1 << 20)}
    assert read_all(zipped(data)) == data


def bent(change: Callable[[bytearray], None]) -> bytes:
    data = bytearray(zipped({"a.png": b"picture" * 50, "b.png": b"other" * 50}))
    change(data)
    return bytes(data)


def at_central(data: bytearray, offset: int, value: bytes) -> None:
    start = data.index(b"PK\x01\x02") + offset
    data[start : start + len(value)] = value


def at_local(data: bytearray, offset: int, value: bytes) -> None:
    data[offset : offset + len(value)] = value


def overlapped(data: bytearray) -> None:
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    first = data.index(b"PK\x01\x02")
    data[second : second + 46 + 5] = data[first : first + 46 + 5]


BENT: dict[str, tuple[Callable[[bytearray], None], type[ArchiveError]]] = {
    "local name differs": (lambda d: at_local(d, 30, b"c.png"), UnsafeArchiveError),
    "local method differs": (lambda d: at_local(d, 8, b"\x00\x00"), UnsafeArchiveError),
    "local checksum differs": (lambda d: at_local(d, 14, b"\x01\x02\x03\x04"), UnsafeArchiveError),
    "checksum wrong in both": (
        lambda d: (at_local(d, 14, b"\x01\x02\x03\x04"), at_central(d, 16, b"\x01\x02\x03\x04"))[0],
        CorruptArchiveError,
    ),
    "encrypted": (lambda d: at_central(d, 8, b"\x01\x00"), EncryptedArchiveError),
    "unknown method": (lambda d: at_central(d, 10, b"\x63\x00"), UnsupportedCompressionError),
    "symbolic link": (lambda d: at_central(d, 38, struct.pack("<I", 0o120777 << 16)), UnsafeArchiveError),
    "device": (lambda d: at_central(d, 38, struct.pack("<I", 0o060644 << 16)), UnsafeArchiveError),
    "overlap": (overlapped, ArchiveTooLargeError),
    "count too low": (lambda d: d.__setitem__(slice(-14, -10), b"\x01\x00\x01\x00"), UnsafeArchiveError),
    "count too high": (lambda d: d.__setitem__(slice(-14, -10), b"\x03\x00\x03\x00"), CorruptArchiveError),
    "other volume": (lambda d: at_central(d, 34, b"\x01\x00"), UnsafeArchiveError),
    "cut": (lambda d: d.__delitem__(slice(-30, None)), CorruptArchiveError),
    "bytes before the directory are missing": (lambda d: d.__delitem__(slice(60, 70)), ArchiveError),
    "a second end record": (lambda d: d.extend(zipped({"../evil": b"x"})[-22:]), UnsafeArchiveError),
}


@pytest.mark.parametrize("case", BENT)
def test_an_archive_that_is_bent_is_refused(case: str) -> None:
    change, error = BENT[case]
    with pytest.raises(error):
        read_all(bent(change))


@pytest.mark.parametrize("name", ["../a", "/a", "a/../../b", "C:/a", "%2e%2e/a"])
def test_a_member_that_climbs_out_refuses_the_archive_and_is_named(name: str) -> None:
    with pytest.raises(UnsafeArchiveError, match="leads out of the folder"):
        read_all(zipped({"ok.png": b"1", name: b"2"}))


def test_a_member_that_unpacks_to_more_than_it_says_is_stopped_while_reading() -> None:
    data = bytearray(zipped({"a": bytes(1 << 20)}))
    for start, offset in ((0, 22), (data.index(b"PK\x01\x02"), 24)):
        data[start + offset : start + offset + 4] = struct.pack("<I", 100)
    file = io.BytesIO(data)
    pieces = unpack(file, members_of(file, LIMITS)[0], LIMITS)
    with pytest.raises(ArchiveTooLargeError, match="says 100 bytes"):
        next(pieces)


def test_a_bomb_is_refused_by_its_ratio_before_it_is_unpacked() -> None:
    bomb = zipped({"a": bytes(17 << 20)})
    with pytest.raises(ArchiveTooLargeError, match="100 times"):
        members_of(io.BytesIO(bomb), LIMITS)
    assert read_all(zipped({"a": bytes(15 << 20)})) == {"a": bytes(15 << 20)}


def test_more_members_than_allowed_are_refused() -> None:
    with pytest.raises(ArchiveTooLargeError, match="3 members, 2 are allowed"):
        members_of(io.BytesIO(zipped({"a": b"", "b": b"", "c": b""})), Limits(max_members=2))


def test_the_name_in_the_unicode_field_counts_and_is_judged() -> None:
    def with_field(name: str) -> bytes:
        raw = b"plain.png"
        field = b"\x01" + struct.pack("<I", zlib.crc32(raw)) + name.encode()
        info = zipfile.ZipInfo(raw.decode())
        info.extra = struct.pack("<2H", 0x7075, len(field)) + field
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(info, b"x")
        return buffer.getvalue()

    assert list(read_all(with_field("\u00fcber.png"))) == ["\u00fcber.png"]
    with pytest.raises(UnsafeArchiveError):
        read_all(with_field("../evil.png"))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_flipped_byte_never_gives_other_content_than_was_packed(data: st.DataObject) -> None:
    files = {"a.png": b"picture" * 20, "b.png": bytes(range(200))}
    packed = bytearray(zipped(files))
    at = data.draw(st.integers(0, len(packed) - 1))
    packed[at] ^= data.draw(st.integers(1, 255))
    try:
        read = read_all(bytes(packed))
    except ArchiveError:
        return
    assert sorted(read.values()) == sorted(files.values())
