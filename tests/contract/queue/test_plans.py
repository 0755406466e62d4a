"""What a claim and a submission run is one index look-up each, however many tasks there are, on both databases."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from tests.support.projects import a_project

from assay.annotations import store as annotation_store
from assay.guidelines import store as guideline_store
from assay.labels import store as label_store
from assay.queue import store
from assay.queue.store import assigning, claiming, drafting
from assay.review import store as review_store
from assay.review.store import reviewing
from assay.storage import House
from assay.storage.tables import PROJECT_PARAMETER

N_TASKS = 20_000
BAD = re.compile(r"\bSCAN\b(?! CONSTANT)|TEMP B-TREE|Seq Scan|Sort\b|Hash Join")


@pytest.fixture(scope="module")
def filled(open_shared_house: House) -> Iterator[tuple[House, str]]:
    """A project with many tasks, a third of them taken, and many answers by many people; figures are fresh."""
    house = open_shared_house
    project = a_project(house, n_items=0, annotators=()).id
    task = {"batch_id": "b", "width_px": 1, "height_px": 1, "overlap": 3, "n_taken": 0, "n_submitted": 0}
    tasks = [
        {
            **task,
            "project_id": project,
            "id": f"{n:026}{project[-6:]}",
            "item_id": f"{n:032}",
            "kind": "gold" if n % 10 == 0 else "work",
            "rank": n,
            "state": "open" if n % 3 else "full",
        }
        for n in range(N_TASKS)
    ]
    lease = {"batch_id": "b", "round": 0, "schema_version": 1, "guideline_version": 1, "lease_until_us": 1}
    met = [
        {
            **lease,
            "id": f"a{n:025}{project[-6:]}",
            "project_id": project,
            "task_id": tasks[n]["id"],
            "item_id": tasks[n]["item_id"],
            "user_id": f"u{n % 50}",
            "kind": "work",
            "state": "submitted" if n % 7 else "leased",
            "leased_at_us": n,
        }
        for n in range(0, N_TASKS, 2)
    ]
    reviews = [
        {
            "id": f"r{n:025}{project[-6:]}",
            "project_id": project,
            "submission_id": f"{n:032}",
            "item_id": f"{n:032}",
            "author_id": f"u{n % 50}",
            "reason": "sample",
            "state": "open" if n % 9 == 0 else "closed",
            "rank": n,
            "created_at_us": n,
        }
        for n in range(N_TASKS // 2)
    ]
    others = [f"{n:032}" for n in range(3000)]  # other projects, so that reading whole tables would not pay
    places = [
        {"project_id": other, "user_id": f"u{n % 50}", "kind": "work", "rank": 1, "n_claimed": 1, "salt": "s"}
        for n, other in enumerate(others)
    ]
    places += [{**places[0], "project_id": project, "user_id": f"u{n}"} for n in range(50)]
    batches = [
        {
            "id": f"b{n:025}{project[-6:]}",
            "project_id": project if n < 20 else other,
            "name": "b",
            "state": "open",
            "practice": False,
            "policy": "{}",
            "policy_version": 0,
            "created_by": "x",
            "created_at_us": n,
        }
        for n, other in enumerate(others)
    ]
    drafts = [
        {
            "project_id": project,
            "assignment_id": row["id"],
            "revision": 1,
            "marks": "[]",
            "seconds": 1,
            "saved_at_us": 1,
        }
        for row in met[:3000]
    ]
    mark = {"revision": 1, "project_id": project, "medium": 0, "mark_no": 0, "shape": "bbox", "origin": "person"}
    marks = [
        {
            **mark,
            "id": f"{n:032}",
            "submission_id": f"{n // 3:032}",
            "item_id": f"{n // 9:032}",
            "label_class": f"c{n % 2}",
        }
        for n in range(N_TASKS // 2)
    ]
    rows = {
        annotation_store.annotation_rows: marks,
        store.tasks: tasks,
        store.assignments: met,
        review_store.reviews: reviews,
    }
    rows |= {store.places: places, store.batches: batches, store.drafts: drafts}
    version = {"version": 1, "created_by": "x", "created_at_us": 1}
    rows[label_store.label_schemas] = [{**version, "project_id": other, "body": "[]"} for other in others]
    rows[guideline_store.guidelines] = [
        {**version, "project_id": other, "markdown": "", "clauses": "[]"} for other in others
    ]
    with house.bookkeeping() as connection:
        for table, values in rows.items():
            connection.execute(table.insert(), values)
    with house.database.migrating() as connection:
        connection.exec_driver_sql("ANALYZE")
    yield house, project
    with house.bookkeeping() as connection:
        for table in rows:
            connection.execute(sa.delete(table).where(table.c.project_id.in_([project, *others])))


class _Undone(Exception):  # noqa: N818 - no error, only a way out of the transaction
    """Takes everything back."""


def plan(house: House, statement: Any, **parameters: Any) -> str:
    """How the database runs exactly what the house would send it; nothing of it is kept."""
    sent: list[tuple[str, Any]] = []
    told: list[str] = []

    def note(_c: Any, _k: Any, text: str, values: Any, _x: Any, _m: Any) -> None:
        sent.append((text, values))

    with contextlib.suppress(_Undone), house.bookkeeping() as connection:
        sa.event.listen(connection, "before_cursor_execute", note)
        connection.execute(statement, parameters)
        sa.event.remove(connection, "before_cursor_execute", note)
        explain = "EXPLAIN QUERY PLAN" if house.database.name == "sqlite" else "EXPLAIN"
        told = [str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {sent[0][0]}", sent[0][1])]
        raise _Undone
    return "\n".join(told)


HOT: dict[str, tuple[Any, dict[str, Any]]] = {
    "take": (claiming._take, {"user": "u2", "kind_": "work", "after": 9000, "round": 0}),
    "take gold": (claiming._take, {"user": "u2", "kind_": "gold", "after": -1, "round": 0}),
    "held": (claiming._held, {"user": "u2"}),
    "desk": (claiming._desk_held, {"user": "u2", "besides": 7}),
    "move": (
        claiming._move,
        {"user": "u2", "kind_": "work", "new_rank": 1, "more": 1, "new_wrapped": None, "today": 1},
    ),
    "assignment": (assigning._assignment_held, {"assignment": "a1"}),
    "finish": (
        assigning._finish,
        {"assignment": "a1", "new_state": "submitted", "at": 1, "submission": "s", "marks": 1, "why": None},
    ),
    "answered": (assigning._answered, {"task": "t1"}),
    "drop draft": (drafting._drop_draft, {"assignment": "a1"}),
    "history": (assigning._history, {"user": "u2", "before_us": 9000, "before_id": "x", "most": 50}),
    "done with": (assigning._done_with, {"item": "i1"}),
}


@pytest.mark.parametrize("name", sorted(HOT))
def test_no_statement_of_the_hot_path_scans_or_sorts(filled: tuple[House, str], name: str) -> None:
    house, project = filled
    statement, parameters = HOT[name]
    if isinstance(statement, dict):
        statement = statement[house.database.name]
    told = plan(house, statement, **parameters, **{PROJECT_PARAMETER: project})
    assert BAD.findall(told) == [], told
    if name in {"held", "desk"}:
        assert "ix_assignments_in_hand" in told, "a person's whole history would be walked over"


def test_the_items_of_a_class_are_found_by_their_index_however_many_marks_there_are(filled: tuple[House, str]) -> None:
    house, project = filled
    told = plan(house, annotation_store._marked_after, name="c1", after="", most=61, **{PROJECT_PARAMETER: project})
    assert "ix_annotations_class" in told
    assert re.findall(r"SCAN annotations|Seq Scan on annotations|TEMP B-TREE|Sort\b", told) == [], told


def test_lapsed_leases_are_found_by_their_index_over_all_projects(filled: tuple[House, str]) -> None:
    told = plan(filled[0], assigning._lapsed, now=5)
    assert BAD.findall(told) == [], told


@pytest.mark.parametrize("of_one", [False, True])
def test_the_next_review_is_one_look_up(filled: tuple[House, str], of_one: bool) -> None:  # noqa: FBT001
    house, project = filled
    statement = reviewing._next_review_of if of_one else reviewing._next_review
    parameters: dict[str, Any] = {"reviewer": "u3", "now": 5, PROJECT_PARAMETER: project}
    if of_one:
        parameters["author"] = "u4"
    told = plan(house, statement, **parameters)
    assert BAD.findall(told) == [], told
