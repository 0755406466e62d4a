"""Why quality fell: time capsules that experts label blind, and what their answers say."""

from __future__ import annotations

from typing import Annotated

from starlette.responses import Response

from assay.access import Membership
from assay.api.deps import Blobs, Caller, Cursor, Format, House, Lead, Limit, member
from assay.api.routing import make_router
from assay.api.tables import table
from assay.drift import Capsule, all_diagnoses, diagnosis_in
from assay.jobs.capsules import Question, ask_experts, conclude
from assay.wire.common import Page, instant, instant_or_none
from assay.wire.drift import CauseOut, DiagnosisNew, DiagnosisOut

router = make_router("drift")
Reader = Annotated[Membership, member("reviewer", "expert", "lead", "approver", "auditor", "admin")]


def diagnosis_out(value: Capsule) -> DiagnosisOut:
    """A diagnosis for a page; which items are current and which archived is never told."""
    return DiagnosisOut.model_construct(
        id=value.id,
        name=value.name,
        state=value.state,
        monitor_id=value.monitor_id,
        batch_id=value.batch_id,
        n_now=len(value.spec["now"]),
        n_then=len(value.spec["then"]),
        result=None if value.result is None else CauseOut.model_validate(value.result),
        created_at=instant(value.created_at_us),
        concluded_at=instant_or_none(value.concluded_at_us),
    )


@router.get("/v1/projects/{project}/diagnoses", response_model=Page[DiagnosisOut])
def read_diagnoses(
    caller: Caller, project: Reader, house: House, cursor: Cursor = "", limit: Limit = 50, form: Format = "json"
) -> Page[DiagnosisOut] | Response:
    """Every diagnosis, newest first."""

    def fetch(_cursor: str, _n: int) -> tuple[list[DiagnosisOut], str | None]:
        with house.read(caller.actor, project.project_id) as rx:
            return [diagnosis_out(d) for d in all_diagnoses(rx)], None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="diagnoses")


@router.post("/v1/projects/{project}/diagnoses")
def new_diagnosis(body: DiagnosisNew, caller: Caller, project: Lead, house: House, blobs: Blobs) -> DiagnosisOut:
    """Hand a blind packet to the experts."""
    question = Question(body.n_now, body.n_then, body.expert_wrong, body.expert_n, body.monitor_id, body.seed)
    return diagnosis_out(ask_experts(caller.actor, project.project_id, body.name, question, house=house, blobs=blobs))


@router.get("/v1/projects/{project}/diagnoses/{diagnosis}")
def read_diagnosis(caller: Caller, project: Reader, house: House, diagnosis: str) -> DiagnosisOut:
    """One diagnosis."""
    with house.read(caller.actor, project.project_id) as rx:
        return diagnosis_out(diagnosis_in(rx, diagnosis))


@router.post("/v1/projects/{project}/diagnoses/{diagnosis}/conclusion")
def conclude_diagnosis(caller: Caller, project: Lead, house: House, blobs: Blobs, diagnosis: str) -> DiagnosisOut:
    """Name the cause from what the experts have answered by now."""
    return diagnosis_out(conclude(caller.actor, project.project_id, diagnosis, house=house, blobs=blobs))
