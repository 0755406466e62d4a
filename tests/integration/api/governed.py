"""What the route tests need of approvals, promotions and escalations."""

from __future__ import annotations

from assay.escalations import Question, raise_escalation
from assay.governance import EvidenceItem, Guarded, NewProposal, propose
from assay.kernel.actor import Actor
from assay.promotions import Promotion, PromotionState
from assay.promotions.store import add_promotion
from assay.storage import House


def governed_things(house: House, project: str, things: dict[str, str], annotator: str, setup: Actor) -> dict[str, str]:
    """A proposal that waits, a promotion that is over, and a question that nobody has answered."""
    evidence = {kind: EvidenceItem(f"{kind}/1", "a" * 64, kind) for kind in ("evaluation", "gate")}
    with house.write(setup, project, "things") as tx:
        new = NewProposal(Guarded.PROMOTION, f"model/{things['model']}", "Take cells@1 into use", {"n": 1}, evidence)
        proposal = propose(tx, new)
        promotion = Promotion(tx.new_id(), things["model"], "test", PromotionState.FAILED, setup.id, tx.now_us)
        add_promotion(tx, promotion)
    question = Question("What is this?", assignment_id=things["assignment"])
    asked = raise_escalation(Actor(annotator), project, question, house=house, key="key-00001")
    return {"proposal": proposal.id, "promotion": promotion.id, "escalation": asked.id}
