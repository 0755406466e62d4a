"""The pages that decide: overview, people, agreement, findings, one's own figures."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from starlette.responses import Response

from assay.access import Membership
from assay.api.deps import Caller, Cursor, Format, House, Limit, Services, member
from assay.api.routes.guidelines import guideline_out
from assay.api.routing import make_router
from assay.api.tables import table
from assay.api.views.gold import verdict_out
from assay.api.views.insights import (
    crop_out,
    gate_out,
    kinds_out,
    measured_out,
    overview_out,
    paced_out,
    person_page_out,
    person_row_out,
)
from assay.api.views.people import Names
from assay.api.views.practice import Practice
from assay.gold import ErrorKind, StoredScore, contests_of, verdicts_shown_to
from assay.guidelines import current_guideline_version, guideline_in
from assay.insights import (
    dismiss_finding,
    draft_clause,
    findings_in,
    last_look,
    publish_finding,
    read_crops,
    read_own_figures,
    read_pace,
    read_person,
)
from assay.items import items_by_id
from assay.labels import current_schema_version, schema_in
from assay.queue import count_practice
from assay.review import all_put_backs
from assay.storage import House as HouseValue
from assay.storage import Rx
from assay.wire.common import Page, instant
from assay.wire.gold import GoldVerdict
from assay.wire.guidelines import GuidelineOut
from assay.wire.insights import (
    AgreementMatrix,
    AgreementOverall,
    AgreementPage,
    Blockers,
    ClassAgreement,
    ClauseId,
    Crop,
    Draft,
    Finding,
    LookedOut,
    Overview,
    OwnFigures,
    Pace,
    PersonPage,
    PersonRow,
    PracticeFigures,
    PublishIn,
    WhyIn,
)

router = make_router("insights")
Decider = Annotated[Membership, member("lead", "reviewer", "expert", "approver", "auditor", "admin")]
Editor = Annotated[Membership, member("lead", "expert", "admin")]
Annotator = Annotated[Membership, member("annotator")]
Kind = Annotated[Literal["missed", "spurious", "misclassified", "mislocalised"], Query()]

ClauseAsked = Annotated[str | None, Query(max_length=32, description="Only marks that test this clause.")]


def class_names(rx: Rx) -> dict[str, str]:
    """Class id to display name under the current schema."""
    return {c.id: c.name for c in schema_in(rx, None).classes} if current_schema_version(rx) else {}


def clause_titles(rx: Rx) -> dict[str, str]:
    """Clause number to title under the current guideline."""
    return {c.id: c.title for c in guideline_in(rx, None).clauses} if current_guideline_version(rx) else {}


@router.get("/v1/projects/{project}/overview")
def read_overview(caller: Caller, project: Decider, services: Services) -> Overview:
    """The project at a glance."""
    snapshot = services.snapshots.get(project.project_id)
    with services.house.read(caller.actor, project.project_id) as rx:
        names, classes, practice = Names(rx), class_names(rx), Practice(rx, project)
    findings = [practice.finding(f) for f in snapshot.overview.findings]
    return overview_out(snapshot.overview, project, names, classes, findings)


@router.get("/v1/projects/{project}/blockers")
def read_blockers(project: Decider, services: Services) -> Blockers:
    """What blocks the release."""
    overview = services.snapshots.get(project.project_id).overview
    return Blockers.model_construct(title=overview.title, gates=[gate_out(g, project) for g in overview.gates])


@router.get("/v1/projects/{project}/people", response_model=Page[PersonRow])
def read_people(
    caller: Caller,
    project: Decider,
    services: Services,
    cursor: Cursor = "",
    limit: Limit = 50,
    form: Format = "json",
) -> Page[PersonRow] | Response:
    """The quality table."""

    def fetch(_cursor: str, _n: int) -> tuple[list[PersonRow], str | None]:
        overview = services.snapshots.get(project.project_id).overview
        with services.house.read(caller.actor, project.project_id) as rx:
            names = Names(rx)
        return [person_row_out(r, names) for r in overview.people], None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="people")


@router.get("/v1/projects/{project}/people/{user}")
def read_person_page(caller: Caller, project: Decider, services: Services, user: str) -> PersonPage:
    """Everything about one person's work."""
    snapshot = services.snapshots.get(project.project_id)
    page = read_person(caller.actor, project.project_id, user, snapshot, house=services.house)
    with services.house.read(caller.actor, project.project_id) as rx:
        back = [p for p in all_put_backs(rx) if p.user_id == user]
        return person_page_out(page, Names(rx), back, class_names(rx), clause_titles(rx))


@router.get("/v1/projects/{project}/people/{user}/crops", response_model=Page[Crop])
def read_person_crops(
    caller: Caller,
    project: Decider,
    house: House,
    user: str,
    kind: Kind | None = None,
    clause: ClauseAsked = None,
    cursor: Cursor = "",
    limit: Limit = 50,
    form: Format = "json",
) -> Page[Crop] | Response:
    """Places on gold where this person's answer differs, newest first; those of a clause, of a kind, or missed ones."""
    wanted = ErrorKind(kind) if kind is not None else None if clause is not None else ErrorKind.MISSED

    def fetch(_cursor: str, n: int) -> tuple[list[Crop], str | None]:
        crops = read_crops(caller.actor, project.project_id, user, wanted, clause=clause, limit=n, house=house)
        with house.read(caller.actor, project.project_id) as rx:
            names = Names(rx)
        return [crop_out(c, project, names) for c in crops], None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="crops")


@router.get("/v1/projects/{project}/people/{user}/pace")
def read_person_pace(caller: Caller, project: Decider, house: House, user: str) -> Pace:
    """Where this person's time differs from others' on the same images."""
    found = read_pace(caller.actor, project.project_id, user, house=house)
    with house.read(caller.actor, project.project_id) as rx:
        known = items_by_id(rx, [row.item_id for row in (*found.slow, *found.fast)])
    slow, fast = (
        [paced_out(row, known[row.item_id], project) for row in rows if row.item_id in known]
        for rows in (found.slow, found.fast)
    )
    return Pace.model_construct(slow=slow, fast=fast, n_shared=found.n_shared, usual=found.usual)


@router.get("/v1/projects/{project}/agreement")
def read_agreement(caller: Caller, project: Decider, services: Services) -> AgreementPage:
    """How alike people's marks are."""
    overview = services.snapshots.get(project.project_id).overview
    with services.house.read(caller.actor, project.project_id) as rx:
        names, classes = Names(rx), class_names(rx)
    people = sorted({p for pair in overview.pairs for p in (pair.first, pair.second)})
    place = {p: i for i, p in enumerate(people)}
    f1: list[list[float | None]] = [[None] * len(people) for _ in people]
    shared = [[0] * len(people) for _ in people]
    for pair in overview.pairs:
        for a, b in ((pair.first, pair.second), (pair.second, pair.first)):
            f1[place[a]][place[b]] = pair.f1
            shared[place[a]][place[b]] = pair.n_items
    return AgreementPage.model_construct(
        overall=AgreementOverall(f1=measured_out(overview.agreement), mean_iou=measured_out(overview.mean_iou)),
        matrix=AgreementMatrix.model_construct(people=[names(p) for p in people], f1=f1, n_items=shared),
        by_class=[
            ClassAgreement(label_class=c, name=classes.get(c, c), f1=measured_out(m)) for c, m in overview.by_class
        ],
    )


@router.get("/v1/projects/{project}/findings", response_model=Page[Finding])
def read_findings(
    caller: Caller,
    project: Decider,
    services: Services,
    cursor: Cursor = "",
    limit: Limit = 50,
    form: Format = "json",
) -> Page[Finding] | Response:
    """Practice that differs."""

    def fetch(_cursor: str, _n: int) -> tuple[list[Finding], str | None]:
        with services.house.read(caller.actor, project.project_id) as rx:
            practice = Practice(rx, project)
            return [practice.finding(f) for f in findings_in(rx)], None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="findings")


@router.get("/v1/projects/{project}/practice")
def read_practice(caller: Caller, project: Decider, house: House) -> LookedOut:
    """When people's practice was last compared, what could be judged, and how careful each person's work is."""
    with house.read(caller.actor, project.project_id) as rx:
        return Practice(rx, project).looked(last_look(rx))


@router.post("/v1/projects/{project}/practice", status_code=202)
def compare_practice(caller: Caller, project: Decider, services: Services) -> LookedOut:
    """Have people's practice compared anew, beside the pages; answers with the last time, `GET` tells the new one."""
    with services.house.read(caller.actor, project.project_id) as rx:
        before = Practice(rx, project).looked(last_look(rx))
    services.practices.ask(project.project_id)
    return before


@router.get("/v1/projects/{project}/findings/{finding}/draft")
def read_draft(
    caller: Caller, project: Editor, house: House, finding: str, clause_id: Annotated[ClauseId, Query()]
) -> Draft:
    """The whole guideline with a finding's drafted clause in it, to be changed before it is published."""
    text = draft_clause(caller.actor, project.project_id, finding, clause_id=clause_id, house=house)
    return Draft(markdown=text)


@router.post("/v1/projects/{project}/findings/{finding}/publish")
def publish(body: PublishIn, caller: Caller, project: Editor, house: House, finding: str) -> GuidelineOut:
    """Put the clause that settles a difference in practice into the guideline; one of this number is replaced."""
    guideline = publish_finding(
        caller.actor,
        project.project_id,
        finding,
        clause_id=body.clause_id,
        markdown=body.markdown,
        why=body.why,
        whole=body.whole,
        house=house,
    )
    with house.read(caller.actor, project.project_id) as rx:
        return guideline_out(guideline, project, Names(rx))


@router.post("/v1/projects/{project}/findings/{finding}/dismiss", status_code=204)
def dismiss(body: WhyIn, caller: Caller, project: Editor, house: House, finding: str) -> None:
    """Say that a difference needs no rule."""
    dismiss_finding(caller.actor, project.project_id, finding, why=body.why, house=house)


@router.get("/v1/projects/{project}/me/figures")
def read_my_figures(caller: Caller, project: Annotator, services: Services) -> OwnFigures:
    """One's own figures, as of the last midnight; practice counts at once."""
    house = services.house
    figures = read_own_figures(
        caller.actor, project.project_id, services.snapshots.get(project.project_id), house=house
    )
    shown = verdicts_shown_to(caller.actor, project.project_id, house=house)
    with house.read(caller.actor, project.project_id) as rx:
        n_total = count_practice(rx)
        n_done = count_practice(rx, caller.user_id)
    return OwnFigures.model_construct(
        as_of_at=instant(figures.as_of_us),
        accuracy=measured_out(figures.row.accuracy),
        kinds=kinds_out(figures.row.kinds),
        practice=PracticeFigures.model_construct(
            n_done=n_done,
            n_total=n_total,
            accuracy=measured_out(figures.practice_accuracy),
            verdicts=_verdicts(caller, project, list(figures.practice), house),
        ),
        verdicts=_verdicts(caller, project, shown[:100], house),
    )


def _verdicts(caller: Caller, project: Membership, scores: list[StoredScore], house: HouseValue) -> list[GoldVerdict]:
    with house.read(caller.actor, project.project_id) as rx:
        items = items_by_id(rx, [s.item_id for s in scores])
        contests = contests_of(rx, [s.id for s in scores])
    return [verdict_out(s, items, contests.get(s.id), project) for s in scores]
