"""The derived files of a release: SHA256SUMS, manifest.json and signatures.json, as bytes and back."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from assay.formats.errors import FileRefusedError
from assay.formats.json_strict import decode_stream
from assay.formats.limits import MAX_DOCUMENT_BYTES
from assay.formats.release.model import FORMAT, SIGNATURES_FORMAT, Digest
from assay.kernel.canonical import canonical_json, digest
from assay.kernel.merkle import leaf_hash, merkle_root

_LINE = re.compile(r"([0-9a-f]{64})  ([^\n\r\\]+)\n")

Sums = dict[str, str]
"""Path to SHA-256 of the frozen files, pictures and signatures left out."""


def pretty_json(value: object) -> bytes:
    """JSON for people and for hashing: sorted, one form for each value, an indent of one."""
    plain = json.loads(canonical_json(value))
    return json.dumps(plain, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def parse_json(data: bytes, file: str) -> Any:  # noqa: ANN401 - any JSON value
    """Decode strictly; `FileRefusedError` otherwise."""
    import io  # noqa: PLC0415 - nothing else here needs streams

    return decode_stream(io.BytesIO(data), file, cap_bytes=MAX_DOCUMENT_BYTES)


def sums_bytes(sums: Mapping[str, str]) -> bytes:
    """SHA256SUMS as `sha256sum -c` reads it, sorted by path."""
    return "".join(f"{value}  {path}\n" for path, value in sorted(sums.items())).encode()


def parse_sums(data: bytes) -> Sums | None:
    """Paths and hashes, or None when the bytes are not exactly what `sums_bytes` writes."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    sums = {match[2]: match[1] for match in _LINE.finditer(text)}
    return sums if sums_bytes(sums) == data else None


def digest_of(sums: Mapping[str, str]) -> Digest:
    """Merkle root (RFC 6962) whose leaves are the lines of SHA256SUMS, each with its line break."""
    lines = (f"{value}  {path}\n".encode() for path, value in sorted(sums.items()))
    return Digest(merkle_root(leaf_hash(line) for line in lines).hex())


def manifest_bytes(sums: Mapping[str, str], sizes: Mapping[str, int], release: object) -> bytes:
    """manifest.json: a file for programs that derives from the others alone."""
    files = [{"path": path, "sha256": value, "size_bytes": sizes[path]} for path, value in sorted(sums.items())]
    return pretty_json({"format": FORMAT, "digest": digest_of(sums), "files": files, "release": release})


def parse_manifest(data: bytes) -> tuple[Sums, dict[str, int], Any] | None:
    """Hashes, sizes and facts of a manifest, or None when the bytes are not exactly what `manifest_bytes` writes."""
    try:
        document = parse_json(data, "")
        sums = {row["path"]: row["sha256"] for row in document["files"]}
        sizes = {row["path"]: row["size_bytes"] for row in document["files"]}
        is_ours = manifest_bytes(sums, sizes, document["release"]) == data
    except (FileRefusedError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return (sums, sizes, document["release"]) if is_ours else None


def signatures_bytes(digest_: str, records: Iterable[Mapping[str, Any]]) -> bytes:
    """signatures.json; its seal is the hash of everything else in it, so that a changed byte shows."""
    body = {
        "format": SIGNATURES_FORMAT,
        "digest": digest_,
        "signatures": sorted((dict(record) for record in records), key=canonical_json),
    }
    return pretty_json({**body, "seal": digest(body)})


def parse_signatures(data: bytes) -> tuple[str, list[dict[str, Any]]] | None:
    """Digest and records, or None when the bytes are not exactly what `signatures_bytes` writes."""
    try:
        document = parse_json(data, "")
        records = [dict(record) for record in document["signatures"]]
        is_ours = signatures_bytes(document["digest"], records) == data
    except (FileRefusedError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return (document["digest"], records) if is_ours else None


def sha256(data: bytes) -> str:
    """SHA-256 as hex."""
    return hashlib.sha256(data).hexdigest()
