"""Is a project ready for production, and at ten times the size?"""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from assay.access import Membership
from assay.api.deps import Caller, Services, member
from assay.api.routing import make_router
from assay.insights import Question, read_readiness
from assay.wire.common import EstimateOut
from assay.wire.readiness import QuestionOut, ReadinessOut

router = make_router("readiness")
Payer = Annotated[Membership, member("lead", "approver", "auditor", "admin")]


@router.get("/v1/projects/{project}/readiness")
def readiness(
    caller: Caller,
    project: Payer,
    services: Services,
    scale: Annotated[float, Query(ge=1, le=1000, description="Times today's images.")] = 10.0,
) -> ReadinessOut:
    """Nine questions before production, each with its evidence, n, or "no evidence yet"; then ten times the size."""
    overview = services.snapshots.get(project.project_id).overview
    found = read_readiness(caller.actor, project.project_id, overview, scale=scale, house=services.house)
    return ReadinessOut.model_construct(
        title=found.title,
        at_scale=found.at_scale,
        scale=found.scale,
        questions=[_question(q) for q in found.questions],
    )


def _unit(question: Question) -> str:
    """What n counts, in the singular for one."""
    if question.n != 1:
        return question.unit
    return {"people": "person"}.get(question.unit, question.unit.removesuffix("s"))


def _question(question: Question) -> QuestionOut:
    return QuestionOut.model_construct(
        key=question.key,
        question=question.question,
        state=question.state,
        answer=question.answer,
        n=question.n,
        unit=_unit(question),
        page=question.page,
        estimate=None if question.estimate is None else EstimateOut.of(question.estimate),
        at_scale=question.at_scale,
        next_step=question.next_step,
    )
