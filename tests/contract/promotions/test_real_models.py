"""A model that was really trained and really evaluated on its way into use, with the runs of the model desk."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.contract.models.conftest import pool
from tests.support.governing import set_rules, sign, somebody
from tests.support.model_shop import ModelShop
from tests.support.projects import SETUP

from assay.governance import SignatureRefusedError, proposal_in
from assay.jobs import promoting
from assay.jobs.intake import DecodePool
from assay.jobs.promoting_tools import server_tools
from assay.models import PRODUCTION, version_of_alias
from assay.promotions import PromotionState, promotion_in, request_promotion, roll_back
from assay.storage import House

__all__ = ["pool"]
RULES = """
assay: policy/1
approvals:
  promotion: {signatures: 1, by: [approver, lead]}
promotion:
  min_items: 10
  margin: 20 points
  first_model: {floors: {right_items: 0.5}}
"""


@pytest.mark.slow
def test_a_trained_model_is_measured_on_gold_judged_signed_and_taken_into_use(
    house: House, tmp_path: Path, pool: DecodePool
) -> None:
    shop = ModelShop(house, tmp_path, pool, n=60)
    project = shop.project
    set_rules(project, RULES)
    gold, work = project.items[:24], project.items[24:]
    shop.gold(gold)
    shop.label(work)
    tools = server_tools(house)
    for number in (1, 2):
        version = shop.trained()
        asked = request_promotion(project.actor("expert"), project.id, f"shade@{number}", "better", house=house)
        for _ in range(3):  # the model in use, then the challenger, then what they are worth
            promoting.measure(tools, project.id, asked.id)
            shop.desk.work()
        promoting.gate(tools, project.id, asked.id)
        with house.read(SETUP, project.id) as rx:
            promotion = promotion_in(rx, asked.id)
            assert promotion.state is PromotionState.WAITING, promotion.reason
            proposal = proposal_in(rx, promotion.proposal_id or "")
        assert promotion.gate is not None
        assert promotion.gate["kind"] == ("first" if number == 1 else "paired")
        assert promotion.gate["n_items"] == len(gold)
        with pytest.raises(SignatureRefusedError, match="own work"):
            sign(project, "lead", proposal)  # who began the training
        sign(project, "approver", proposal)
        assert promoting.settle(tools, project.id, asked.id) == "watched"
        with house.read(SETUP, project.id) as rx:
            now = version_of_alias(rx, PRODUCTION)
        assert now is not None
        assert now.id == version.id
    back = roll_back(*somebody(project, "lead"), "a drill", house=house)
    assert back.incumbent_id != version.id
