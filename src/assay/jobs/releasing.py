"""Checks, freezes, downloads and exports releases: the work around the books that `datasets` keeps."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

import pyarrow.parquet as pq

from assay.datasets import (
    Gate,
    Release,
    ReleaseState,
    Work,
    all_releases,
    blocks,
    check_gates,
    create_release,
    facts_of,
    freeze_release,
    gather_work,
    keep_gates,
    release_in,
)
from assay.formats.files import DictFiles, DictSink
from assay.formats.registry import codec
from assay.formats.release import Digest, FrozenRelease, Signature
from assay.formats.release import freeze_release as freeze_bytes
from assay.formats.release import read as release_codec
from assay.formats.release.lists import signatures_bytes
from assay.formats.release.model import ANNOTATIONS, ITEMS, SIGNATURES
from assay.governance import Policy, policy_in, signatures_of
from assay.guidelines import current_guideline_version
from assay.jobs.release_changes import Place, changes_between, places_between
from assay.jobs.release_content import Content, documents_of
from assay.kernel.actor import Actor
from assay.kernel.clock import iso
from assay.labels import schema_in
from assay.storage import Blobs, House, Rx

ZIP_DATE = (1980, 1, 1, 0, 0, 0)
"""The same bytes whenever it is made."""
COPY_BYTES = 1 << 20


def begin_release(actor: Actor, project: str, name: str | None, note: str, *, house: House, blobs: Blobs) -> Release:
    """Create a release and freeze it at once if its gates pass."""
    release = create_release(actor, project, name, note, (), house=house)
    return check_release(actor, project, release.id, house=house, blobs=blobs)


def check_release(actor: Actor, project: str, release_id: str, *, house: House, blobs: Blobs) -> Release:
    """Look at the gates again; freezes when all pass. A frozen release stays as it is.

    Gates and bytes come from one moment, so that nothing else is frozen than what was checked.
    """
    frozen = None
    with house.read(actor, project) as rx:
        release = release_in(rx, release_id)
        if release.state is not ReleaseState.BLOCKED:
            return release
        policy = policy_in(rx)
        work = gather_work(rx, policy)
        gates = check_gates(facts_of(rx, work, policy), policy)
        if not blocks(gates):
            frozen, facts = _build(rx, release, work, policy, gates, blobs)
    if frozen is None:
        return keep_gates(actor, project, release_id, gates, house=house)
    content = {path: blobs.put(data) for path, data in frozen.files.items()}
    return freeze_release(
        actor, project, release_id, gates, digest=frozen.digest, content=content, facts=facts, house=house
    )


def _build(
    rx: Rx, release: Release, work: Work, policy: Policy, gates: tuple[Gate, ...], blobs: Blobs
) -> tuple[FrozenRelease, dict[str, object]]:
    """The bytes of a release, and what the house keeps beside them."""
    content = Content(rx, work)
    content.gather()
    before = next((r for r in all_releases(rx) if r.content and r.state is not ReleaseState.REFUSED), None)
    told = {
        "release": release.name,
        "note": release.note,
        "frozen_at": iso(rx.now_us),
        "parent": None if before is None else {"release": before.name, "digest": before.digest},
        "policy_version": policy.version,
    }
    frozen = freeze_bytes(content.tables(), documents_of(rx, work, policy, gates), told)
    schema = schema_in(rx, None)
    older = None if before is None else _file(before, ANNOTATIONS, blobs)
    classes = [(c.id, c.name) for c in schema.classes]
    facts: dict[str, object] = {
        "n_items": len(content.items),
        "n_marks": len(content.annotations),
        "guideline_version": current_guideline_version(rx),
        "schema_version": schema.version,
        "authors": sorted(content.authors),
        "images": list(frozen.images),
        "since": None if before is None else before.name,
        "changes": changes_between(older, frozen.files[ANNOTATIONS], classes),
    }
    return frozen, facts


def _file(release: Release, path: str, blobs: Blobs) -> bytes:
    return blobs.get(release.content[path])


def compare_releases(rx: Rx, release: Release, against: str | None, blobs: Blobs) -> tuple[Release | None, list[Place]]:
    """Every mark that is not the same as in another frozen release: the one named, else the one before.

    Returns:
        The other release and the places; None and nothing when there is no earlier one.

    Raises:
        ReleaseNotFoundError: there is no release of this id.
    """
    if against is not None:
        other: Release | None = release_in(rx, against)
    else:
        other = next((r for r in all_releases(rx) if r.name == release.facts.get("since")), None)
    if other is None or not other.content:
        return None, []
    return other, places_between(_file(other, ANNOTATIONS, blobs), _file(release, ANNOTATIONS, blobs))


def release_files(rx: Rx, release: Release, blobs: Blobs) -> dict[str, bytes]:
    """Every file of a frozen release but its pictures, signatures included."""
    assert release.digest is not None, "only frozen releases have files"
    digest = Digest(release.digest)
    records = [
        Signature(s.name, s.signed_at_us, s.meaning, digest, {"role": s.role}).to_json()
        for s in signatures_of(rx, release.subject, release.digest)
    ]
    files = {path: blobs.get(sha256) for path, sha256 in release.content.items()}
    return {**files, SIGNATURES: signatures_bytes(digest, records)}


def zip_release(rx: Rx, release: Release, blobs: Blobs, *, with_images: bool) -> Path:
    """A release folder as one zip in a temporary file; made twice, equal byte by byte."""
    files = release_files(rx, release, blobs)
    images = list(release.facts["images"]) if with_images else []
    return _zip(release.name, files, {path: Path(path).stem for path in images}, blobs)


def export_release(rx: Rx, release: Release, format_name: str, blobs: Blobs, *, with_images: bool) -> Path:
    """A release in another format as one zip with `loss.json`, which says what the format cannot hold."""
    frozen = release_files(rx, release, blobs)
    label_set, _ = release_codec.read(DictFiles(frozen))
    sink = DictSink()
    loss = codec(format_name).write(label_set, sink)
    said = {**loss.to_json(), "release": release.name, "digest": release.digest}
    files = {**sink.contents, "loss.json": json.dumps(said, indent=1, sort_keys=True).encode() + b"\n"}
    images: dict[str, str] = {}
    if with_images:
        rows = pq.read_table(io.BytesIO(frozen[ITEMS]), columns=["item", "image_path"]).to_pylist()
        stored = {row["item"]: Path(row["image_path"]).stem for row in rows if row["image_path"] is not None}
        images = {path: stored[item] for item, path in loss.image_paths.items() if item in stored}
    return _zip(f"{release.name}-{format_name}", files, images, blobs)


def _zip(folder: str, files: Mapping[str, bytes], images: Mapping[str, str], blobs: Blobs) -> Path:
    with NamedTemporaryFile(prefix="assay-", suffix=".zip", delete=False) as target:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for path, data in sorted(files.items()):
                archive.writestr(zipfile.ZipInfo(f"{folder}/{path}", ZIP_DATE), data)
            for path, sha256 in sorted(images.items()):
                archive.writestr(zipfile.ZipInfo(f"{folder}/{path}", ZIP_DATE), blobs.get(sha256))
        return Path(target.name)


def stream_and_drop(path: Path) -> Iterator[bytes]:
    """The bytes of a temporary file, which is gone afterwards."""
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(COPY_BYTES):
                yield chunk
    finally:
        path.unlink(missing_ok=True)
