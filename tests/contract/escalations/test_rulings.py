"""Edge cases on both databases: asked by annotators, ruled on by others, becoming label, clause and gold."""

from __future__ import annotations

import pytest
from tests.support.governing import set_rules, sign
from tests.support.projects import SETUP, Project, a_project, box

from assay.escalations import (
    Answer,
    Escalation,
    EscalationClosedError,
    EscalationInvalidError,
    EscalationNotFoundError,
    OwnQuestionError,
    Question,
    escalation_in,
    escalations_of,
    list_escalations,
    precedents,
    raise_escalation,
    rule_escalation,
    withdraw_escalation,
)
from assay.gold import gold_in
from assay.governance import Guarded, ProposalState, proposal_in
from assay.guidelines import get_guideline
from assay.review import ConsensusState, OwnWorkError, consensus_of_item
from assay.storage import House

REFLECTION = "Is the bright spot at the edge of the cell a second cell?"


@pytest.fixture
def project(house: House) -> Project:
    """A project of three items at overlap 2, with two annotators and one expert."""
    made = a_project(house, n_items=3, annotators=("ann", "bob"))
    made.batch(overlap=2)
    return made


def _ask(project: Project, name: str = "ann", text: str = REFLECTION, **fields: object) -> Escalation:
    if name in {"ann", "bob"} and "assignment_id" not in fields:
        assignment = project.claim(name)
        assert assignment is not None
        fields["assignment_id"] = assignment.id
    question = Question(text, **fields)  # type: ignore[arg-type]
    return raise_escalation(project.actor(name), project.id, question, house=project.house, key=text)


def _rule(project: Project, asked: Escalation, answer: Answer, name: str = "expert") -> Escalation:
    return rule_escalation(project.actor(name), project.id, asked.id, answer, house=project.house)


def test_a_ruling_becomes_the_label_the_clause_and_gold(project: Project) -> None:
    asked = _ask(project, clause="1.1", label_class="cell", bbox=(10.0, 10.0, 30.0, 30.0))
    answer = Answer(
        "No: a reflection is part of the cell it lies on.",
        "cell",
        [box()],
        ("1.2", "Reflections\n\nBox the cell, never its reflection."),
        gold=True,
    )
    ruled = _rule(project, asked, answer)
    project.follow()
    assert ruled.ruling is not None
    assert (ruled.state, ruled.ruling.guideline_version, ruled.ruling.gold) == ("ruled", 2, True)
    guideline = get_guideline(SETUP, project.id, house=project.house)
    clause = guideline.find("1.2")
    assert clause is not None
    assert clause.title == "Reflections"
    with project.house.read(SETUP, project.id) as rx:
        gold = gold_in(rx, asked.item_id)
        [consensus] = consensus_of_item(rx, asked.item_id)
    assert gold is not None
    assert gold.marks[0].clauses == ("1.2",)
    assert consensus.state is ConsensusState.SETTLED
    assert [m.bbox for m in consensus.marks] == [box().bbox]


def test_words_alone_are_a_ruling_too_and_precedents_are_found_by_their_words(project: Project) -> None:
    first = _ask(project, clause="1.1")
    second = _ask(project, "reviewer", "Is 100 % dust_like haze dust?", item_id=project.items[1], label_class="dust")
    _rule(project, first, Answer("A reflection is no cell."))
    _rule(project, second, Answer("Haze is no dust.", "dust"))
    with project.house.read(SETUP, project.id) as rx:
        asked_for = ("REFLECTION cell", "haze", "100 %", "t_like", "%")
        found = {words: [e.id for e in precedents(rx, words)] for words in asked_for}
        assert found == {
            "REFLECTION cell": [first.id],
            "haze": [second.id],
            "100 %": [second.id],
            "t_like": [second.id],
            "%": [second.id],
        }
        assert [e.id for e in precedents(rx, "", clause="1.1")] == [first.id]
        assert [e.id for e in precedents(rx, "", label_class="dust")] == [second.id]
        assert list_escalations(rx, state="open") == []
        assert [e.id for e in escalations_of(rx, project.people["ann"])] == [first.id]


def test_nobody_rules_on_their_own_question_nor_settles_their_own_answer(project: Project) -> None:
    own = _ask(project, "expert", "Is this mine?", item_id=project.items[0])
    with pytest.raises(OwnQuestionError):
        _rule(project, own, Answer("yes"))
    project.add_person("eve", "annotator", "expert")
    project.work("eve")
    asked = _ask(project, "reviewer", "And this?", item_id=project.items[1])
    with pytest.raises(OwnWorkError):
        _rule(project, asked, Answer("a cell", marks=[box()]), "eve")
    assert _rule(project, asked, Answer("a cell"), "eve").state == "ruled"


def test_a_question_is_answered_or_withdrawn_once(project: Project) -> None:
    asked = _ask(project)
    again = raise_escalation(
        project.actor("ann"), project.id, Question(REFLECTION, asked.assignment_id), house=project.house, key=REFLECTION
    )
    assert again.id == asked.id
    with pytest.raises(EscalationNotFoundError):
        withdraw_escalation(project.actor("bob"), project.id, asked.id, house=project.house)
    assert withdraw_escalation(project.actor("ann"), project.id, asked.id, house=project.house).state == "withdrawn"
    with pytest.raises(EscalationClosedError):
        _rule(project, asked, Answer("too late"))


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"text": " "}, "1 to 2000 characters"),
        ({"clause": "9.9"}, "no clause '9.9'"),
        ({"label_class": "moon"}, "no class 'moon'"),
        ({"bbox": (0.0, 0.0, 500.0, 10.0)}, "does not lie in the picture"),
    ],
)
def test_a_question_about_nothing_is_refused_by_name(project: Project, fields: dict[str, object], named: str) -> None:
    with pytest.raises(EscalationInvalidError, match=named):
        _ask(project, **fields)  # type: ignore[arg-type]


def test_gold_without_marks_and_a_clause_without_a_title_are_refused_and_nothing_stays(project: Project) -> None:
    asked = _ask(project)
    for answer in (Answer("x", gold=True), Answer("x", marks=[box()], clause=("4", ""))):
        with pytest.raises(EscalationInvalidError):
            _rule(project, asked, answer)
    with project.house.read(SETUP, project.id) as rx:
        assert escalation_in(rx, asked.id).state == "open"
        assert consensus_of_item(rx, asked.item_id) == []


def test_where_the_policy_guards_the_guideline_a_ruling_waits_for_its_signature(project: Project) -> None:
    project.add_person("eva", "approver")
    set_rules(project, "assay: policy/1\napprovals:\n  guideline: {signatures: 1, evidence: [ruling]}\n")
    asked = _ask(project)
    ruled = _rule(project, asked, Answer("No second cell.", clause=("1.2", "Reflections\n\nNever box one.")))
    assert ruled.ruling is not None
    assert ruled.ruling.guideline_version is None
    with project.house.read(SETUP, project.id) as rx:
        proposal = proposal_in(rx, ruled.ruling.proposals[0])
    assert proposal.new.kind is Guarded.GUIDELINE
    assert proposal.new.evidence["ruling"].ref == asked.subject
    sign(project, "eva", proposal)
    project.follow()
    assert get_guideline(SETUP, project.id, house=project.house).find("1.2") is not None
    with project.house.read(SETUP, project.id) as rx:
        assert proposal_in(rx, proposal.id).state is ProposalState.DONE
