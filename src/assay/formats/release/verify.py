"""Checks a release folder: every byte, every file, and that the signatures are for it. Names what is wrong.

Three witnesses tell of each frozen file: the file itself, SHA256SUMS and manifest.json. Where one disagrees with the
other two, that one is named. The lists have exactly one form for their content, so no byte of theirs is free; the
signatures are sealed by a hash; pictures are named by theirs and listed in items.parquet.
"""

from __future__ import annotations

import hashlib
import io
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from assay.formats.errors import FileRefusedError, UnknownFormatError
from assay.formats.release import model
from assay.formats.release.lists import (
    Sums,
    digest_of,
    parse_json,
    parse_manifest,
    parse_signatures,
    parse_sums,
    sha256,
)
from assay.formats.release.model import Digest, Fault, VerifyReport

_CHUNK_BYTES = 1 << 20
_DERIVED = (model.SUMS, model.MANIFEST, model.SIGNATURES)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What lies in the folder.

    Attributes:
        sums: path to hash of every plain file.
        sizes: path to length.
        strange: path to what it is instead of a plain file or a folder that holds some.
        kept: bytes of the small files that are read as well as hashed.
    """

    sums: Sums
    sizes: dict[str, int]
    strange: dict[str, str]
    kept: dict[str, bytes]


def verify_release(folder: Path | Mapping[str, bytes], *, expect: Digest | None = None) -> VerifyReport:
    """Check a release folder, or its files in memory.

    Args:
        folder: the folder, or path to bytes.
        expect: the digest somebody told you; without it a folder that was rewritten as a whole cannot be told.
    """
    seen = _look(folder) if isinstance(folder, Path) else _look_at_bytes(folder)
    faults: dict[str, str] = dict(seen.strange)
    sums, manifest_sums = _lists(seen, faults)
    _compare(seen, sums, manifest_sums, faults)
    digest = digest_of(sums) if sums is not None else None
    signatures = _signatures(seen, digest, faults)
    with_images = any(path.startswith(model.IMAGES) for path in seen.sums)
    if with_images:
        _check_images(seen, faults)
    if expect is not None and digest != expect:
        faults.setdefault(model.SUMS, f"the digest of the folder is not {expect}")
    return VerifyReport(
        ok=not faults,
        digest=digest,
        faults=tuple(Fault(file, faults[file]) for file in sorted(faults)),
        signatures=signatures,
        n_files=len(seen.sums),
        n_bytes=sum(seen.sizes.values()),
        with_images=with_images,
    )


def _look(folder: Path) -> _Seen:
    if not folder.is_dir():
        raise UnknownFormatError(f"{folder.name} is not a folder.", hint="Give the folder of a release.")
    seen = _Seen({}, {}, {}, {})
    pending = [folder]
    while pending:
        here = pending.pop()
        entries = list(here.iterdir())
        if not entries and here != folder:
            seen.strange[here.relative_to(folder).as_posix()] = "is an empty folder that the release does not have"
        for entry in entries:
            mode = entry.lstat().st_mode
            name = entry.relative_to(folder).as_posix()
            if stat.S_ISDIR(mode):
                pending.append(entry)
            elif stat.S_ISREG(mode):
                _hash_file(entry, name, seen)
            else:
                seen.strange[name] = "is a link or a special file"
    return seen


def _hash_file(path: Path, name: str, seen: _Seen) -> None:
    total, size = hashlib.sha256(), 0
    kept: list[bytes] | None = [] if not name.startswith(model.IMAGES) else None
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            total.update(chunk)
            size += len(chunk)
            if kept is not None and name in {*_DERIVED, model.RELEASE, model.ITEMS}:
                kept.append(chunk)
    seen.sums[name], seen.sizes[name] = total.hexdigest(), size
    if kept is not None:
        seen.kept[name] = b"".join(kept)


def _look_at_bytes(files: Mapping[str, bytes]) -> _Seen:
    return _Seen(
        {path: sha256(data) for path, data in files.items()},
        {path: len(data) for path, data in files.items()},
        {},
        dict(files),
    )


def _lists(seen: _Seen, faults: dict[str, str]) -> tuple[Sums | None, Sums | None]:
    """The two lists of files, None for one that is damaged in itself."""
    for file in _DERIVED:
        if file not in seen.sums:
            faults.setdefault(file, "is missing")
    sums = parse_sums(seen.kept[model.SUMS]) if model.SUMS in seen.kept else None
    if sums is None:
        faults.setdefault(model.SUMS, "was changed: it is not a list of hashes in order")
    manifest = parse_manifest(seen.kept[model.MANIFEST]) if model.MANIFEST in seen.kept else None
    if manifest is None:
        faults.setdefault(model.MANIFEST, "was changed: its parts do not agree with each other")
        return sums, None
    manifest_sums, sizes, release = manifest
    if any(seen.sizes.get(path, size) != size for path, size in sizes.items() if _is(seen, path, manifest_sums)):
        faults.setdefault(model.MANIFEST, "was changed: it tells a wrong size")
    if _is(seen, model.RELEASE, manifest_sums) and _release_of(seen) != release:
        faults.setdefault(model.MANIFEST, f"was changed: it does not repeat {model.RELEASE}")
    return sums, manifest_sums


def _is(seen: _Seen, path: str, sums: Sums) -> bool:
    """Whether a file is what a list says."""
    return path in sums and seen.sums.get(path) == sums[path]


def _release_of(seen: _Seen) -> object:
    try:
        return parse_json(seen.kept[model.RELEASE], model.RELEASE)
    except FileRefusedError:
        return None


def _compare(seen: _Seen, sums: Sums | None, manifest: Sums | None, faults: dict[str, str]) -> None:
    """Hear the witnesses on every file that any of them knows."""
    real = {path: value for path, value in seen.sums.items() if path not in _DERIVED}
    frozen = {path: value for path, value in real.items() if not path.startswith(model.IMAGES)}
    for path in sorted({*frozen, *(sums or {}), *(manifest or {})}):
        have = frozen.get(path)
        told = [witness.get(path) for witness in (sums, manifest) if witness is not None]
        if not told:
            continue
        if have not in told:
            agree = len(set(told)) == 1
            if have is not None or agree or path in real:
                faults.setdefault(path, _difference(have, told[0]))
            if not agree:
                faults.setdefault(model.SUMS, f"disagrees with {model.MANIFEST} on {path}")
                faults.setdefault(model.MANIFEST, f"disagrees with {model.SUMS} on {path}")
        elif sums is not None and sums.get(path) != have:
            faults.setdefault(model.SUMS, f"was changed: it tells another hash of {path}")
        elif manifest is not None and manifest.get(path) != have:
            faults.setdefault(model.MANIFEST, f"was changed: it tells another hash of {path}")


def _difference(have: str | None, told: str | None) -> str:
    if have is None:
        return "is missing"
    return "was added: the release does not have it" if told is None else "was changed: its hash is another"


def _signatures(seen: _Seen, digest: Digest | None, faults: dict[str, str]) -> tuple[Mapping[str, object], ...]:
    if model.SIGNATURES not in seen.kept:
        return ()
    parsed = parse_signatures(seen.kept[model.SIGNATURES])
    if parsed is None:
        faults.setdefault(model.SIGNATURES, "was changed: its seal is broken")
        return ()
    told, records = parsed
    if digest is None or faults.keys() & {model.SUMS, model.MANIFEST}:
        return ()  # nothing sound to hold them against; the broken list is named
    if told != digest or any(record.get("digest") != digest for record in records):
        faults.setdefault(model.SIGNATURES, "is for another release: its digest is another")
        return ()
    return tuple(records)


def _check_images(seen: _Seen, faults: dict[str, str]) -> None:
    """Pictures have the hash of their name, and are those that items.parquet lists."""
    have = {path for path in seen.sums if path.startswith(model.IMAGES)}
    for path in have:
        if seen.sums[path] != Path(path).stem:
            faults.setdefault(path, "was changed: its hash is not its name")
    listed = _listed_images(seen) if model.ITEMS not in faults else None
    if listed is None:
        return
    for path in have - listed:
        faults.setdefault(path, "was added: no item of the release has it")
    for path in listed - have:
        faults.setdefault(path, "is missing")


def _listed_images(seen: _Seen) -> set[str] | None:
    if model.ITEMS not in seen.kept:
        return None
    try:
        column = pq.read_table(io.BytesIO(seen.kept[model.ITEMS]), columns=["image_path"])["image_path"]
    except (pa.ArrowException, OSError, ValueError, KeyError):
        return None
    return set(column.drop_null().to_pylist())
