"""Looking through a project: items by what is known of them, classes, pairs of people, doubtful labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import Path, Query
from starlette.responses import Response

from assay.access import Membership
from assay.api.deps import Caller, Cursor, Format, House, Limit, Services, limited, member
from assay.api.routing import make_router
from assay.api.tables import make_cursor, read_cursor, table
from assay.api.views.browse import browse_row_out, class_page_out, doubt_out, pairs_out
from assay.api.views.items import items_out
from assay.api.views.people import Names
from assay.insights import (
    Doubt,
    DoubtNotFoundError,
    Found,
    PlaceNotFoundError,
    Wanted,
    decide_doubt,
    decisions,
    find_doubts,
    find_items,
    find_page,
    read_class,
    read_pairs,
    shown_on,
)
from assay.items import item_in, items_by_id
from assay.labels import current_schema_version, schema_in
from assay.wire.browse import (
    BrowsePage,
    BrowseRow,
    ClassPage,
    DoubtKind,
    DoubtPage,
    DoubtState,
    DoubtVerdict,
    ItemIds,
    Pairs,
)
from assay.wire.browse import Doubt as DoubtOut
from assay.wire.items import ItemOut

router = make_router("browse")
Reader = Annotated[Membership, member("reviewer", "expert", "lead", "approver", "auditor", "admin")]
Decider = Annotated[Membership, member("reviewer", "expert", "lead", "admin")]
State = Annotated[Literal["new", "queued", "answered", "disputed", "in_review", "settled"] | None, Query()]
Text = Annotated[str, Query(max_length=200, description="Part of the file name, in any case.")]
ClassId = Annotated[str | None, Query(max_length=64)]
Authors = Annotated[
    list[str],
    Query(max_length=8, description="People who all answered; `imported` for labels that came along."),
]
Below = Annotated[float | None, Query(ge=0, le=1, description="Mean IoU of the answers under this.")]
Order = Annotated[Literal["came", "worst"], Query()]
Golden = Annotated[Literal["only", "none"] | None, Query()]
SEARCH = [limited("search")]


def wanted_of(
    state: State = None,
    q: Text = "",
    label_class: ClassId = None,
    author: Authors = [],  # noqa: B006 - FastAPI reads the default and never changes it
    gold: Golden = None,
    below: Below = None,
    order: Order = "came",
) -> Wanted:
    """What is looked for, from the query."""
    asked = None if gold is None else gold == "only"
    return Wanted(q, state, label_class, tuple(author), asked, below, order)


@router.get("/v1/projects/{project}/browse", dependencies=SEARCH, response_model=BrowsePage)
def browse(
    caller: Caller,
    project: Reader,
    house: House,
    state: State = None,
    q: Text = "",
    label_class: ClassId = None,
    author: Authors = [],  # noqa: B006 - as above
    gold: Golden = None,
    below: Below = None,
    order: Order = "came",
    cursor: Cursor = "",
    limit: Limit = 60,
    form: Format = "json",
) -> BrowsePage | Response:
    """Items that fit, with the marks that stand for them now."""
    wanted = wanted_of(state, q, label_class, author, gold, below, order)
    if form == "csv":
        found = find_items(caller.actor, project.project_id, wanted, house=house)

        def fetch(cursor: str, n: int) -> tuple[list[BrowseRow], str | None]:
            start = _after(found, cursor)
            last = found[start + n - 1] if start + n < len(found) else None
            rows = _rows(caller, project, house, found[start : start + n])
            return rows, None if last is None else make_cursor(last.score, last.item_id)

        return table(fetch, cursor=cursor, limit=limit, form=form, name="items", model=BrowseRow)  # type: ignore[return-value]  # CSV is a response
    key = read_cursor(cursor, float, str)
    after = None if key is None else (float(key[0]), str(key[1]))
    page = find_page(caller.actor, project.project_id, wanted, after=after, limit=limit, house=house)
    last = page.found[-1] if page.more else None
    return BrowsePage.model_construct(
        rows=_rows(caller, project, house, page.found),
        next=None if last is None else make_cursor(last.score, last.item_id),
        n_matching=page.n_matching,
        at_least=page.at_least,
    )


def _rows(caller: Caller, project: Membership, house: House, found: Sequence[Found]) -> list[BrowseRow]:
    """Found items with the marks that stand for them now."""
    ids = [each.item_id for each in found]
    with house.read(caller.actor, project.project_id) as rx:
        known = items_by_id(rx, ids)
        outs = items_out(rx, [known[i] for i in ids if i in known], project)
        shown = shown_on(rx, [out.id for out in outs])
    return [browse_row_out(out, shown[out.id]) for out in outs]


def _after(found: list[Found], cursor: str) -> int:
    """Where the page behind a cursor begins, also when items came or went in between."""
    key = read_cursor(cursor, float, str)
    if key is None:
        return 0
    return next((n for n, each in enumerate(found) if (each.score, each.item_id) > key), len(found))


@router.get("/v1/projects/{project}/browse/ids", dependencies=SEARCH)
def browse_ids(
    caller: Caller,
    project: Reader,
    house: House,
    state: State = None,
    q: Text = "",
    label_class: ClassId = None,
    author: Authors = [],  # noqa: B006 - as above
    gold: Golden = None,
    below: Below = None,
    order: Order = "came",
) -> ItemIds:
    """Every item that fits: what to make a batch of."""
    wanted = wanted_of(state, q, label_class, author, gold, below, order)
    found = find_items(caller.actor, project.project_id, wanted, house=house)
    return ItemIds.model_construct(ids=[each.item_id for each in found])


@router.get("/v1/projects/{project}/overview/strip/{place}")
def read_strip_place(
    caller: Caller, project: Reader, services: Services, place: Annotated[int, Path(ge=0, lt=100_000)]
) -> ItemOut:
    """The item behind a square of the overview's strip, counted from 0."""
    ids = services.snapshots.get(project.project_id).overview.strip_items
    if place >= len(ids):
        raise PlaceNotFoundError(place)
    with services.house.read(caller.actor, project.project_id) as rx:
        return items_out(rx, [item_in(rx, ids[place])], project)[0]


@router.get("/v1/projects/{project}/classes/{label_class}", dependencies=SEARCH)
def read_class_page(caller: Caller, project: Reader, services: Services, label_class: str) -> ClassPage:
    """Everything about one class, its least sure marks first."""
    snapshot = services.snapshots.get(project.project_id)

    def look() -> object:
        return read_class(caller.actor, project.project_id, label_class, snapshot, house=services.house)

    page = services.snapshots.remembered(project.project_id, f"class/{label_class}", look)
    with services.house.read(caller.actor, project.project_id) as rx:
        classes = {c.id: c.name for c in schema_in(rx, None).classes}
        return class_page_out(page, project, Names(rx), classes)


@router.get("/v1/projects/{project}/agreement/pairs", dependencies=SEARCH)
def read_agreement_pairs(caller: Caller, project: Reader, services: Services) -> Pairs:
    """How alike each pair of people's marks are, with intervals."""

    def look() -> object:
        return read_pairs(caller.actor, project.project_id, house=services.house)

    found = services.snapshots.remembered(project.project_id, "pairs", look)
    with services.house.read(caller.actor, project.project_id) as rx:
        return pairs_out(found, Names(rx))


def _doubts(caller: Caller, project: Membership, services: Services) -> tuple[list[Doubt], int]:
    def look() -> object:
        return find_doubts(caller.actor, project.project_id, house=services.house)

    found: tuple[list[Doubt], int] = services.snapshots.remembered(project.project_id, "doubts", look)
    return found


@router.get("/v1/projects/{project}/doubts", dependencies=SEARCH)
def read_doubts(
    caller: Caller,
    project: Reader,
    services: Services,
    kind: Annotated[DoubtKind | None, Query()] = None,
    label_class: ClassId = None,
    state: Annotated[DoubtState, Query()] = "open",
    cursor: Cursor = "",
    limit: Limit = 24,
) -> DoubtPage:
    """Labels that are probably wrong, those that most speaks for first."""
    found, n_items = _doubts(caller, project, services)
    said = decisions(caller.actor, project.project_id, house=services.house)
    of_class = [d for d in found if label_class in {None, d.label_class}]
    states = {d.id: said.get(d.id, ("open", ""))[0] for d in of_class}
    counts: dict[str, int] = {}
    for doubt in of_class:
        if states[doubt.id] == "open":
            counts[doubt.kind] = counts.get(doubt.kind, 0) + 1
    fitting = [d for d in of_class if states[d.id] == state and kind in {None, d.kind}]
    key = read_cursor(cursor, float, str)
    rest = fitting if key is None else [d for d in fitting if (-d.score, d.id) > (-key[0], key[1])]
    with services.house.read(caller.actor, project.project_id) as rx:
        names = Names(rx)
        classes = {c.id: c.name for c in schema_in(rx, None).classes} if current_schema_version(rx) else {}
    rows = [doubt_out(d, project, names, classes, said.get(d.id)) for d in rest[:limit]]
    after = make_cursor(rest[limit - 1].score, rest[limit - 1].id) if len(rest) > limit else None
    return DoubtPage.model_construct(rows=rows, next=after, counts=counts, n_items=n_items)


@router.post("/v1/projects/{project}/doubts/{doubt}/verdict")
def judge_doubt(body: DoubtVerdict, caller: Caller, project: Decider, services: Services, doubt: str) -> DoubtOut:
    """Confirm a doubtful label (the answers on its image go to review), set it aside, or take either back."""
    found = next((d for d in _doubts(caller, project, services)[0] if d.id == doubt), None)
    if found is None:
        raise DoubtNotFoundError(doubt)
    decide_doubt(caller.actor, project.project_id, found, body.state, why=body.why, house=services.house)
    said = decisions(caller.actor, project.project_id, house=services.house)
    with services.house.read(caller.actor, project.project_id) as rx:
        classes = {c.id: c.name for c in schema_in(rx, None).classes}
        return doubt_out(found, project, Names(rx), classes, said.get(found.id))
