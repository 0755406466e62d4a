"""Monitors on what arrives: has it changed, what moved, since when, and does it harm."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from starlette.responses import Response

from assay.access import Membership
from assay.api.deps import Blobs, Caller, Cursor, Format, House, Lead, Limit, Services, member
from assay.api.routing import make_router
from assay.api.tables import make_cursor, read_cursor, table
from assay.api.views.drift import check_out, monitor_out, pictures_out
from assay.drift import check_in, checks_of, monitor_in, monitors_after, stop_monitor
from assay.jobs.drift_pictures import pairs_of, pictures_of
from assay.wire.common import Page, Rows
from assay.wire.drift import CheckOut, DriftPicture, MonitorNew, MonitorOut, PicturePair

router = make_router("drift")
Reader = Annotated[Membership, member("reviewer", "expert", "lead", "approver", "auditor", "admin")]
Side = Annotated[Literal["window", "changed", "reference"], Query()]
_BEHIND_ALL = "~"


@router.get("/v1/projects/{project}/monitors", response_model=Page[MonitorOut])
def read_monitors(
    caller: Caller, project: Reader, house: House, cursor: Cursor = "", limit: Limit = 50, form: Format = "json"
) -> Page[MonitorOut] | Response:
    """Every monitor, oldest first."""

    def fetch(at: str, n: int) -> tuple[list[MonitorOut], str | None]:
        key = read_cursor(at, str)
        with house.read(caller.actor, project.project_id) as rx:
            found = monitors_after(rx, "" if key is None else key[0], n)
        return [monitor_out(m) for m in found], make_cursor(found[-1].id) if len(found) == n else None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="monitors")


@router.post("/v1/projects/{project}/monitors")
def new_monitor(body: MonitorNew, caller: Caller, project: Lead, services: Services) -> MonitorOut:
    """Watch what arrives from now on."""
    made = services.drift.make(
        caller.actor,
        project.project_id,
        body.name,
        window=body.window,
        n_reference=body.n_reference,
        harm_line=body.harm_line,
        embedding=body.embedding,
        seed=body.seed,
    )
    return monitor_out(made)


@router.post("/v1/projects/{project}/monitors/{monitor}/stop")
def end_monitor(caller: Caller, project: Lead, house: House, monitor: str) -> MonitorOut:
    """Watch no longer; what was found stays."""
    return monitor_out(stop_monitor(caller.actor, project.project_id, monitor, house=house))


@router.get("/v1/projects/{project}/monitors/{monitor}/checks", response_model=Page[CheckOut])
def read_checks(
    caller: Caller,
    project: Reader,
    house: House,
    monitor: str,
    cursor: Cursor = "",
    limit: Limit = 50,
    form: Format = "json",
) -> Page[CheckOut] | Response:
    """What a monitor found, newest first."""
    with house.read(caller.actor, project.project_id) as rx:
        monitor_in(rx, monitor)

    def fetch(at: str, n: int) -> tuple[list[CheckOut], str | None]:
        key = read_cursor(at, str)
        with house.read(caller.actor, project.project_id) as rx:
            found = checks_of(rx, monitor, before=_BEHIND_ALL if key is None else key[0], limit=n)
        return [check_out(c) for c in found], make_cursor(found[-1].id) if len(found) == n else None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="checks")


@router.post("/v1/projects/{project}/monitors/{monitor}/checks")
def new_check(caller: Caller, project: Lead, services: Services, monitor: str) -> CheckOut:
    """Judge the newest window now."""
    return check_out(services.drift.check_now(caller.actor, project.project_id, monitor))


@router.get("/v1/projects/{project}/monitors/{monitor}/checks/{check}")
def read_check(caller: Caller, project: Reader, house: House, monitor: str, check: str) -> CheckOut:
    """One check."""
    with house.read(caller.actor, project.project_id) as rx:
        return check_out(check_in(rx, monitor_in(rx, monitor).id, check))


@router.get("/v1/projects/{project}/monitors/{monitor}/checks/{check}/pictures", response_model=Page[DriftPicture])
def read_check_pictures(
    caller: Caller,
    project: Reader,
    house: House,
    monitor: str,
    check: str,
    side: Side = "window",
    cursor: Cursor = "",
    limit: Limit = 50,
    form: Format = "json",
) -> Page[DriftPicture] | Response:
    """The pictures behind a check in the order they came: its window, those since the change, or the reference."""
    with house.read(caller.actor, project.project_id) as rx:
        watch = monitor_in(rx, monitor)
        found = check_in(rx, monitor, check)

    def fetch(at: str, n: int) -> tuple[list[DriftPicture], str | None]:
        key = read_cursor(at, str)
        with house.read(caller.actor, project.project_id) as rx:
            ids = pictures_of(rx, watch, found, side, after="" if key is None else key[0], limit=n)
            known = pictures_out(rx, ids, project)
        return [known[i] for i in ids if i in known], make_cursor(ids[-1]) if len(ids) == n else None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="pictures", model=DriftPicture)


@router.get("/v1/projects/{project}/monitors/{monitor}/checks/{check}/pairs")
def read_check_pairs(
    caller: Caller,
    project: Reader,
    house: House,
    blobs: Blobs,
    monitor: str,
    check: str,
    n: Annotated[int, Query(ge=1, le=24, description="Pairs at most.")] = 6,
) -> Rows[PicturePair]:
    """Pictures from before beside pictures from now that show nearly the same, most alike first."""
    with house.read(caller.actor, project.project_id) as rx:
        pairs = pairs_of(rx, blobs, monitor_in(rx, monitor), check_in(rx, monitor, check), n)
        known = pictures_out(rx, [item for pair in pairs for item in pair], project)
    rows = [
        PicturePair.model_construct(before=known[before], now=known[now])
        for before, now in pairs
        if before in known and now in known
    ]
    return Rows[PicturePair].model_construct(rows=rows)
