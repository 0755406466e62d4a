"""Promotions and rollbacks."""

from __future__ import annotations

from typing import Annotated

from assay.access import Membership
from assay.api.deps import Caller, House, member
from assay.api.routing import make_router
from assay.api.views.governance import promotion_out
from assay.promotions import list_promotions, promotion_in, request_promotion, roll_back
from assay.wire.common import Rows
from assay.wire.promotions import PromotionNew, PromotionOut, RollbackIn

router = make_router("promotions")
Reader = Annotated[Membership, member("reviewer", "expert", "lead", "approver", "auditor", "admin")]
Asker = Annotated[Membership, member("expert", "lead", "approver", "admin")]
Stopper = Annotated[Membership, member("lead", "approver", "admin")]


@router.get("/v1/projects/{project}/promotions")
def read_promotions(caller: Caller, project: Reader, house: House) -> Rows[PromotionOut]:
    """Every promotion, newest first."""
    with house.read(caller.actor, project.project_id) as rx:
        return Rows[PromotionOut].model_construct(rows=[promotion_out(p, rx) for p in list_promotions(rx)])


@router.post("/v1/projects/{project}/promotions")
def new_promotion(body: PromotionNew, caller: Caller, project: Asker, house: House) -> PromotionOut:
    """Ask for a model version to be taken into use: it is evaluated, judged at the gate, then put to people."""
    made = request_promotion(caller.actor, project.project_id, body.model, body.why, house=house)
    with house.read(caller.actor, project.project_id) as rx:
        return promotion_out(made, rx)


@router.get("/v1/projects/{project}/promotions/{promotion}")
def read_promotion(caller: Caller, project: Reader, house: House, promotion: str) -> PromotionOut:
    """One promotion with what the gate said."""
    with house.read(caller.actor, project.project_id) as rx:
        return promotion_out(promotion_in(rx, promotion), rx)


@router.post("/v1/projects/{project}/rollbacks")
def new_rollback(body: RollbackIn, caller: Caller, project: Stopper, house: House) -> PromotionOut:
    """Go back to the model that was in use before, at once; needs a reason and no signature."""
    done = roll_back(caller, project, body.reason, house=house, promotion_id=body.promotion_id)
    with house.read(caller.actor, project.project_id) as rx:
        return promotion_out(done, rx)
