"""The audit log of a project, and the head of the server's log."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from assay.access import Membership, names_of
from assay.api.deps import Caller, Cursor, Format, House, Limit, member
from assay.api.routing import make_router
from assay.api.tables import make_cursor, read_cursor, table
from assay.governance import AuditWanted, audit_events, check_log_part, seen_lately
from assay.kernel.merkle import Frontier
from assay.storage import Event, read_head
from assay.wire.audit import AuditActor, AuditChecked, AuditCheckFrom, AuditChoices, AuditHead, AuditRow
from assay.wire.common import InstantIn, Page, instant

router = make_router("audit")
Reader = Annotated[Membership, member("auditor", "lead", "approver", "admin")]
Filter = Annotated[str, Query(max_length=96)]
Moment = Annotated[InstantIn | None, Query()]


def _row(event: Event, names: dict[str, str]) -> AuditRow:
    assert event.seq is not None, "only sealed events are listed"
    actor = {"id": event.actor_id, "kind": event.actor_kind, "name": names.get(event.actor_id, event.actor_id)}
    return AuditRow(
        seq=event.seq,
        at=instant(event.at_us),
        actor=AuditActor.model_validate(actor),
        action=event.action,
        subject=event.subject,
        why=event.why,
        body=event.body,
    )


@router.get("/v1/projects/{project}/audit", response_model=Page[AuditRow])
def read_audit(
    caller: Caller,
    project: Reader,
    house: House,
    action: Filter = "",
    kind: Filter = "",
    subject: Filter = "",
    actor: Filter = "",
    since: Moment = None,
    until: Moment = None,
    cursor: Cursor = "",
    limit: Limit = 50,
    form: Format = "json",
) -> Page[AuditRow] | Response:
    """Who changed what, when and why, newest first; events appear within a second, once they are sealed.

    `kind` is what is before the dot of an action; `actor` an id as rows have it. A page looks through a bounded part of
    the log, so it may be short, or empty, and still have a page after it.
    """
    wanted = AuditWanted(action, kind, subject, actor, since, until)

    def fetch(cursor: str, n: int) -> tuple[list[AuditRow], str | None]:
        before = read_cursor(cursor, int)
        with house.read(caller.actor, project.project_id) as rx:
            found, after = audit_events(rx, wanted, before=before[0] if before else None, n=n)
            names = {user_id: m.user.name for user_id, m in names_of(rx).items()}
        return [_row(event, names) for event in found], None if after is None else make_cursor(after)

    return table(fetch, cursor=cursor, limit=limit, form=form, name="audit", model=AuditRow)


@router.get("/v1/projects/{project}/audit/head")
def audit_head(project: Reader, house: House) -> AuditHead:
    """Size and root of the log now."""
    del project
    head = read_head(house)
    return AuditHead(size=head.size, root=head.root, at=instant(head.at_us))


@router.get("/v1/projects/{project}/audit/choices")
def read_choices(caller: Caller, project: Reader, house: House) -> AuditChoices:
    """What the log can be looked through by: people of the project and who acted lately, and the actions of late."""
    with house.read(caller.actor, project.project_id) as rx:
        actors, actions = seen_lately(rx)
        names = {user_id: m.user.name for user_id, m in names_of(rx).items()}
    known = dict(sorted(actors)) | dict.fromkeys(names, "person")
    rows = [{"id": actor, "kind": kind, "name": names.get(actor, actor)} for actor, kind in known.items()]
    return AuditChoices(
        actors=[AuditActor.model_validate(row) for row in sorted(rows, key=lambda row: (row["kind"], row["name"]))],
        actions=sorted(actions),
    )


@router.post("/v1/projects/{project}/audit/check")
def check_audit(body: AuditCheckFrom, caller: Caller, project: Reader, house: House) -> AuditChecked:
    """Recompute the next part of the whole server's log; send back what the answer says to go on to its end."""
    del project
    state = Frontier(body.size, [bytes.fromhex(peak) for peak in body.peaks])
    found = check_log_part(caller.actor, state, house=house)
    return AuditChecked(
        size=found.n,
        peaks=list(found.peaks),
        of=found.size,
        damaged=found.damaged,
        ended=found.ended,
        root=found.root,
    )
