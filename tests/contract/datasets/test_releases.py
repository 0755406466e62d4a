"""Releases on both databases: blocked, frozen, signed by others, refused; bytes that never change."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.support.importing import Desk, jpeg
from tests.support.projects import SETUP, Project, a_project, box

from assay.access import Caller, directory_of, make_key_for
from assay.datasets import (
    Release,
    ReleaseNameTakenError,
    ReleaseNotFoundError,
    ReleaseState,
    ReleaseStateError,
    refuse_release,
    release_in,
    sign_release,
)
from assay.formats.files import FolderFiles
from assay.formats.registry import codec
from assay.formats.release import verify_release
from assay.gold import GoldMark, sign_gold
from assay.governance import SignatureRefusedError, policy_in, set_policy, signatures_of
from assay.governance.errors import AlreadySignedError
from assay.jobs.intake import DecodePool
from assay.jobs.releasing import (
    begin_release,
    check_release,
    export_release,
    release_files,
    stream_and_drop,
    zip_release,
)
from assay.review import Verdict, claim_adjudication, claim_review, decide_review, settle
from assay.storage import Blobs, House

SIZE = (64, 48)


class Shop:
    """A project with pictures, worked on until it can be released."""

    def __init__(self, house: House, folder: Path, pool: DecodePool, **policy: Any) -> None:
        self.project = a_project(house, n_items=0, annotators=["ann", "bob"])
        desk = Desk(self.project, folder, pool)
        desk.take_in({f"set/{n}.jpg": jpeg(n, *SIZE) for n in range(6)}, labels="ignore")
        self.blobs: Blobs = desk.blobs
        self.house = house
        with house.read(SETUP, self.project.id) as rx:
            from assay.items import items_after

            self.project.items = [i.id for i in items_after(rx, "", 100)]
        lead = self.caller("lead")
        with house.read(SETUP, self.project.id) as rx:
            now = policy_in(rx)
        body = {
            **now.to_json(),
            "preset": "no-gold",
            "gold_rate": 0.0,
            "min_gold_lower": None,
            "min_agreement_lower": 0.1,
            **policy,
        }
        set_policy(lead, lead.membership(self.project.id), body, house=house)

    def caller(self, name: str) -> Caller:
        """Somebody at their browser."""
        key = make_key_for(SETUP, self.project.people[name], "test", house=self.house)
        return replace(directory_of(self.house).by_key(key.secret, self.house), via="session")

    def label(self) -> None:
        """Two equal answers to every picture but one, which an expert settles."""
        from assay.queue import BatchPolicy, NewTask, create_batch

        project = self.project
        tasks = [NewTask(i, *SIZE, is_gold=False) for i in project.items]
        policy = BatchPolicy(overlap=2, gold_rate=0.0, review_share=0.0)
        create_batch(SETUP, project.id, "all", tasks, policy, policy_version=1, house=self.house, seed=1)
        marks = {item: [box(2, 3), box(30, 20, "dust", 12)] for item in project.items}
        project.work("ann", marks)
        project.work(
            "bob", {**marks, project.items[0]: [box(40, 20, size=8)], project.items[1]: marks[project.items[1]]}
        )
        project.follow()
        case = claim_adjudication(project.actor("expert"), project.id, house=self.house)
        assert case is not None
        settle(
            project.actor("expert"),
            project.id,
            case.adjudication.id,
            [box(1, 1)],
            client_key="key-0001",
            house=self.house,
        )
        project.follow()

    def begin(self, name: str | None = None) -> Release:
        return begin_release(
            self.project.actor("lead"), self.project.id, name, "a test", house=self.house, blobs=self.blobs
        )

    def check(self, release: Release) -> Release:
        return check_release(
            self.project.actor("lead"), self.project.id, release.id, house=self.house, blobs=self.blobs
        )

    def sign(self, release: Release, name: str, meaning: str = "approved") -> Release:
        caller = self.caller(name)
        return sign_release(caller, caller.membership(self.project.id), release.id, meaning, house=self.house)

    def now(self, release: Release) -> Release:
        with self.house.read(SETUP, self.project.id) as rx:
            return release_in(rx, release.id)

    def zipped(self, release: Release, *, images: bool = False) -> bytes:
        with self.house.read(SETUP, self.project.id) as rx:
            path = zip_release(rx, self.now(release), self.blobs, with_images=images)
        data = b"".join(stream_and_drop(path))
        assert not path.exists()
        return data

    def unpacked(self, release: Release, into: Path, *, images: bool = False) -> Path:
        with zipfile.ZipFile(io.BytesIO(self.zipped(release, images=images))) as archive:
            archive.extractall(into)
        return into / release.name

    def table(self, release: Release, name: str) -> list[dict[str, Any]]:
        with self.house.read(SETUP, self.project.id) as rx:
            data = release_files(rx, self.now(release), self.blobs)[f"{name}.parquet"]
        return pq.read_table(io.BytesIO(data)).to_pylist()  # type: ignore[no-any-return]


@pytest.fixture
def shop(house: House, tmp_path: Path, pool: DecodePool) -> Shop:
    return Shop(house, tmp_path, pool)


@pytest.fixture
def ready(shop: Shop) -> Shop:
    """Everything labelled, nothing open."""
    shop.label()
    return shop


@pytest.fixture(scope="module")
def frozen(
    open_shared_house: House, tmp_path_factory: pytest.TempPathFactory, pool: DecodePool
) -> tuple[Shop, Release]:
    """A frozen release, signed, that tests only look at."""
    shop = Shop(open_shared_house, tmp_path_factory.mktemp("frozen"), pool)
    shop.label()
    release = shop.begin()
    shop.sign(release, "approver")
    return shop, release


def test_an_unfinished_project_is_blocked_and_says_why_until_it_is_finished(shop: Shop) -> None:
    blocked = shop.begin()
    assert (blocked.state, blocked.name, blocked.digest) == (ReleaseState.BLOCKED, "r1", None)
    states = {g.id: g.state for g in blocked.gates}
    assert states["coverage"] == "block"
    assert shop.check(blocked).state is ReleaseState.BLOCKED
    shop.label()
    frozen = shop.check(blocked)
    assert (frozen.state, frozen.id) == (ReleaseState.FROZEN, blocked.id)
    assert {g.state for g in frozen.gates} <= {"pass", "none"}


def test_a_ready_project_is_frozen_at_once(ready: Shop) -> None:
    frozen = ready.begin("first")
    assert frozen.state is ReleaseState.FROZEN
    assert frozen.digest is not None
    assert (frozen.facts["n_items"], frozen.facts["n_marks"]) == (6, 11)
    assert ready.check(frozen) == frozen, "a frozen one stays as it is"
    with pytest.raises(ReleaseNotFoundError):
        ready.check(replace(frozen, id="0" * 32))


def test_names_are_given_out_and_never_twice(shop: Shop) -> None:
    assert shop.begin("r2").name == "r2"
    assert shop.begin().name == "r3", "r2 is taken, whoever took it"
    assert shop.begin().name == "r4"
    with pytest.raises(ReleaseNameTakenError):
        shop.begin("r2")


def test_the_same_labels_give_the_same_bytes_but_for_name_and_moment(ready: Shop) -> None:
    one, other = ready.begin(), ready.begin()
    with ready.house.read(SETUP, ready.project.id) as rx:
        first, second = (release_files(rx, r, ready.blobs) for r in (one, other))
    same = [path for path in first if first[path] == second[path]]
    assert {p for p in same if p.endswith(".parquet")} >= {"items.parquet", "annotations.parquet", "splits.parquet"}


def test_a_download_is_the_same_bytes_every_time_and_verifies_without_the_house(
    frozen: tuple[Shop, Release], tmp_path: Path
) -> None:
    shop, release = frozen
    for images in (False, True):
        assert shop.zipped(release, images=images) == shop.zipped(release, images=images)
    folder = shop.unpacked(release, tmp_path / "plain")
    report = verify_release(folder)
    assert (report.ok, str(report.digest), report.faults) == (True, release.digest, ())
    assert [s["meaning"] for s in report.signatures] == ["approved"]
    whole = verify_release(shop.unpacked(release, tmp_path / "whole", images=True))
    assert whole.ok
    assert whole.n_files == report.n_files + 6


@pytest.mark.parametrize("pick", [0, 1, 2, 3, 4, 5])
def test_one_changed_byte_is_found_and_its_file_named(frozen: tuple[Shop, Release], tmp_path: Path, pick: int) -> None:
    shop, release = frozen
    folder = shop.unpacked(release, tmp_path / "r", images=True)
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    victim = files[pick * (len(files) - 1) // 5]
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.chmod(0o644)
    victim.write_bytes(data)
    report = verify_release(folder)
    assert not report.ok
    assert str(victim.relative_to(folder)) in {fault.file for fault in report.faults}


def test_marks_carry_their_evidence_and_people_their_pseudonyms(frozen: tuple[Shop, Release]) -> None:
    shop, release = frozen
    marks = shop.table(release, "annotations")
    settled = [m for m in marks if m["origin"] == "adjudication"]
    fused = [m for m in marks if m["origin"] == "consensus"]
    assert (len(settled), len(fused)) == (1, 10)
    evidence = json.loads(fused[0]["evidence"])
    assert (evidence["n_votes"], evidence["n_answers"], len(evidence["drawn_by"])) == (2, 2, 2)
    assert len(json.loads(settled[0]["evidence"])["settles"]) == 2
    submissions = shop.table(release, "submissions")
    assert len(submissions) == 13
    authors = {s["author"] for s in submissions}
    assert all(a.startswith("p-") for a in authors)
    everything = repr([marks, submissions]).lower()
    for name, user in shop.project.people.items():
        assert user not in everything
        assert name.title() not in repr([marks, submissions])
    assert {m["label_class"] for m in marks} == {"Cell", "Dust"}
    assert len({m["mark"] for m in marks}) == len(marks)


def test_nobody_signs_what_they_made_in_any_way(ready: Shop) -> None:
    project = ready.project
    for name in ("ann", "bob", "expert"):  # answered, answered, settled
        project.add_person(f"{name}-2", "approver")
    frozen = ready.begin()
    authors = frozen.authors
    assert {project.people[n] for n in ("ann", "bob", "expert")} <= authors
    from assay.access import Role

    for name in ("ann", "bob", "expert"):
        caller = ready.caller(name)
        place = replace(caller.membership(project.id), roles=frozenset({Role.APPROVER}))
        with pytest.raises(SignatureRefusedError, match="You made some of it"):
            sign_release(caller, place, frozen.id, "approved", house=ready.house)
    with pytest.raises(SignatureRefusedError, match="approvers sign"):
        ready.sign(frozen, "lead")
    assert ready.sign(frozen, "approver").state is ReleaseState.SIGNED


def test_signers_of_gold_and_reviewers_who_corrected_are_authors_too(shop: Shop) -> None:
    project = shop.project
    gold = [GoldMark("cell", "bbox", (2.0, 3.0, 22.0, 23.0), ("1.1",))]
    sign_gold(project.actor("expert"), project.id, project.items[5], gold, why="sure", house=shop.house)
    project.follow()
    from assay.queue import BatchPolicy, NewTask, create_batch

    tasks = [NewTask(i, *SIZE, is_gold=i == project.items[5]) for i in project.items]
    create_batch(
        SETUP,
        project.id,
        "all",
        tasks,
        BatchPolicy(overlap=1, gold_rate=0.5, review_share=1.0),
        policy_version=1,
        house=shop.house,
        seed=1,
    )
    marks = {i: [box(2, 3)] for i in project.items}
    project.work("ann", marks)
    project.work("bob", marks)
    project.follow()
    n = 0
    while (case := claim_review(project.actor("reviewer"), project.id, house=shop.house)) is not None:
        verdict = Verdict.FIX if n == 0 else Verdict.ACCEPT
        decide_review(
            project.actor("reviewer"),
            project.id,
            case.review.id,
            verdict,
            client_key=f"key-{n:05}",
            reason_code="missed",
            marks=[box(2, 3)],
            house=shop.house,
        )
        n += 1
    project.follow()
    caller = shop.caller("lead")
    with shop.house.read(SETUP, project.id) as rx:
        now = policy_in(rx).to_json()
    set_policy(
        caller, caller.membership(project.id), {**now, "min_agreement_lower": None, "overlap": 1}, house=shop.house
    )
    frozen = shop.begin()
    assert frozen.state is ReleaseState.FROZEN
    assert frozen.authors == {project.people[name] for name in ("ann", "bob", "reviewer", "expert")}
    splits = {row["item"]: row["split"] for row in shop.table(frozen, "splits")}
    assert splits[project.items[5]] == "test", "gold tests and never trains"
    assert [row["item"] for row in shop.table(frozen, "gold")] == [project.items[5]]


def test_it_takes_as_many_signatures_as_the_policy_asks_for_and_each_person_once(
    house: House, tmp_path: Path, pool: DecodePool
) -> None:
    shop = Shop(house, tmp_path, pool, signatures_needed=2)
    shop.label()
    shop.project.add_person("second", "approver")
    frozen = shop.begin()
    assert shop.sign(frozen, "approver").state is ReleaseState.FROZEN
    with pytest.raises((AlreadySignedError, SignatureRefusedError)):
        shop.sign(frozen, "approver")
    signed = shop.sign(frozen, "second", "approved for training")
    assert signed.state is ReleaseState.SIGNED
    with pytest.raises(ReleaseStateError):
        shop.sign(frozen, "second")
    with house.read(SETUP, shop.project.id) as rx:
        found = signatures_of(rx, frozen.subject, frozen.digest or "")
    assert [s.meaning for s in found] == ["approved", "approved for training"]


def test_two_signatures_at_the_same_moment_are_both_counted(house: House, tmp_path: Path, pool: DecodePool) -> None:
    shop = Shop(house, tmp_path, pool, signatures_needed=2)
    shop.label()
    shop.project.add_person("second", "approver")
    frozen = shop.begin()
    callers = [shop.caller(name) for name in ("approver", "second")]
    start = threading.Barrier(2)
    problems: list[Exception] = []

    def sign(caller: Caller) -> None:
        start.wait()
        try:
            sign_release(caller, caller.membership(shop.project.id), frozen.id, "approved", house=house)
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            problems.append(error)

    threads = [threading.Thread(target=sign, args=(caller,)) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert shop.now(frozen).state is ReleaseState.SIGNED


def test_a_refused_release_is_never_signed_and_the_next_compares_itself_with_the_one_before(ready: Shop) -> None:
    first = ready.begin()
    ready.sign(first, "approver")
    second = ready.begin()
    assert second.facts["since"] == first.name
    assert all(row["before"] == row["after"] and row["moved"] == 0 for row in second.facts["changes"])
    refused = refuse_release(
        ready.project.actor("approver"), ready.project.id, second.id, "a box is off", house=ready.house
    )
    assert (refused.state, refused.refusal) == (ReleaseState.REFUSED, "a box is off")
    with pytest.raises(ReleaseStateError):
        ready.sign(second, "approver")
    with pytest.raises(ReleaseStateError):
        refuse_release(ready.project.actor("approver"), ready.project.id, first.id, "too late", house=ready.house)
    assert ready.begin().facts["since"] == first.name


def test_what_happens_afterwards_changes_no_frozen_byte(ready: Shop) -> None:
    frozen = ready.begin()
    before = ready.zipped(frozen, images=True)
    ready.project.batch(ready.project.items[:2], overlap=1)
    ready.project.work("ann", {i: [] for i in ready.project.items})
    ready.project.follow()
    assert ready.now(frozen) == frozen
    assert ready.zipped(frozen, images=True) == before


@pytest.mark.parametrize("to", ["coco", "voc", "yolo", "cvat", "label-studio", "labelme", "parquet", "csv"])
def test_a_release_comes_back_from_every_format_with_its_boxes_and_empty_images(
    frozen: tuple[Shop, Release], tmp_path: Path, to: str
) -> None:
    shop, release = frozen
    with shop.house.read(SETUP, shop.project.id) as rx:
        path = export_release(rx, release, to, shop.blobs, with_images=True)
    with zipfile.ZipFile(io.BytesIO(b"".join(stream_and_drop(path)))) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / f"{release.name}-{to}"
    loss = json.loads((folder / "loss.json").read_text())
    assert (loss["release"], loss["digest"]) == (release.name, release.digest)
    label_set, _ = codec(to).read(FolderFiles(folder), mode="skip_rows")
    sides = ("x_min_px", "y_min_px", "x_max_px", "y_max_px")
    wanted = sorted((m["label_class"], *(round(m[s], 3) for s in sides)) for m in shop.table(release, "annotations"))
    found = sorted((m["label_class"], *(round(m[s], 3) for s in sides)) for m in label_set.marks.to_pylist())
    tolerance = 0.51 if to == "voc" else 0.01 if to == "yolo" else 1e-3
    assert [row[0] for row in found] == [row[0] for row in wanted]
    for one, other in zip(found, wanted, strict=True):
        assert one[1:] == pytest.approx(other[1:], abs=tolerance)
    assert label_set.items.num_rows == 6
    pictures = [p for p in folder.rglob("*") if p.suffix == ".jpg"]
    assert len(pictures) == 6


def test_a_project_of_its_own_sees_no_release_of_another(ready: Shop, house: House) -> None:
    frozen = ready.begin()
    other = a_project(house, n_items=0)
    with house.read(SETUP, other.id) as rx, pytest.raises(ReleaseNotFoundError):
        release_in(rx, frozen.id)
    assert isinstance(other, Project)
