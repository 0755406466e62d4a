"""The demonstration goes round twice on a real server: small, drawn, with every station of the loop in its report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from assay.demo.boards.model import SMALL
from assay.demo.console import Console
from assay.demo.memory import Memory
from assay.demo.plan import Plan
from assay.demo.run import run_headless

SCHEMA = Path(__file__).parents[2] / "docs" / "demo-report.schema.json"


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_model_is_used_the_world_changes_and_a_better_one_takes_its_place(tmp_path: Path) -> None:
    plan = Plan(house=tmp_path / "house", data=None, seed=7, port=0, paced=False, full=True, sizes=SMALL)
    report = run_headless(plan, Console(None))
    jsonschema.validate(report, json.loads(SCHEMA.read_text()))
    found = report["second_round"]
    assert_approved(found)
    assert_the_change_was_seen(found)
    assert_the_damaged_model_was_refused(found)
    assert_the_books_are_right(found)
    assert Memory(plan.house, "", 0).second_finished


def assert_approved(found: dict[str, Any]) -> None:
    first, second = (p for p in found["promotions"] if p["state"] == "watched")
    assert (first["gate"]["kind"], second["gate"]["kind"]) == ("first", "paired")
    for promotion in (first, second, found["rollback"]["again"]):
        assert promotion["gate"]["passed"]
        assert [s["name"] for s in promotion["approvals"]] == ["Jun Watanabe", "Rosa Lindt"]
    assert found["release"]["verified"]
    assert (first["trained_on"], second["trained_on"]) == ("r1", "r2")
    before, after = found["models"]
    assert before["map33_new_boards"]["value"] < before["map33_old_boards"]["value"]
    assert after["map33_new_boards"]["value"] > before["map33_new_boards"]["value"]
    assert found["frozen_test"]["n_items"] >= 100


def assert_the_change_was_seen(found: dict[str, Any]) -> None:
    assert found["drift"]["power"]["value"] == 1.0
    assert found["diagnosis"]["cause"] == "covariate"
    assert found["diagnosis"]["starts_retraining"]
    assert found["selection"]["against_random"]["n_boards"] > 0


def assert_the_damaged_model_was_refused(found: dict[str, Any]) -> None:
    refused = found["refused"]
    assert refused["state"] == "refused"
    assert refused["approvals"] == []
    lost = refused["damage"].removeprefix("its numbers for ").removesuffix(" are lost")
    assert refused["failing_slice"] == f"has {lost} yes"
    assert found["rollback"]["to"] == found["models"][0]["model"]


def assert_the_books_are_right(found: dict[str, Any]) -> None:
    assert found["costs"]["adds_up"]
    assert found["costs"]["per_accepted_mark"]["value"] > 0
    money = found["forecast"]["money"]
    assert money["low"] < money["value"] < money["high"]
