"""Gold: signing, retiring, contests."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from starlette.responses import Response

from assay.access import Membership
from assay.api.deps import Caller, Cursor, Format, House, Limit, member
from assay.api.routing import body_limit, make_router
from assay.api.tables import table
from assay.api.views.gold import gold_mark_out, verdict_out
from assay.api.views.people import Names
from assay.gold import (
    Contest,
    Gold,
    GoldMark,
    GoldNotFoundError,
    all_gold,
    answers_by_item,
    contest_verdict,
    find_score,
    gold_in,
    list_contests,
    retire_gold,
    rule_on_contest,
    scores_of_item,
    sign_gold,
)
from assay.items import items_by_id
from assay.storage import Rx
from assay.wire.common import Page, instant
from assay.wire.gold import ContestMade, ContestNew, ContestRow, GoldNew, GoldOut, GoldRetire, GoldRow, RulingIn

router = make_router("gold")
Expert = Annotated[Membership, member("expert", "admin")]
Reader = Annotated[Membership, member("expert", "lead", "auditor", "admin")]
Annotator = Annotated[Membership, member("annotator")]
MARKS_LIMIT = 16 * 1024 * 1024


def gold_row(gold: Gold, answers: tuple[int, int], names: Names, project: Membership) -> GoldRow:
    """A gold item for a list; `answers` are how many gave one, and how many of them with an error."""
    base = f"/v1/projects/{project.slug}/items/{gold.item_id}"
    return GoldRow.model_construct(
        item_id=gold.item_id,
        image_url=f"{base}/image",
        thumb_url=f"{base}/thumb",
        version=gold.version,
        state=gold.state.value,
        signed_by=names(gold.signed_by),
        signed_at=instant(gold.signed_at_us),
        n_marks=len(gold.marks),
        clauses=list(gold.clauses),
        n_answers=answers[0],
        n_wrong=answers[1],
    )


def gold_out(gold: Gold, rx: Rx, project: Membership) -> GoldOut:
    """A gold item with its answer."""
    scores = [s for s in scores_of_item(rx, gold.item_id) if not s.is_practice]
    answers = len(scores), sum(s.score.n_errors > 0 for s in scores)
    row = gold_row(gold, answers, Names(rx), project)
    return GoldOut.model_construct(**row.__dict__, marks=[gold_mark_out(m) for m in gold.marks])


@router.get("/v1/projects/{project}/gold", response_model=Page[GoldRow])
def read_gold(
    caller: Caller, project: Reader, house: House, cursor: Cursor = "", limit: Limit = 50, form: Format = "json"
) -> Page[GoldRow] | Response:
    """Every gold item."""

    def fetch(_cursor: str, _n: int) -> tuple[list[GoldRow], str | None]:
        with house.read(caller.actor, project.project_id) as rx:
            names, answers = Names(rx), answers_by_item(rx)
            rows = [gold_row(g, answers.get(g.item_id, (0, 0)), names, project) for g in all_gold(rx)]
        return rows, None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="gold")


@router.get("/v1/projects/{project}/gold/{item}")
def read_gold_item(caller: Caller, project: Reader, house: House, item: str) -> GoldOut:
    """One gold item with its answer."""
    with house.read(caller.actor, project.project_id) as rx:
        gold = gold_in(rx, item)
        if gold is None:
            raise GoldNotFoundError(item)
        return gold_out(gold, rx, project)


@router.post("/v1/projects/{project}/gold")
@body_limit(MARKS_LIMIT)
def new_gold(body: GoldNew, caller: Caller, project: Expert, house: House) -> GoldOut:
    """Sign the answer to an item."""
    marks = [
        GoldMark(m.label_class, m.shape, (m.bbox[0], m.bbox[1], m.bbox[2], m.bbox[3]), tuple(m.clauses), m.geometry)
        for m in body.marks
    ]
    gold = sign_gold(
        caller.actor,
        project.project_id,
        body.item_id,
        marks,
        why=body.why,
        exposure_cap=body.exposure_cap,
        house=house,
    )
    with house.read(caller.actor, project.project_id) as rx:
        return gold_out(gold, rx, project)


@router.post("/v1/projects/{project}/gold/{item}/retire")
def retire_gold_item(body: GoldRetire, caller: Caller, project: Expert, house: House, item: str) -> GoldOut:
    """Show this gold no more."""
    gold = retire_gold(caller.actor, project.project_id, item, why=body.why, withdraw=body.withdraw, house=house)
    with house.read(caller.actor, project.project_id) as rx:
        return gold_out(gold, rx, project)


@router.post("/v1/projects/{project}/contests")
def new_contest(body: ContestNew, caller: Caller, project: Annotator, house: House) -> ContestMade:
    """Object to a verdict on one's own answer."""
    made = contest_verdict(caller.actor, project.project_id, body.verdict_id, body.text, house=house)
    return ContestMade(id=made.id)


def contest_row(contest: Contest, rx: Rx, names: Names, project: Membership) -> ContestRow | None:
    """An objection for the expert's list."""
    stored = find_score(rx, contest.score_id)
    if stored is None:
        return None
    items = items_by_id(rx, [stored.item_id])
    verdict = verdict_out(stored, items, contest, project)
    verdict.image_url = f"/v1/projects/{project.slug}/items/{stored.item_id}/image"
    return ContestRow.model_construct(
        id=contest.id,
        verdict=verdict,
        user=names(contest.user_id),
        text=contest.text,
        state=contest.state,
        ruling=contest.ruling,
        created_at=instant(contest.created_at_us),
    )


@router.get("/v1/projects/{project}/contests", response_model=Page[ContestRow])
def read_contests(
    caller: Caller,
    project: Reader,
    house: House,
    cursor: Cursor = "",
    limit: Limit = 50,
    form: Format = "json",
    state: Annotated[Literal["open", "closed", "all"], Query()] = "open",
) -> Page[ContestRow] | Response:
    """Objections, oldest first."""
    states = {"open": ["open"], "closed": ["upheld", "declined"], "all": ["open", "upheld", "declined"]}[state]

    def fetch(_cursor: str, _n: int) -> tuple[list[ContestRow], str | None]:
        with house.read(caller.actor, project.project_id) as rx:
            names = Names(rx)
            rows = [contest_row(c, rx, names, project) for c in list_contests(rx, states)]
        return [row for row in rows if row is not None], None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="contests")


@router.post("/v1/projects/{project}/contests/{contest}/ruling")
def rule_contest(body: RulingIn, caller: Caller, project: Expert, house: House, contest: str) -> ContestMade:
    """Decide an objection."""
    ruled = rule_on_contest(caller.actor, project.project_id, contest, upheld=body.upheld, text=body.text, house=house)
    return ContestMade(id=ruled.id)
