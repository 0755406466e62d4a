"""Edge cases: asked by whoever works, ruled on by experts, searched by everybody."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query

from assay.access import Membership
from assay.api.deps import AnyMember, Caller, House, member
from assay.api.routing import body_limit, make_router
from assay.api.views.governance import SEES_GOLD
from assay.api.views.marks import marks_of_wire
from assay.api.views.people import Names
from assay.escalations import (
    Answer,
    Escalation,
    Question,
    escalation_in,
    escalations_of,
    list_escalations,
    precedents,
    raise_escalation,
    rule_escalation,
    withdraw_escalation,
)
from assay.items import ItemNotFoundError
from assay.storage import Rx
from assay.wire.common import Page, Rows, instant, instant_or_none
from assay.wire.escalations import EscalationNew, EscalationOut, OwnEscalation, Precedent, RulingIn

router = make_router("escalations")
Worker = Annotated[Membership, member("annotator", "reviewer", "expert", "lead", "admin")]
Reader = Annotated[Membership, member("reviewer", "expert", "lead", "auditor", "admin")]
Expert = Annotated[Membership, member("expert", "admin")]
MARKS_LIMIT = 16 * 1024 * 1024
Filter = Annotated[str, Query(max_length=64)]


def _own(e: Escalation) -> OwnEscalation:
    r = e.ruling
    return OwnEscalation.model_construct(
        id=e.id,
        state=e.state,
        question=e.question,
        clause=e.clause,
        label_class=e.label_class,
        raised_at=instant(e.raised_at_us),
        ruling=None if r is None else r.text,
        ruled_class=None if r is None else r.label_class,
        ruled_at=None if r is None else instant(r.ruled_at_us),
    )


def _full(e: Escalation, rx: Rx, project: Membership) -> EscalationOut:
    names, r = Names(rx), e.ruling
    return EscalationOut.model_construct(
        id=e.id,
        state=e.state,
        item_id=e.item_id,
        question=e.question,
        clause=e.clause,
        label_class=e.label_class,
        bbox=None if e.bbox is None else list(e.bbox),
        guideline_version=e.guideline_version,
        raised_by=names(e.raised_by),
        raised_at=instant(e.raised_at_us),
        ruling=None if r is None else r.text,
        ruled_by=None if r is None else names(r.ruled_by),
        ruled_at=instant_or_none(None if r is None else r.ruled_at_us),
        ruled_class=None if r is None else r.label_class,
        ruled_clause=None if r is None else r.clause,
        settled=None if r is None else r.settled,
        new_guideline_version=None if r is None else r.guideline_version,
        gold=r is not None and r.gold and project.has(*SEES_GOLD),
        proposals=[] if r is None else list(r.proposals),
    )


@router.post("/v1/projects/{project}/escalations")
def new_escalation(body: EscalationNew, caller: Caller, project: Worker, house: House) -> OwnEscalation:
    """Ask an expert about an edge case; the work on it may go on."""
    if body.item_id is not None and not project.has("reviewer", "expert", "lead", "admin"):
        raise ItemNotFoundError(body.item_id)
    question = Question(
        text=body.question,
        assignment_id=body.assignment_id,
        item_id=body.item_id,
        clause=body.clause,
        label_class=body.label_class,
        bbox=None if body.bbox is None else (body.bbox[0], body.bbox[1], body.bbox[2], body.bbox[3]),
    )
    return _own(raise_escalation(caller.actor, project.project_id, question, house=house, key=body.client_key))


@router.get("/v1/projects/{project}/me/escalations")
def read_own(caller: Caller, project: AnyMember, house: House) -> Rows[OwnEscalation]:
    """One's own questions and their answers, newest first."""
    with house.read(caller.actor, project.project_id) as rx:
        return Rows[OwnEscalation].model_construct(rows=[_own(e) for e in escalations_of(rx, caller.user_id)])


@router.get("/v1/projects/{project}/escalations")
def read_escalations(
    caller: Caller,
    project: Reader,
    house: House,
    cursor: Filter = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    state: Annotated[Literal["open", "ruled", "withdrawn"], Query()] = "open",
) -> Page[EscalationOut]:
    """Questions in a state, newest first."""
    with house.read(caller.actor, project.project_id) as rx:
        found = list_escalations(rx, state=state, before=cursor, n=limit + 1)
        rows = [_full(e, rx, project) for e in found[:limit]]
    return Page[EscalationOut].model_construct(rows=rows, next=found[limit - 1].id if len(found) > limit else None)


@router.get("/v1/projects/{project}/escalations/{escalation}")
def read_escalation(caller: Caller, project: Reader, house: House, escalation: str) -> EscalationOut:
    """One question with its answer."""
    with house.read(caller.actor, project.project_id) as rx:
        return _full(escalation_in(rx, escalation), rx, project)


@router.post("/v1/projects/{project}/escalations/{escalation}/ruling")
@body_limit(MARKS_LIMIT)
def new_ruling(body: RulingIn, caller: Caller, project: Expert, house: House, escalation: str) -> EscalationOut:
    """Rule on a question; label, clause and gold follow at once, or wait for the signatures the policy asks for."""
    answer = Answer(
        text=body.ruling,
        label_class=body.label_class,
        marks=None if body.marks is None else marks_of_wire(body.marks),
        clause=None if body.clause is None else (body.clause.number, body.clause.text),
        gold=body.gold,
    )
    ruled = rule_escalation(caller.actor, project.project_id, escalation, answer, house=house)
    with house.read(caller.actor, project.project_id) as rx:
        return _full(ruled, rx, project)


@router.post("/v1/projects/{project}/escalations/{escalation}/withdrawal")
def withdraw(caller: Caller, project: Worker, house: House, escalation: str) -> OwnEscalation:
    """Take back one's own question."""
    return _own(withdraw_escalation(caller.actor, project.project_id, escalation, house=house))


@router.get("/v1/projects/{project}/precedents")
def read_precedents(
    caller: Caller,
    project: AnyMember,
    house: House,
    q: Annotated[str, Query(max_length=200, description="Words that question or ruling must hold.")] = "",
    clause: Filter = "",
    label_class: Filter = "",
) -> Rows[Precedent]:
    """Rulings so far, newest first."""
    with house.read(caller.actor, project.project_id) as rx:
        found = precedents(rx, q, clause=clause, label_class=label_class)
    rows = [
        Precedent.model_construct(
            id=e.id,
            question=e.question,
            ruling=e.ruling.text,
            clause=e.ruling.clause or e.clause,
            label_class=e.label_class,
            ruled_class=e.ruling.label_class,
            ruled_at=instant(e.ruling.ruled_at_us),
            guideline_version=e.ruling.guideline_version,
        )
        for e in found
        if e.ruling is not None
    ]
    return Rows[Precedent].model_construct(rows=rows)
