"""A release folder on disk: equal whenever written, readable, and any changed byte or file is named."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import duckdb
import pandas as pd
import pytest
from tests.support.releases import FACTS, PICTURES, release_documents, release_tables

from assay.formats import (
    BrokenReleaseError,
    Digest,
    FolderExistsError,
    FolderFiles,
    Signature,
    UnwritableError,
    codec,
    detect,
    freeze_release,
    read_release,
    sign_release,
    verify_release,
    write_release,
)

FROZEN = freeze_release(release_tables(), release_documents(), FACTS)
SIGNATURE = Signature("Aylin Çelik", 1_700_000_100_000_000, "approved for training", FROZEN.digest, {"user": "u1"})


def open_image(sha256: str) -> BinaryIO:
    return io.BytesIO(PICTURES[sha256])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "bolts-1"
    write_release(path, FROZEN, signatures=[SIGNATURE], open_image=open_image)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def named(folder: Path) -> set[str]:
    return {fault.file for fault in verify_release(folder).faults}


def test_a_fresh_release_is_in_order_and_names_its_signatures(folder: Path) -> None:
    report = verify_release(folder, expect=FROZEN.digest)
    assert report.ok
    assert report.digest == FROZEN.digest
    assert report.with_images
    assert [record["name"] for record in report.signatures] == ["Aylin Çelik"]
    assert report.n_files == len(contents(folder)) == 14 + len(PICTURES)
    assert json.loads(json.dumps(report.to_json()))["ok"] is True


def test_written_twice_and_from_rows_in_another_order_it_is_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = freeze_release(release_tables(backwards=True), release_documents(), dict(reversed(FACTS.items())))
    write_release(tmp_path / "again", again, signatures=[SIGNATURE], open_image=open_image)
    assert contents(tmp_path / "again") == contents(folder)


@pytest.mark.slow
def test_another_process_with_another_hash_seed_writes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; import sys\n"
        "from tests.integration.formats.test_release_folder import *\n"
        "write_release(Path(sys.argv[1]), FROZEN, signatures=[SIGNATURE], open_image=open_image)\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "other")], check=True, env=environment)
    assert contents(tmp_path / "other") == contents(folder)


def test_the_digest_is_the_same_with_and_without_pictures_and_signatures(folder: Path, tmp_path: Path) -> None:
    write_release(tmp_path / "bare", FROZEN)
    bare = verify_release(tmp_path / "bare")
    assert bare.ok
    assert not bare.with_images
    assert bare.signatures == ()
    assert bare.digest == verify_release(folder).digest


def test_signing_after_freezing_changes_nothing_but_the_signatures(tmp_path: Path, folder: Path) -> None:
    late = tmp_path / "late"
    write_release(late, FROZEN, open_image=open_image)
    before = contents(late)
    sign_release(late, SIGNATURE)
    sign_release(late, SIGNATURE)  # a repeated request is one signature
    assert contents(late) == contents(folder)
    assert {path for path, data in contents(late).items() if before[path] != data} == {"signatures.json"}
    second = Signature("Bo", 1_700_000_200_000_000, "approved for release", FROZEN.digest)
    sign_release(late, second)
    assert len(verify_release(late).signatures) == 2


def test_a_signature_cannot_be_moved_to_another_release(folder: Path, tmp_path: Path) -> None:
    other = freeze_release(release_tables(with_gold=False), release_documents(), FACTS)
    with pytest.raises(UnwritableError):
        write_release(tmp_path / "other", other, signatures=[SIGNATURE])
    assert not (tmp_path / "other").exists()
    write_release(tmp_path / "other", other)
    with pytest.raises(UnwritableError):
        sign_release(tmp_path / "other", SIGNATURE)
    shutil.copy(folder / "signatures.json", tmp_path / "other")
    assert named(tmp_path / "other") == {"signatures.json"}


def test_a_folder_rewritten_as_a_whole_is_told_by_its_digest(folder: Path, tmp_path: Path) -> None:
    forged = freeze_release(release_tables(with_gold=False), release_documents(), FACTS)
    write_release(tmp_path / "forged", forged)
    assert verify_release(tmp_path / "forged").ok
    assert not verify_release(tmp_path / "forged", expect=FROZEN.digest).ok
    assert not verify_release(folder, expect=Digest("0" * 64)).ok


def test_nothing_is_overwritten_and_a_failed_write_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FolderExistsError):
        write_release(folder, FROZEN)
    with pytest.raises(UnwritableError):
        write_release(tmp_path / "wrong", FROZEN, open_image=lambda _: io.BytesIO(b"another picture"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bolts-1"]


def test_it_is_read_back_as_it_was(folder: Path) -> None:
    release = read_release(folder)
    tables, documents = release_tables(), release_documents()
    assert release.digest == FROZEN.digest
    assert release.facts == FACTS
    assert release.tables.items.equals(tables.items)
    assert release.tables.annotations.equals(tables.annotations)
    assert release.tables.submissions.equals(tables.submissions)
    assert release.tables.splits.equals(tables.splits)
    assert release.tables.gold is not None
    assert release.tables.gold.equals(tables.gold)
    assert release.documents == documents
    assert release.label_set.classes == ("car", "Schürfung <b>")


def test_a_broken_release_is_not_read(folder: Path) -> None:
    (folder / "schema.json").write_bytes(b"{}")
    with pytest.raises(BrokenReleaseError, match=r"schema\.json was changed"):
        read_release(folder)
    with pytest.raises(BrokenReleaseError):
        codec("release").read(FolderFiles(folder))


def test_it_converts_to_training_formats_like_any_other_folder(folder: Path) -> None:
    files = FolderFiles(folder)
    assert detect(files) == "release"
    label_set, report = codec("release").read(files)
    assert (report.n_items, report.n_marks) == (3, 4)
    assert set(report.image_paths.values()) == {path for path in files.names() if path.startswith("images/")}
    assert label_set.marks.num_rows == 4


def test_pandas_and_duckdb_open_the_tables(folder: Path) -> None:
    frame = pd.read_parquet(folder / "annotations.parquet")
    assert frame["x_max_px"].tolist() == [3.0, 30.0, 9.0, 6.0]
    query = "SELECT count(*), max(len(polygon)) FROM read_parquet(?)"
    assert duckdb.execute(query, [str(folder / "annotations.parquet")]).fetchone() == (4, 1)


def _spots(path: str, size: int) -> Iterator[int]:
    """Every byte of the small files, every eleventh of the tables and pictures, and both ends."""
    step = 11 if path.endswith((".parquet", ".png")) else 1
    yield from range(0, size, step)
    yield size - 1


@pytest.mark.slow
def test_a_flipped_bit_anywhere_names_the_file_and_no_other(folder: Path) -> None:
    files = contents(folder)
    n_flips = 0
    for path, data in files.items():
        for at in _spots(path, len(data)):
            bent = bytearray(data)
            bent[at] ^= 1 << (at % 8)
            report = verify_release({**files, path: bytes(bent)})
            assert {fault.file for fault in report.faults} == {path}, (path, at, report.faults)
            n_flips += 1
    assert n_flips > 7_500


def test_a_flipped_byte_on_disk_names_the_file(folder: Path) -> None:
    for path, data in contents(folder).items():
        middle = len(data) // 2
        (folder / path).write_bytes(data[:middle] + bytes([data[middle] ^ 0x20]) + data[middle + 1 :])
        assert named(folder) == {path}
        (folder / path).write_bytes(data)
    assert verify_release(folder).ok


def test_cutting_or_growing_any_file_names_it(folder: Path) -> None:
    files = contents(folder)
    for path, data in files.items():
        for other in (b"", data[:-1], data + b"\n", data + data):
            assert {fault.file for fault in verify_release({**files, path: other}).faults} == {path}


def test_removing_any_file_names_it(folder: Path) -> None:
    files = contents(folder)
    for path in files:
        rest = {name: data for name, data in files.items() if name != path}
        assert {fault.file for fault in verify_release(rest).faults} == {path}


def test_renaming_any_file_names_both_names(folder: Path) -> None:
    files = contents(folder)
    for path, data in files.items():
        moved = {name: content for name, content in files.items() if name != path} | {f"{path}.bak": data}
        assert {fault.file for fault in verify_release(moved).faults} == {path, f"{path}.bak"}


def test_swapping_two_files_names_both(folder: Path) -> None:
    files = contents(folder)
    one, two = sorted(path for path in files if path.startswith("images/"))[:2]
    for a, b in ((one, two), ("schema.json", "quality.json"), ("items.parquet", "splits.parquet")):
        swapped = {**files, a: files[b], b: files[a]}
        assert {fault.file for fault in verify_release(swapped).faults} == {a, b}


def test_an_added_file_link_or_empty_folder_is_named(folder: Path) -> None:
    (folder / "notes.txt").write_text("x")
    (folder / ".hidden").write_text("x")
    (folder / "images" / "zz").mkdir()
    (folder / "link.json").symlink_to(folder / "schema.json")
    assert named(folder) == {"notes.txt", ".hidden", "images/zz", "link.json"}


def test_changing_both_lists_together_is_seen_by_the_signature(folder: Path) -> None:
    other = freeze_release(release_tables(with_gold=False), release_documents(), FACTS)
    for path in ("SHA256SUMS", "manifest.json", "release.json"):
        (folder / path).write_bytes(other.files[path])
    (folder / "gold.parquet").unlink()
    assert named(folder) == {"signatures.json"}


@pytest.mark.slow
def test_the_readme_s_own_commands_check_the_folder(folder: Path) -> None:
    readme = (folder / "README.txt").read_text()
    program = readme[readme.index("import hashlib") : readme.index("Compare the digest")]
    shell = readme[readme.index("find images") :].split("\n")[0]
    for command in ("sha256sum -c SHA256SUMS", shell):
        subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=folder, check=True, capture_output=True)
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        f"digest {FROZEN.digest}",
        "manifest agrees",
        "signatures sealed",
        "Aylin Çelik 2023-11-14T22:15:00.000000Z approved for training for this release",
    ]
    assert len([line for line in program.splitlines() if line]) <= 20
    (folder / "guideline.md").write_text("changed")
    assert subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, check=False, capture_output=True).returncode


def test_times_of_files_and_rights_do_not_matter(folder: Path) -> None:
    os.utime(folder / "schema.json", (1, 1))
    assert verify_release(folder).ok
    assert (folder / "schema.json").stat().st_mode & 0o777 == 0o644
    assert folder.stat().st_mode & 0o777 == 0o755
