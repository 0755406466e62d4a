"""Why quality fell: time capsules that experts label blind, and what their answers say."""

from __future__ import annotations

from typing import Annotated

from starlette.responses import Response

from assay.access import Caller as CallerValue
from assay.access import Membership
from assay.api.deps import Blobs, Caller, Cursor, Format, House, Lead, Limit, member
from assay.api.routing import make_router
from assay.api.tables import make_cursor, read_cursor, table
from assay.api.views.drift import diagnosis_out
from assay.api.views.people import Names
from assay.drift import Capsule, diagnoses_before, diagnosis_in
from assay.jobs.capsules import Question, ask_experts, conclude, outlook_of
from assay.storage import House as HouseValue
from assay.wire.common import Page
from assay.wire.drift import DiagnosisNew, DiagnosisOut, DiagnosisOutlook

router = make_router("drift")
Reader = Annotated[Membership, member("reviewer", "expert", "lead", "approver", "auditor", "admin")]
_BEHIND_ALL = "~"


def _answer(value: Capsule, caller: CallerValue, project: Membership, house: HouseValue) -> DiagnosisOut:
    with house.read(caller.actor, project.project_id) as rx:
        return diagnosis_out(rx, value, Names(rx))


@router.get("/v1/projects/{project}/diagnoses", response_model=Page[DiagnosisOut])
def read_diagnoses(
    caller: Caller, project: Reader, house: House, cursor: Cursor = "", limit: Limit = 50, form: Format = "json"
) -> Page[DiagnosisOut] | Response:
    """Every diagnosis, newest first."""

    def fetch(at: str, n: int) -> tuple[list[DiagnosisOut], str | None]:
        key = read_cursor(at, str)
        with house.read(caller.actor, project.project_id) as rx:
            found, names = diagnoses_before(rx, _BEHIND_ALL if key is None else key[0], n), Names(rx)
            rows = [diagnosis_out(rx, d, names) for d in found]
        return rows, make_cursor(found[-1].id) if len(found) == n else None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="diagnoses")


@router.post("/v1/projects/{project}/diagnoses")
def new_diagnosis(body: DiagnosisNew, caller: Caller, project: Lead, house: House, blobs: Blobs) -> DiagnosisOut:
    """Hand a blind packet to the experts."""
    question = Question(body.n_now, body.n_then, body.expert_wrong, body.expert_n, body.monitor_id, body.seed)
    asked = ask_experts(caller.actor, project.project_id, body.name, question, house=house, blobs=blobs)
    return _answer(asked, caller, project, house)


@router.get("/v1/projects/{project}/diagnoses/{diagnosis}")
def read_diagnosis(caller: Caller, project: Reader, house: House, diagnosis: str) -> DiagnosisOut:
    """One diagnosis."""
    with house.read(caller.actor, project.project_id) as rx:
        return diagnosis_out(rx, diagnosis_in(rx, diagnosis), Names(rx))


@router.post("/v1/projects/{project}/diagnoses/{diagnosis}/conclusion")
def conclude_diagnosis(caller: Caller, project: Lead, house: House, blobs: Blobs, diagnosis: str) -> DiagnosisOut:
    """Name the cause from what the experts have answered by now."""
    found = conclude(caller.actor, project.project_id, diagnosis, house=house, blobs=blobs)
    return _answer(found, caller, project, house)


@router.get("/v1/projects/{project}/diagnosis-outlook")
def read_outlook(caller: Caller, project: Reader, house: House) -> DiagnosisOutlook:
    """What a question to experts would rest on: who could answer it, about which model, and how sure they are."""
    with house.read(caller.actor, project.project_id) as rx:
        found, names = outlook_of(rx), Names(rx)
    return DiagnosisOutlook(
        experts=[names(expert) for expert in found.experts],
        model=found.model,
        expert_wrong=found.expert_wrong,
        expert_n=found.expert_n,
    )
