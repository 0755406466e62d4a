"""Trainings that the policy asks for: see them, begin or dismiss them."""

from __future__ import annotations

from typing import Annotated

from assay.access import Membership
from assay.api.deps import Caller, Cursor, House, Lead, Limit, Services, member
from assay.api.routing import make_router
from assay.api.tables import make_cursor, read_cursor
from assay.api.views.people import Names
from assay.jobs.retraining import begin, decline
from assay.kernel.ids import AFTER_EVERY_ID
from assay.models.retraining import Retraining, retraining_in, retrainings_before
from assay.wire.common import EstimateOut, Page, instant, instant_or_none
from assay.wire.retraining import RetrainingDismiss, RetrainingOut, RetrainingStart

router = make_router("retraining")
Reader = Annotated[Membership, member("reviewer", "expert", "lead", "approver", "auditor", "admin")]
"""Above every id."""


def retraining_out(found: Retraining, names: Names) -> RetrainingOut:
    """A request on the wire."""
    return RetrainingOut.model_construct(
        id=found.id,
        diagnosis_id=found.diagnosis_id,
        cause=found.trigger.cause,
        act=found.trigger.act,
        size=EstimateOut.of(found.trigger.size),
        drop=found.trigger.drop,
        policy_version=found.rulebook_version,
        reason=found.reason,
        state=found.state.value,
        note=found.note,
        run_id=found.run_id,
        created_at=instant(found.created_at_us),
        decided_by=names.or_none(found.decided_by),
        decided_at=instant_or_none(found.decided_at_us),
    )


@router.get("/v1/projects/{project}/retraining")
def read_retraining(
    caller: Caller, project: Reader, house: House, cursor: Cursor = "", limit: Limit = 50
) -> Page[RetrainingOut]:
    """Every request for a training, newest first."""
    key = read_cursor(cursor, str)
    with house.read(caller.actor, project.project_id) as rx:
        found = retrainings_before(rx, key[0] if key else AFTER_EVERY_ID, limit + 1)
        names = Names(rx)
        rows = [retraining_out(r, names) for r in found[:limit]]
    after = make_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page[RetrainingOut].model_construct(rows=rows, next=after)


@router.post("/v1/projects/{project}/retraining/{retraining}/start")
def start_retraining(
    body: RetrainingStart, caller: Caller, project: Lead, services: Services, retraining: str
) -> RetrainingOut:
    """Begin the training; what it makes still has to pass the gate and people."""
    made, _ = begin(caller.actor, project.project_id, retraining, house=services.house, release_id=body.release)
    services.models.wake()
    with services.house.read(caller.actor, project.project_id) as rx:
        return retraining_out(made, Names(rx))


@router.post("/v1/projects/{project}/retraining/{retraining}/dismissal")
def dismiss_retraining(
    body: RetrainingDismiss, caller: Caller, project: Lead, house: House, retraining: str
) -> RetrainingOut:
    """Say no to a training, with the reason."""
    decline(caller.actor, project.project_id, retraining, body.reason, house=house)
    with house.read(caller.actor, project.project_id) as rx:
        return retraining_out(retraining_in(rx, retraining), Names(rx))
