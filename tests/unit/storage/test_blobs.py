"""Blobs without a disk: the in-memory object store keeps the same promises."""

from __future__ import annotations

import hashlib

import pytest

from assay.storage import BlobMissingError, Blobs


def test_bytes_come_back_by_their_hash() -> None:
    blobs = Blobs("memory:///")
    sha256 = blobs.put(b"picture")
    assert sha256 == hashlib.sha256(b"picture").hexdigest()
    assert blobs.get(sha256) == b"picture"
    assert blobs.has(sha256)
    assert list(blobs.hashes()) == [sha256]
    assert blobs.folder is None


def test_a_dropped_blob_is_missing_and_may_be_dropped_again() -> None:
    blobs = Blobs("memory:///")
    sha256 = blobs.put(b"picture")
    blobs.drop(sha256)
    blobs.drop(sha256)
    assert not blobs.has(sha256)
    with pytest.raises(BlobMissingError, match=sha256[:12]):
        blobs.get(sha256)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_a_name_that_is_no_hash_is_missing(name: str) -> None:
    with pytest.raises(BlobMissingError):
        Blobs("memory:///").get(name)
