"""The audit log of a project, and the head of the server's log."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from assay.access import Membership, names_of
from assay.api.deps import Caller, Cursor, Format, House, Limit, member
from assay.api.routing import make_router
from assay.api.tables import make_cursor, read_cursor, table
from assay.governance import audit_events
from assay.storage import Event, read_head
from assay.wire.audit import AuditActor, AuditHead, AuditRow
from assay.wire.common import Page, instant

router = make_router("audit")
Reader = Annotated[Membership, member("auditor", "lead", "approver", "admin")]
Filter = Annotated[str, Query(max_length=96)]


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
    subject: Filter = "",
    cursor: Cursor = "",
    limit: Limit = 50,
    form: Format = "json",
) -> Page[AuditRow] | Response:
    """Who changed what, when and why, newest first; events appear within a second, once they are sealed."""

    def fetch(cursor: str, n: int) -> tuple[list[AuditRow], str | None]:
        before = read_cursor(cursor, int)
        with house.read(caller.actor, project.project_id) as rx:
            found = audit_events(rx, action=action, subject=subject, before=before[0] if before else None, n=n + 1)
            names = {user_id: m.user.name for user_id, m in names_of(rx).items()}
        rows = [_row(event, names) for event in found[:n]]
        return rows, make_cursor(rows[-1].seq) if len(found) > n else None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="audit", model=AuditRow)


@router.get("/v1/projects/{project}/audit/head")
def audit_head(project: Reader, house: House) -> AuditHead:
    """Size and root of the log now."""
    del project
    head = read_head(house)
    return AuditHead(size=head.size, root=head.root, at=instant(head.at_us))
