"""Looking through a project on both databases: what fits a filter, pairs of people, classes, doubtful labels."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.projects import SETUP, Project, a_project, box

from assay.annotations import Mark
from assay.annotations.store import annotation_rows
from assay.insights import (
    ClassNotFoundError,
    Doubt,
    Snapshots,
    Wanted,
    browse,
    decide_doubt,
    decisions,
    find_doubts,
    find_items,
    find_page,
    pairs_of,
    read_class,
    read_pairs,
    shown_on,
)
from assay.insights.class_page import spread_of
from assay.quality.boxes import Boxes
from assay.quality.matching import box_iou
from assay.review import AnswerBoxes, count_open_reviews
from assay.storage import House

NOTHING: list[Mark] = []


def found(project: Project, **wanted: object) -> list[str]:
    return [each.item_id for each in find_items(SETUP, project.id, Wanted(**wanted), house=project.house)]  # type: ignore[arg-type]


def a_worked_project(house: House) -> Project:
    """Ann and Bob agree on the first, differ on the second, call the third otherwise; nobody sees the fourth."""
    project = a_project(house, n_items=4, annotators=("ann", "bob"))
    first, second, third, fourth = project.items
    project.batch([first, second, third], overlap=2)
    project.work("ann", {first: [box()], second: [box()], third: [box(label_class="dust")]})
    project.work("bob", {first: [box()], second: [box(100)], third: [box(label_class="dust"), box(60)]})
    project.follow()
    del fourth
    return project


def test_each_filter_finds_exactly_what_it_names(house: House) -> None:
    project = a_worked_project(house)
    first, second, third, fourth = project.items
    assert found(project) == project.items
    assert found(project, text="2.P") == [third]
    assert found(project, state="new") == [fourth]
    assert found(project, state="disputed") == [second, third]
    assert found(project, state="answered") == [first]
    assert found(project, label_class="dust") == [third]
    assert found(project, authors=(project.people["ann"], project.people["bob"])) == [first, second, third]
    assert found(project, authors=(project.people["ann"], "imported")) == []
    assert found(project, below=0.4) == [second]
    assert found(project, gold=True) == []
    assert found(project, order="worst") == [second, third, first]
    assert found(project, order="worst", state="disputed", text="1.png") == [second]


@pytest.mark.parametrize(
    "wanted",
    [Wanted(), Wanted(label_class="cell"), Wanted(label_class="dust"), Wanted(state="new"), Wanted(order="worst")],
)
def test_page_after_page_gives_what_one_list_would(house: House, wanted: Wanted) -> None:
    project = a_project(house, n_items=7, annotators=("ann", "bob"))
    project.batch(project.items[:6], overlap=2)
    drawn = {item: [box(label_class="dust" if n % 3 == 0 else "cell"), box(60)] for n, item in enumerate(project.items)}
    project.work("ann", drawn)
    project.work("bob", {**drawn, project.items[1]: NOTHING, project.items[2]: [box(100)]})
    project.follow()
    expected = find_items(SETUP, project.id, wanted, house=house)
    pages, after = [], None
    while True:
        page = find_page(SETUP, project.id, wanted, after=after, limit=2, house=house)
        assert (page.n_matching, page.at_least) == (len(expected), False)
        pages += page.found
        if not page.more:
            break
        after = (page.found[-1].score, page.found[-1].item_id)
    assert pages == expected


def test_items_of_a_class_are_passed_over_while_an_import_hides_them_and_counted_up_to_a_limit(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = a_worked_project(house)
    hidden = "0" * 32
    with house.write(SETUP, project.id, "a mark whose item is not ready") as tx:
        mark = {"id": tx.new_id(), "submission_id": tx.new_id(), "item_id": hidden, "mark_no": 0, "revision": 1}
        tx.insert(annotation_rows, {**mark, "label_class": "dust", "shape": "bbox", "medium": 0, "origin": "imported"})
        tx.record("test.done", subject="test")
    page = find_page(SETUP, project.id, Wanted(label_class="dust"), after=None, limit=1, house=house)
    assert ([each.item_id for each in page.found], page.more, page.n_matching) == ([project.items[2]], False, 1)
    monkeypatch.setattr(browse, "MOST_COUNTED", 1)
    page = find_page(SETUP, project.id, Wanted(label_class="cell"), after=None, limit=9, house=house)
    assert (len(page.found), page.n_matching, page.at_least) == (3, 1, True)


def test_items_that_wait_in_the_queue_are_neither_new_nor_answered(house: House) -> None:
    project = a_project(house, n_items=2, annotators=("ann",))
    project.batch([project.items[0]])
    assert (found(project, state="queued"), found(project, state="new")) == ([project.items[0]], [project.items[1]])


def test_a_thumbnail_shows_what_is_inferred_and_else_the_newest_answer(house: House) -> None:
    project = a_worked_project(house)
    with house.read(SETUP, project.id) as rx:
        shown = shown_on(rx, project.items)
    assert [shown[item].source for item in project.items] == ["consensus", "consensus", "consensus", "none"]
    assert shown[project.items[0]].marks == (("cell", (10.0, 10.0, 30.0, 30.0)),)
    assert shown[project.items[0]].mean_iou == 1.0


def test_nothing_of_another_project_is_found(house: House) -> None:
    other, project = a_worked_project(house), a_project(house, n_items=1)
    assert found(project, label_class="dust") == []
    assert found(project, authors=(other.people["ann"],)) == []
    assert found(project) == project.items


def test_pairs_count_what_a_plain_count_counts(house: House) -> None:
    project = a_worked_project(house)
    (pair,) = read_pairs(SETUP, project.id, house=house)
    assert (pair.n_first + pair.n_second, pair.n_both) == (3 + 4, 3)
    # First item 1 pair, second none, third 1 of dust: two pairs of seven marks.
    assert pair.f1.value == pytest.approx(2 * 2 / 7)
    assert pair.f1.n_items == 3


def test_pairs_agree_with_a_greedy_count_where_boxes_are_far_apart() -> None:
    rng = np.random.default_rng(3)
    n_items = 40
    names = ("a", "b", "c")
    grid = [(40.0 * x, 40.0 * y) for x in range(4) for y in range(3)]
    authors, assigned = {}, {}
    for name in names:
        items, classes = [], []
        for _ in range(n_items):
            kept = [place for place in grid if rng.random() < 0.6]
            items.append(
                [
                    [x + s, y + s, x + s + 20, y + s + 20]
                    for (x, y), s in zip(kept, rng.uniform(0, 3, len(kept)), strict=True)
                ]
            )
            classes.append(rng.integers(0, 2, len(kept)).tolist())
        authors[name], assigned[name] = Boxes.of(items, classes), rng.random(n_items) < 0.8
    boxes = AnswerBoxes(tuple(map(str, range(n_items))), ("x", "y"), authors, assigned, (), {})
    for pair in pairs_of(boxes, match_iou=0.5):
        a, b = authors[pair.first], authors[pair.second]
        both = np.flatnonzero(assigned[pair.first] & assigned[pair.second])
        hits = marks = 0
        for item in both:
            mine, theirs = np.flatnonzero(a.items == item), np.flatnonzero(b.items == item)
            same = a.classes[mine][:, None] == b.classes[theirs][None, :]
            hits += int((same & (box_iou(a.xyxy[mine], b.xyxy[theirs]) >= 0.5)).sum())
            marks += len(mine) + len(theirs)
        assert pair.f1.value == pytest.approx(2 * hits / marks)
        assert pair.f1.low is not None
        assert pair.f1.high is not None
        assert pair.f1.low < 2 * hits / marks < pair.f1.high


def test_a_class_page_names_the_least_sure_marks_first(house: House) -> None:
    project = a_worked_project(house)
    snapshot = Snapshots(house).get(project.id)
    page = read_class(SETUP, project.id, "cell", snapshot, house=house)
    assert (page.name, page.n_marks) == ("Cell", sum(1 for _ in page.worst))
    assert [each.confidence for each in page.worst] == sorted(each.confidence for each in page.worst)
    assert page.error.evidence.enough is False
    with pytest.raises(ClassNotFoundError):
        read_class(SETUP, project.id, "nothing", snapshot, house=house)


def test_a_spread_is_made_of_percentiles() -> None:
    spread = spread_of(np.arange(101))
    assert (spread.from_5, spread.median, spread.to_95) == (5, 50, 95)


def test_a_place_that_somebody_drew_and_the_label_has_not_is_in_doubt(house: House) -> None:
    project = a_project(house, n_items=6, annotators=("ann", "bob", "cid"))
    project.batch(overlap=3, agreement_threshold=0.0)
    odd = project.items[2]
    project.work("ann")
    project.work("bob")
    project.work("cid", {odd: [box(), box(120.0, 50.0)]})
    project.follow()
    doubts, n_items = find_doubts(SETUP, project.id, house=house)
    assert n_items == 6
    (left_out,) = [d for d in doubts if d.kind == "overlooked"]
    assert (left_out.item_id, left_out.label_class) == (odd, "cell")
    assert left_out.why == "1 of 3 drew something here"
    assert left_out.score == pytest.approx(1 / 3)
    assert left_out.crop.mark == (120.0, 50.0, 140.0, 70.0)


def a_doubt(project: Project) -> Doubt:
    project.batch(overlap=2, agreement_threshold=0.0)
    project.work("ann")
    project.work("bob", {project.items[0]: [box(), box(120.0, 50.0)]})
    project.follow()
    return find_doubts(SETUP, project.id, house=project.house)[0][0]


def test_confirming_a_doubt_asks_for_reviews_once_and_both_words_can_be_taken_back(house: House) -> None:
    project = a_project(house, n_items=1, annotators=("ann", "bob"))
    doubt = a_doubt(project)
    for state in ("dismissed", "open", "confirmed", "open", "confirmed"):
        decide_doubt(project.actor("reviewer"), project.id, doubt, state, why="", house=house)
        assert decisions(SETUP, project.id, house=house) == {doubt.id: (state, project.people["reviewer"])}
    with house.read(SETUP, project.id) as rx:
        assert count_open_reviews(rx) == 2
    assert [e.action for e in project.events() if e.action.startswith("doubt.")] == [
        f"doubt.{state}" for state in ("dismissed", "open", "confirmed", "open", "confirmed")
    ]


def test_a_dismissed_doubt_changes_no_answer(house: House) -> None:
    project = a_project(house, n_items=1, annotators=("ann", "bob"))
    doubt = a_doubt(project)
    decide_doubt(project.actor("reviewer"), project.id, doubt, "dismissed", why="", house=house)
    with house.read(SETUP, project.id) as rx:
        assert count_open_reviews(rx) == 0
    again, _ = find_doubts(SETUP, project.id, house=house)
    assert doubt.id in {d.id for d in again}
