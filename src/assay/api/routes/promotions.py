"""Promotions and rollbacks."""

from __future__ import annotations

from typing import Annotated

from assay.access import Membership
from assay.api.deps import Caller, Cursor, House, Limit, member
from assay.api.routing import make_router
from assay.api.tables import make_cursor, read_cursor
from assay.api.views.governance import promotion_out, promotion_page
from assay.promotions import promotion_in, promotions_before, request_promotion, roll_back
from assay.wire.common import Page
from assay.wire.promotions import PromotionNew, PromotionOut, PromotionPage, RollbackIn

router = make_router("promotions")
Reader = Annotated[Membership, member("reviewer", "expert", "lead", "approver", "auditor", "admin")]
Asker = Annotated[Membership, member("expert", "lead", "approver", "admin")]
Stopper = Annotated[Membership, member("lead", "approver", "admin")]


@router.get("/v1/projects/{project}/promotions")
def read_promotions(
    caller: Caller, project: Reader, house: House, cursor: Cursor = "", limit: Limit = 50
) -> Page[PromotionOut]:
    """Every promotion, newest first."""
    key = read_cursor(cursor, str)
    with house.read(caller.actor, project.project_id) as rx:
        found = promotions_before(rx, key[0] if key else "", limit + 1)
        rows = [promotion_out(p, rx) for p in found[:limit]]
    after = make_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page[PromotionOut].model_construct(rows=rows, next=after)


@router.post("/v1/projects/{project}/promotions")
def new_promotion(body: PromotionNew, caller: Caller, project: Asker, house: House) -> PromotionOut:
    """Ask for a model version to be taken into use: it is evaluated, judged at the gate, then put to people."""
    made = request_promotion(caller.actor, project.project_id, body.model, body.why, house=house)
    with house.read(caller.actor, project.project_id) as rx:
        return promotion_out(made, rx)


@router.get("/v1/projects/{project}/promotions/{promotion}")
def read_promotion(caller: Caller, project: Reader, house: House, promotion: str) -> PromotionPage:
    """One promotion with what the gate said, who may still sign, and how the watch stands."""
    with house.read(caller.actor, project.project_id) as rx:
        return promotion_page(promotion_in(rx, promotion), rx, project)


@router.post("/v1/projects/{project}/rollbacks")
def new_rollback(body: RollbackIn, caller: Caller, project: Stopper, house: House) -> PromotionOut:
    """Go back to the model that was in use before, at once; needs a reason and no signature."""
    done = roll_back(caller, project, body.reason, house=house, promotion_id=body.promotion_id)
    with house.read(caller.actor, project.project_id) as rx:
        return promotion_out(done, rx)
