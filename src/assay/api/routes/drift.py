"""Monitors on what arrives: has it changed, what moved, since when, and does it harm."""

from __future__ import annotations

from typing import Annotated

from starlette.responses import Response

from assay.access import Membership
from assay.api.deps import Caller, Cursor, Format, House, Lead, Limit, Services, member
from assay.api.routing import make_router
from assay.api.tables import make_cursor, read_cursor, table
from assay.drift import Check, Monitor, all_monitors, checks_of, monitor_in, stop_monitor
from assay.wire.common import Page, instant
from assay.wire.drift import CheckOut, HarmOut, MonitorNew, MonitorOut, MovedOut, SinceOut, ViewOut

router = make_router("drift")
Reader = Annotated[Membership, member("reviewer", "expert", "lead", "approver", "auditor", "admin")]
_BEHIND_ALL = "~"


def monitor_out(value: Monitor) -> MonitorOut:
    """A monitor for a page."""
    return MonitorOut.model_construct(
        id=value.id,
        name=value.name,
        state=value.state,
        level=value.level,
        window=value.window,
        n_reference=len(value.reference),
        harm_line=value.harm_line,
        embedding=value.embedding,
        created_at=instant(value.created_at_us),
    )


def check_out(value: Check) -> CheckOut:
    """A check for a page."""
    found = value.result
    return CheckOut.model_validate(
        {
            "id": value.id,
            "monitor_id": value.monitor_id,
            "at": instant(value.at_us),
            "level": value.level,
            "n": value.n_items,
            "first_item_id": value.first_item_id,
            "last_item_id": value.last_item_id,
            "since_item_id": value.since_item_id,
            "since": None if found["since"] is None else SinceOut(**found["since"]),
            "views": [ViewOut(**view) for view in found["views"]],
            "moved": [MovedOut.model_validate(moved) for moved in found["moved"]],
            "harm": None if found["harm"] is None else HarmOut.model_validate(found["harm"]),
            "harm_line": found["harm_line"],
            "words": found["words"],
        }
    )


@router.get("/v1/projects/{project}/monitors", response_model=Page[MonitorOut])
def read_monitors(
    caller: Caller, project: Reader, house: House, cursor: Cursor = "", limit: Limit = 50, form: Format = "json"
) -> Page[MonitorOut] | Response:
    """Every monitor, oldest first."""

    def fetch(_cursor: str, _n: int) -> tuple[list[MonitorOut], str | None]:
        with house.read(caller.actor, project.project_id) as rx:
            return [monitor_out(m) for m in all_monitors(rx)], None

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
