"""Imports on both databases: visible all at once or not at all, gone on with after a kill, every file once."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image
from tests.support.importing import Desk, Killed, dying_after, jpeg, voc
from tests.support.projects import SETUP, Project, a_project

from assay.annotations import marks_of, submissions_of_item
from assay.annotations.store import annotation_rows, submissions
from assay.items import (
    ImportLocationError,
    ImportNotOpenError,
    ImportState,
    add_file,
    count_items,
    items_after,
    start_import,
)
from assay.items.store import items, media
from assay.jobs import imported_labels, importing
from assay.jobs.importing import Places
from assay.jobs.intake import DecodePool
from assay.kernel.errors import UnavailableError
from assay.labels import ClassRules, LabelClass, get_schema, publish_schema
from assay.storage import House, StoreAwayError


@pytest.fixture
def desk(house: House, tmp_path: Path, pool: DecodePool) -> Desk:
    return Desk(a_project(house, n_items=0, annotators=()), tmp_path, pool)


def n_rows(project: Project, table: sa.Table) -> int:
    with project.house.database.reading() as connection:
        query = sa.select(sa.func.count()).select_from(table).where(table.c.project_id == project.id)
        return int(connection.execute(query).scalar_one())


def visible(project: Project) -> int:
    with project.house.read(SETUP, project.id) as rx:
        return count_items(rx)


def names(project: Project) -> dict[str, str]:
    with project.house.read(SETUP, project.id) as rx:
        return {item.name: item.id for item in items_after(rx, "", 10_000)}


def test_every_file_gets_a_row_and_accepted_ones_become_items(desk: Desk) -> None:
    done = desk.take_in({"a.jpg": jpeg(1), "b.jpg": jpeg(2), "broken.jpg": b"\xff\xd8\xff\xe0nothing", "x.txt": b"no"})
    assert done.state is ImportState.FINISHED
    assert (done.n_found, done.n_done, done.n_accepted, done.n_refused) == (3, 3, 2, 1)
    assert [(name, state) for name, state, _ in desk.rows(done)] == [
        ("a.jpg", "accepted"),
        ("b.jpg", "accepted"),
        ("broken.jpg", "refused"),
    ]
    assert visible(desk.project) == 2


def test_nothing_is_visible_before_the_import_has_finished(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "SLICE_FILES", 1)
    made = desk.uploaded({f"{n}.jpg": jpeg(n) for n in range(3)})
    seen: list[int] = []
    keep = importing.keep_slice

    def watched(*args: Any, **options: Any) -> Any:
        kept = keep(*args, **options)
        seen.append(visible(desk.project))
        return kept

    monkeypatch.setattr(importing, "keep_slice", watched)
    desk.run(made)
    assert seen == [0, 0, 0]
    assert visible(desk.project) == 3


def test_a_picture_the_project_has_is_a_duplicate_whatever_its_name(desk: Desk) -> None:
    first = desk.take_in({"a.jpg": jpeg(1)})
    assert first.n_accepted == 1
    again = desk.take_in({"other name.jpg": jpeg(1), "b.jpg": jpeg(2), "c.jpg": jpeg(2)})
    assert (again.n_accepted, again.n_duplicates) == (1, 2)
    assert [state for _, state, _ in desk.rows(again)] == ["accepted", "duplicate", "duplicate"]
    assert visible(desk.project) == 2


def test_a_near_duplicate_is_kept_and_names_the_earlier_picture(desk: Desk) -> None:
    desk.take_in({"a.jpg": jpeg(1)})
    with Image.open(io.BytesIO(jpeg(1))) as image:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=40)
    done = desk.take_in({"a again.jpg": buffer.getvalue(), "b.jpg": jpeg(2)})
    assert (done.n_accepted, done.n_near_duplicates) == (2, 1)
    by_name = names(desk.project)
    with desk.project.house.read(SETUP, desk.project.id) as rx:
        found = {item.name: item.near_duplicate_of for item in items_after(rx, "", 9)}
    assert found == {"a.jpg": None, "a again.jpg": by_name["a.jpg"], "b.jpg": None}


def test_a_source_that_fails_leaves_nothing_and_the_import_can_be_run_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "SLICE_FILES", 1)
    files = {f"{n}.jpg": jpeg(n) for n in range(4)} | {
        f"{n}.xml": voc(f"{n}.jpg", ("cell", 1, 1, 9, 9)) for n in range(4)
    }
    made = desk.uploaded(files)

    class AwayError(UnavailableError):
        code = "test.away"

    keep = importing.keep_slice

    def failing(*args: Any, **options: Any) -> Any:
        if options["start_row"] == 2:
            raise AwayError("The disk went away.")
        return keep(*args, **options)

    monkeypatch.setattr(importing, "keep_slice", failing)
    failed = desk.run(made)
    assert (failed.state, failed.error) == (ImportState.FAILED, "The disk went away.")
    assert (n_rows(desk.project, items), n_rows(desk.project, media), n_rows(desk.project, submissions)) == (0, 0, 0)

    monkeypatch.setattr(importing, "keep_slice", keep)
    start_import(SETUP, desk.project.id, made.id, house=desk.project.house)
    done = desk.run(made)
    assert (done.state, done.n_accepted, done.n_marks, done.error) == (ImportState.FINISHED, 4, 4, None)
    assert len(desk.rows(done)) == 4


def test_a_failure_after_labels_were_kept_takes_them_back_and_a_second_run_keeps_them_all(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imported_labels, "ITEMS_AT_ONCE", 1)
    files = {f"{n}.jpg": jpeg(n) for n in range(3)} | {
        f"{n}.xml": voc(f"{n}.jpg", ("cell", 1, 1, 9, 9)) for n in range(3)
    }
    made = desk.uploaded(files)

    def broken(*_: Any, **__: Any) -> None:
        raise ValueError("a mistake of ours")

    with monkeypatch.context() as patch:
        patch.setattr(importing, "near_groups", broken)
        failed = desk.run(made)
    assert failed.state is ImportState.FAILED
    assert failed.error == "Something unexpected happened (ValueError)."
    assert (n_rows(desk.project, submissions), n_rows(desk.project, annotation_rows)) == (0, 0)
    start_import(SETUP, desk.project.id, made.id, house=desk.project.house)
    assert desk.run(made).n_marks == 3
    assert (n_rows(desk.project, submissions), n_rows(desk.project, annotation_rows)) == (3, 3)


def test_a_database_that_is_away_fails_no_import(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    made = desk.uploaded({"a.jpg": jpeg(1)})

    def away(*_: Any, **__: Any) -> None:
        raise StoreAwayError("the connection broke")

    with monkeypatch.context() as patch:
        patch.setattr(importing, "keep_slice", away)
        with pytest.raises(StoreAwayError):
            desk.run(made)
    assert desk.now(made).state is ImportState.RUNNING
    assert desk.run(made).n_accepted == 1


@pytest.mark.parametrize(
    ("point", "after"),
    [("keep_slice", 0), ("keep_slice", 2), ("labels", 0), ("labels", 1), ("labels", 2), ("finish_import", 0)],
)
def test_a_killed_import_goes_on_and_takes_every_file_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, point: str, after: int
) -> None:
    monkeypatch.setattr(importing, "SLICE_FILES", 2)
    monkeypatch.setattr(imported_labels, "ITEMS_AT_ONCE", 2)
    files = {f"{n}.jpg": jpeg(n) for n in range(5)} | {
        f"{n}.xml": voc(f"{n}.jpg", ("cell", 1, 1, 9, 9)) for n in range(5)
    }
    files |= {"bad.jpg": b"\xff\xd8\xff\xe0bad", "twin.jpg": jpeg(0)}
    made = desk.uploaded(files)
    with monkeypatch.context() as patch:
        if point == "labels":
            patch.setattr(imported_labels, "_keep", dying_after(after, imported_labels._keep))
        else:
            patch.setattr(importing, point, dying_after(after, getattr(importing, point)))
        with pytest.raises(Killed):
            desk.run(made)
    assert visible(desk.project) == 0
    assert desk.now(made).state is ImportState.RUNNING
    assert desk.importer().work() >= 1
    done = desk.now(made)
    assert done.state is ImportState.FINISHED
    assert (done.n_accepted, done.n_duplicates, done.n_refused, done.n_done, done.n_marks) == (5, 1, 1, 7, 5)
    rows = desk.rows(done)
    assert len(rows) == len({name for name, _, _ in rows}) == 7
    assert (visible(desk.project), n_rows(desk.project, submissions)) == (5, 5)


def test_labels_belong_to_the_import_and_to_no_person(desk: Desk) -> None:
    files = {"a.jpg": jpeg(1), "a.xml": voc("a.jpg", ("cell", 3, 5, 20, 30)), "b.jpg": jpeg(2), "b.xml": voc("b.jpg")}
    done = desk.take_in(files)
    ids = names(desk.project)
    with desk.project.house.read(SETUP, desk.project.id) as rx:
        (given,) = submissions_of_item(rx, ids["a.jpg"])
        (empty,) = submissions_of_item(rx, ids["b.jpg"])
        (mark,) = marks_of(rx, [given.id])[given.id]
    assert (given.author_id, given.origin.value) == (done.id, "imported")
    assert mark.mark.bbox == (2.0, 4.0, 20.0, 30.0)  # VOC counts from 1 and includes the last pixel
    assert empty.n_marks == 0, "a picture that was looked at and holds nothing"


def test_a_project_without_classes_gets_those_of_the_labels_whatever_alphabet_they_are_in(
    house: House, tmp_path: Path, pool: DecodePool
) -> None:
    from assay.access import found_project

    project = Project(house, found_project(SETUP, f"Bare {tmp_path.name}", house=house).id)
    desk = Desk(project, tmp_path, pool)
    files = {
        "a.jpg": jpeg(1),
        "a.xml": voc("a.jpg", ("赤血球", 1, 1, 9, 9), ("白血球", 11, 1, 19, 9), ("Zelle", 1, 11, 9, 19)),
    }
    done = desk.take_in(files)
    assert done.n_marks == 3
    schema = get_schema(SETUP, project.id, house=house)
    assert {c.name for c in schema.classes} == {"赤血球", "白血球", "Zelle"}
    assert len({c.id for c in schema.classes}) == 3


def test_labels_are_matched_to_the_schema_by_name_or_id_and_the_rest_is_named(desk: Desk) -> None:
    classes = [
        LabelClass("rbc", "Red cell"),
        LabelClass("wbc", "White cell", rules=ClassRules(max_count=1)),
    ]
    publish_schema(SETUP, desk.project.id, classes, house=desk.project.house)
    marks = [("Red cell", 1, 1, 9, 9), ("rbc", 11, 1, 19, 9), ("RED CELL", 21, 1, 29, 9)]
    marks += [("White cell", 1, 11, 9, 19), ("White cell", 11, 11, 19, 19), ("dirt", 1, 21, 9, 29)]
    done = desk.take_in({"a.jpg": jpeg(1), "a.xml": voc("a.jpg", *marks)})
    assert done.n_marks == 4
    said = "\n".join(done.warnings)
    assert "one more White cell than the schema allows" in said
    assert "'dirt'" in said


def test_labels_of_refused_pictures_are_counted_in_the_report(desk: Desk) -> None:
    files = {"a.jpg": jpeg(1), "bad.jpg": b"\xff\xd8\xff\xe0", "bad.xml": voc("bad.jpg", ("cell", 1, 1, 9, 9))}
    done = desk.take_in(files)
    assert done.n_marks == 0
    assert "1 marks lie on pictures that were refused or are in the project already." in done.warnings


def test_labels_may_be_ignored(desk: Desk) -> None:
    done = desk.take_in({"a.jpg": jpeg(1), "a.xml": voc("a.jpg", ("cell", 1, 1, 9, 9))}, labels="ignore")
    assert (done.n_marks, n_rows(desk.project, submissions)) == (0, 0)


def test_an_archive_that_comes_alone_is_opened(desk: Desk) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("in/a.jpg", jpeg(1))
        archive.writestr("in/a.xml", voc("a.jpg", ("cell", 1, 1, 9, 9)))
    done = desk.take_in({"set.zip": buffer.getvalue()})
    assert (done.n_accepted, done.n_marks, list(names(desk.project))) == (1, 1, ["in/a.jpg"])


def test_files_are_added_and_imports_started_only_while_they_are_open(desk: Desk) -> None:
    made = desk.uploaded({"a.jpg": jpeg(1)})
    with pytest.raises(ImportNotOpenError):
        add_file(SETUP, desk.project.id, made.id, "b.jpg", "0" * 64, 1, house=desk.project.house)
    with pytest.raises(ImportNotOpenError):
        start_import(SETUP, desk.project.id, made.id, house=desk.project.house)
    desk.run(made)
    with pytest.raises(ImportNotOpenError):
        start_import(SETUP, desk.project.id, made.id, house=desk.project.house)


def test_names_longer_than_any_column_survive_a_resume(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "SLICE_FILES", 1)
    deep = "/".join(["d" * 200] * 4)
    made = desk.uploaded({f"{deep[:500]}/{n}.jpg": jpeg(n) for n in range(3)})
    with monkeypatch.context() as patch:
        patch.setattr(importing, "keep_slice", dying_after(2, importing.keep_slice))
        with pytest.raises(Killed):
            desk.run(made)
    done = desk.run(made)
    assert (done.n_accepted, done.n_duplicates, done.n_done) == (3, 0, 3)


def test_only_places_the_administrator_named_are_read(tmp_path: Path) -> None:
    allowed, other = tmp_path / "in", tmp_path / "in2"
    (allowed / "sub").mkdir(parents=True)
    other.mkdir()
    (allowed / "out").symlink_to(other)
    places = Places(roots=(allowed,), stores=(f"file://{allowed}", "s3://bucket/sets"))
    assert places.folder(str(allowed / "sub")) == allowed / "sub"
    assert places.store(f"file://{allowed}/sub")
    assert places.store("s3://bucket/sets/a")
    for folder in (other, allowed / ".." / "in2", allowed / "out", Path("/etc")):
        with pytest.raises(ImportLocationError):
            places.folder(str(folder))
    for address in (
        f"file://{other}",
        f"file://{allowed}2",
        f"file://{allowed}/../in2",
        f"file://{allowed}/%2e%2e/in2",
        f"file://{allowed}/%252e%252e/in2",
        f"file://{allowed}/out",
        "s3://bucket/sets2",
        "s3://bucket",
        "s3://bucket/sets/../other",
        "s3://bucket/sets/a?versionId=1",
        "s3://other/sets",
        "https://bucket/sets",
        "",
    ):
        with pytest.raises(ImportLocationError):
            places.store(address)
