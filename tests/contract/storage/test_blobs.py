"""Blobs in a folder: whole or not there, never taken for another's, swept when half-written."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assay.storage import BlobMissingError, Blobs
from assay.storage import blobs as blobs_module
from assay.storage.blobs import path_of
from assay.storage.errors import BlobDamagedError, DiskFullError


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(f"file://{tmp_path / 'blobs'}")


def files(blobs: Blobs) -> list[Path]:
    assert blobs.folder is not None
    return [path for path in blobs.folder.rglob("*") if path.is_file()]


def test_a_folder_keeps_each_blob_once_as_a_read_only_file(blobs: Blobs) -> None:
    first, again = blobs.put(b"picture"), blobs.put(b"picture")
    assert first == again
    assert [path.name for path in files(blobs)] == [first]
    assert files(blobs)[0].stat().st_mode & 0o222 == 0
    assert (blobs.get(first), blobs.has(first), list(blobs.hashes())) == (b"picture", True, [first])
    assert Blobs(f"file://{blobs.folder}").get(first) == b"picture"
    blobs.drop(first)
    blobs.drop(first)
    with pytest.raises(BlobMissingError):
        blobs.get(first)


def test_an_empty_blob_is_a_blob(blobs: Blobs) -> None:
    assert blobs.get(blobs.put(b"")) == b""


def test_a_changed_byte_is_found_when_read(blobs: Blobs) -> None:
    sha256 = blobs.put(b"picture")
    files(blobs)[0].chmod(0o644)
    files(blobs)[0].write_bytes(b"pictura")
    with pytest.raises(BlobDamagedError):
        blobs.get(sha256)


def test_a_cut_file_is_replaced_when_the_bytes_come_again(blobs: Blobs) -> None:
    sha256 = blobs.put(b"picture")
    files(blobs)[0].chmod(0o644)
    files(blobs)[0].write_bytes(b"pict")
    assert blobs.put(b"picture") == sha256
    assert blobs.get(sha256) == b"picture"


def test_many_threads_keeping_the_same_bytes_leave_one_whole_file(blobs: Blobs) -> None:
    data = os.urandom(200_000)
    barrier = threading.Barrier(8)

    def put(_: int) -> str:
        barrier.wait()
        return blobs.put(data)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(put, range(8)))) == 1
    assert len(files(blobs)) == 1
    assert blobs.get(next(blobs.hashes())) == data


def test_the_name_appears_only_after_the_bytes_are_synchronised(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def noted_sync(handle: int) -> None:
        steps.append(f"sync {Path(f'/proc/self/fd/{handle}').readlink().relative_to(str(blobs.folder))}")
        sync(handle)

    def noted_replace(self: Path, target: Path) -> Path:
        steps.append("name")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    sha256 = blobs.put(b"picture")
    cd, ab = Path(path_of(sha256)).parent, Path(path_of(sha256)).parent.parent
    assert steps[0].startswith("sync incoming/")
    assert steps[1:] == ["name", f"sync {cd}", f"sync {ab}", "sync ."]


def test_a_full_disk_leaves_nothing_and_is_named(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFullError):
        blobs.put(b"picture")
    assert files(blobs) == []


def test_the_half_written_file_of_a_killed_process_is_swept_later_and_never_seen(blobs: Blobs) -> None:
    assert blobs.folder is not None
    left_over = blobs.folder / blobs_module.INCOMING / ("a" * 64)
    left_over.write_bytes(b"half")
    assert list(blobs.hashes()) == []
    Blobs(f"file://{blobs.folder}")
    assert left_over.exists()  # it may belong to a process that is writing now
    os.utime(left_over, (0, 0))
    Blobs(f"file://{blobs.folder}")
    assert not left_over.exists()
