"""Practice that differs, on both databases: found beside the pages, kept under one id, settled by a clause."""

from __future__ import annotations

import pytest
from tests.support import edge_practice
from tests.support.projects import HEIGHT_PX, SETUP, Project, a_project

from assay.access import Membership, Role
from assay.api.views.practice import Practice
from assay.guidelines import get_guideline
from assay.insights import (
    FindingNotFoundError,
    Practices,
    dismiss_finding,
    draft_clause,
    findings_in,
    last_look,
    publish_finding,
)
from assay.insights.model import Finding
from assay.storage import House

PEOPLE = ("ann", "bob", "cid", "dan", "eva")
LEAVERS = ("ann", "bob")
N_ITEMS = 45


def draw(project: Project, names: tuple[str, ...] = PEOPLE, items: range = range(N_ITEMS), **leaves: float) -> None:
    """Have people answer items; `leaves` names who leaves out what is cut, how often."""
    people = {name: project.people[name] for name in names}
    edge_practice.draw(
        project.house, project.id, people, project.items[items.start : items.stop], first=items.start, leaves=leaves
    )


def a_split(house: House) -> Project:
    project = a_project(house, n_items=N_ITEMS, annotators=PEOPLE)
    draw(project, **dict.fromkeys(LEAVERS, 0.9))
    return project


def looked_at(project: Project, practices: Practices | None = None) -> list[Finding]:
    (practices or Practices(project.house, lambda: [project.id])).look(project.id)
    with project.house.read(SETUP, project.id) as rx:
        return findings_in(rx)


def test_a_practice_about_an_attribute_is_found_by_what_people_marked(house: House) -> None:
    project = a_project(house, n_items=N_ITEMS, annotators=PEOPLE)
    people = {name: project.people[name] for name in PEOPLE}
    edge_practice.draw(house, project.id, people, project.items, leaves=dict.fromkeys(LEAVERS, 0.9), occluded=(1, 4, 8))
    (finding,) = looked_at(project)
    assert (finding.form, finding.part) == ("split", "existence")
    assert finding.feature in {"flag:occluded", "flag:view=side"}
    assert [set(side.people) for side in finding.sides] == [ids(project, LEAVERS), ids(project, ("cid", "dan", "eva"))]
    assert finding.title.startswith(("Objects marked occluded:", "Objects with view side:"))
    with house.read(SETUP, project.id) as rx:
        looked = last_look(rx)
    assert looked is not None
    told = {reach.kind: reach for reach in looked.looks[0].kinds}
    assert {"flag:occluded", "flag:view=side", "flag:view=front"} <= told.keys()
    assert told[finding.feature].found


def ids(project: Project, names: tuple[str, ...]) -> set[str]:
    return {project.people[name] for name in names}


def test_a_practice_is_found_with_its_people_pictures_and_proof(house: House) -> None:
    project = a_split(house)
    (finding,) = looked_at(project)
    assert (finding.form, finding.part, finding.feature, finding.state) == ("split", "existence", "edge", "open")
    assert [set(side.people) for side in finding.sides] == [
        ids(project, LEAVERS), ids(project, ("cid", "dan", "eva")),
    ]  # fmt: skip
    assert set(finding.people) == ids(project, LEAVERS)
    assert finding.title == "Objects cut by the image edge: two people leave them out, three draw them"
    assert len({crop.item_id for crop in finding.crops}) == len(finding.crops) == 6
    for crop in finding.crops:
        assert crop.mark is not None
        assert crop.mark[1] < 1, "the places shown are cut by the upper edge"
        leaving, drawing = crop.counts
        assert leaving[0] < leaving[1]
        assert drawing[0] > 0
    proof = finding.proof
    assert proof is not None
    assert (proof.within.value or 0) > 0.75
    assert (proof.across.value or 1) < 0.4
    assert (proof.without.low or 0) > (proof.agreement.high or 1)
    with house.read(SETUP, project.id) as rx:
        last = last_look(rx)
    assert last is not None
    assert [look.state for look in last.looks][2] == "looked"
    assert last.n_answers == N_ITEMS * len(PEOPLE)
    assert {care.user_id for care in last.care} == ids(project, PEOPLE)


def test_a_finding_keeps_its_id_and_says_something_only_when_it_changes(house: House) -> None:
    project = a_split(house)
    (first,), (again,) = looked_at(project), looked_at(project)
    assert again == first
    assert [e.action for e in project.events("finding.found", "finding.changed", "finding.gone")] == ["finding.found"]
    assert len(project.events("practice.compared")) == 2


def test_what_newer_work_no_longer_shows_goes_and_may_come_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    project = a_split(house)
    (first,) = looked_at(project)
    monkeypatch.setattr("assay.insights.comparing.MOST_IMAGES", 40)
    project.add_items(40)
    draw(project, items=range(N_ITEMS, N_ITEMS + 40))
    assert looked_at(project) == []
    monkeypatch.undo()
    (back,) = looked_at(project)
    assert (back.id, back.state) == (first.id, "open")
    assert [e.action for e in project.events("finding.gone", "finding.changed")] == ["finding.gone", "finding.changed"]


def test_publishing_replaces_the_clause_of_that_number_and_closes_the_finding(house: House) -> None:
    project = a_split(house)
    (finding,) = looked_at(project)
    lead = project.actor("lead")
    draft = draft_clause(lead, project.id, finding.id, clause_id="4.2", house=house)
    assert "## 4.2 Objects cut by the image edge {cell}\n\nDraw every one of the objects" in draft
    assert "Box what is seen." not in draft
    published = publish_finding(
        lead, project.id, finding.id, clause_id="4.2", markdown=finding.drafted_clause, why="decided", house=house
    )
    assert [clause.id for clause in published.clauses] == ["1.1", "4.2"]
    assert published.markdown.strip() == draft.strip()
    (closed,) = looked_at(project)
    assert closed.state == "published"
    whole = get_guideline(lead, project.id, house=house).markdown + "\n## 9.1 More\n\nText.\n"
    more = publish_finding(
        lead, project.id, finding.id, clause_id="9.1", markdown=whole, why="more", house=house, whole=True
    )
    assert [clause.id for clause in more.clauses] == ["1.1", "4.2", "9.1"]


def test_a_finding_that_was_set_aside_opens_again_only_when_other_people_stand_on_its_sides(house: House) -> None:
    project = a_split(house)
    (finding,) = looked_at(project)
    dismiss_finding(project.actor("lead"), project.id, finding.id, why="as intended", house=house)
    assert [f.state for f in looked_at(project)] == ["dismissed"]
    project.add_items(90)
    draw(project, items=range(N_ITEMS, N_ITEMS + 90), ann=0.9, bob=0.9, cid=0.9)
    (moved,) = looked_at(project)
    assert moved.state == "open"
    assert set(moved.people) == ids(project, ("ann", "bob", "cid"))
    with pytest.raises(FindingNotFoundError):
        draft_clause(SETUP, project.id, "0" * 32, clause_id="1.2", house=house)


def test_it_is_looked_for_when_there_is_a_tenth_more_or_somebody_asks(house: House) -> None:
    project = a_project(house, n_items=N_ITEMS, annotators=PEOPLE)
    now = [0.0]
    practices = Practices(house, lambda: [project.id], lambda: now[0])
    assert practices.refresh() == 0, "nobody has answered anything"
    draw(project, items=range(30))
    assert practices.refresh() == 1
    now[0] += 5
    assert practices.refresh() == 0
    draw(project, items=range(30, 32))
    now[0] += 5
    assert practices.refresh() == 0, "less than a tenth more"
    practices.ask(project.id)
    assert practices.refresh() == 1
    draw(project, items=range(32, 40))
    assert practices.refresh() == 0, "not so soon again"
    now[0] += 5
    assert practices.refresh() == 1
    draw(project, items=range(40, 41))
    now[0] += 601
    assert practices.refresh() == 1, "anything new, after ten minutes"
    assert Practices(house, lambda: [project.id], lambda: now[0]).refresh() == 0, "known from before"


def test_two_people_are_not_enough_to_tell_what_is_left_out(house: House) -> None:
    project = a_project(house, n_items=N_ITEMS, annotators=PEOPLE)
    draw(project, PEOPLE[:2], ann=0.9)
    assert looked_at(project) == []
    with house.read(SETUP, project.id) as rx:
        last = last_look(rx)
    assert last is not None
    assert [look.state for look in last.looks] == ["needs_three_people", "needs_three_people", "looked"]


def test_who_may_not_see_names_sees_letters(house: House) -> None:
    project = a_split(house)
    (finding,) = looked_at(project)
    seen = {}
    for name, role in (("lead", Role.LEAD), ("reviewer", Role.REVIEWER)):
        member = Membership(
            project.id, "p", "P", False, 0, project.people[name], frozenset({role}), "", "active", None
        )  # fmt: skip
        with house.read(SETUP, project.id) as rx:
            seen[name] = Practice(rx, member).finding(finding)
    assert [p.name for side in seen["lead"].sides for p in side.people] == ["Ann", "Bob", "Cid", "Dan", "Eva"]
    assert [p.name for side in seen["reviewer"].sides for p in side.people] == [f"Person {c}" for c in "ABCDE"]
    assert not {p.id for side in seen["reviewer"].sides for p in side.people} & set(project.people.values())
    assert (seen["lead"].clause_id, seen["lead"].next_clause_id) == ("4.2", "4.3")
    assert seen["lead"].crops[0].height_px == HEIGHT_PX


def test_looseness_by_degrees_is_a_spread_with_everybodys_place(house: House) -> None:
    project = a_project(house, n_items=N_ITEMS, annotators=PEOPLE)
    for number, name in enumerate(PEOPLE):
        people = {name: project.people[name]}
        edge_practice.draw(house, project.id, people, project.items, grow=0.06 * (number - 2))
    (finding,) = looked_at(project)
    assert (finding.form, finding.part, finding.sides, finding.people) == ("spread", "geometry", (), ())
    order = [user for user, _ in sorted(finding.values, key=lambda row: row[1])]
    assert order == [project.people[name] for name in PEOPLE]
    assert all([mark.style for mark in crop.marks][-2:] == ["drawn", "expected"] for crop in finding.crops)
    for crop in finding.crops:
        small, large = (mark.bbox for mark in crop.marks[-2:])
        assert (large[2] - large[0]) > (small[2] - small[0])
