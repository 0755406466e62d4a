"""Writes a release folder all at once or not at all, and adds signatures to one."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from assay.formats.errors import BrokenReleaseError, FolderExistsError, UnwritableError, shown
from assay.formats.files import FolderSink
from assay.formats.release import model
from assay.formats.release.lists import digest_of, parse_signatures, parse_sums, signatures_bytes
from assay.formats.release.model import Digest, FrozenRelease, Signature

OpenImage = Callable[[str], BinaryIO]
_CHUNK_BYTES = 1 << 20


def write_release(
    folder: Path,
    frozen: FrozenRelease,
    *,
    signatures: Iterable[Signature] = (),
    open_image: OpenImage | None = None,
) -> Digest:
    """Write a release into a new folder.

    Everything goes into a hidden folder beside it, is flushed to disk and then renamed, so that a crash leaves either
    the whole release or none. Written twice, the folders are equal byte by byte.

    Args:
        folder: must not exist; its parent must.
        frozen: from `freeze_release`.
        signatures: records bound to the digest of `frozen`.
        open_image: gives the bytes of a picture by its SHA-256; None leaves the pictures out.

    Returns:
        The digest.

    Raises:
        FolderExistsError: the folder exists.
        UnwritableError: a signature is for another release, or a picture's bytes do not have its hash.
    """
    records = [_bound(signature, frozen.digest) for signature in signatures]
    if folder.exists():
        raise FolderExistsError(folder.name)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        sink = FolderSink(staging)
        for path, data in frozen.files.items():
            sink.write(path, data)
        sink.write(model.SIGNATURES, signatures_bytes(frozen.digest, records))
        for path in frozen.images if open_image is not None else ():
            assert open_image is not None
            _copy_image(sink, path, open_image)
        staging.chmod(0o755)  # temporary folders are made for their owner alone
        _flush_tree(staging)
        staging.rename(folder)
        _flush(folder.parent)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return frozen.digest


def _bound(signature: Signature, digest: Digest) -> dict[str, object]:
    if signature.digest != digest:
        raise UnwritableError(f"The signature of {shown(signature.name)} is for another release.")
    return signature.to_json()


def _copy_image(sink: FolderSink, path: str, open_image: OpenImage) -> None:
    wanted = Path(path).stem
    seen = hashlib.sha256()
    with open_image(wanted) as source, sink.open(path) as target:
        while chunk := source.read(_CHUNK_BYTES):
            seen.update(chunk)
            target.write(chunk)
    if seen.hexdigest() != wanted:
        raise UnwritableError(f"The bytes of the picture {wanted} have another hash.")


def sign_release(folder: Path, signature: Signature) -> None:
    """Add a signature to a release folder; the digest and every other file stay as they are.

    The same record again changes nothing. The file is replaced at once, so a crash leaves the old or the new one.

    Raises:
        UnwritableError: the signature is for another release.
        BrokenReleaseError: the lists or the signatures of the folder are damaged.
    """
    sums = parse_sums((folder / model.SUMS).read_bytes())
    parsed = parse_signatures((folder / model.SIGNATURES).read_bytes())
    if sums is None or parsed is None or parsed[0] != digest_of(sums):
        raise BrokenReleaseError((model.SUMS if sums is None else model.SIGNATURES,))
    record = _bound(signature, digest_of(sums))
    records = [*parsed[1], record] if record not in parsed[1] else parsed[1]
    descriptor, name = tempfile.mkstemp(prefix=f".{folder.name}.", dir=folder.parent)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(signatures_bytes(parsed[0], records))
        stream.flush()
        os.fsync(stream.fileno())
    Path(name).chmod(0o644)
    Path(name).replace(folder / model.SIGNATURES)
    _flush(folder)


def _flush_tree(root: Path) -> None:
    for here, _, files in os.walk(root, topdown=False):
        for name in files:
            _flush(Path(here) / name)
        _flush(Path(here))


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
