"""The document of the gate: what it asks, what it says, and that it says why not."""

from __future__ import annotations

from dataclasses import replace

from assay.governance import PromotionRules
from assay.kernel.estimate import Estimate
from assay.models import ItemOutcome
from assay.promotions import GateFacts, headline, judge
from assay.promotions.rules import pair

CLASSES = frozenset({"cell", "dust"})
F1 = Estimate(0.9, 0.87, 0.93, 500, 400, "test")


def results(wrong: int, n: int = 2000, *, groups: int = 0) -> list[ItemOutcome]:
    slices = [{"line": f"{k % 4}"} | ({"group": f"{k % groups}"} if groups else {}) for k in range(n)]
    return [ItemOutcome(f"{k:032x}", 1, int(k < wrong), k >= wrong, slices[k]) for k in range(n)]


def facts(**changes: object) -> GateFacts:
    usual = GateFacts(results(40), results(60), {"f1": F1}, CLASSES, CLASSES, 0)
    return replace(usual, **changes)  # type: ignore[arg-type]


def test_a_better_challenger_passes_and_the_document_holds_every_number_it_rests_on() -> None:
    gate = judge(facts(), PromotionRules())
    assert (gate["passed"], gate["kind"], gate["n_items"], gate["reasons"]) == (True, "paired", 2000, [])
    assert [s["name"] for s in gate["slices"]] == ["line 0", "line 1", "line 2", "line 3"]
    assert gate["overall"]["wins"] == 20
    assert gate["rules"]["margin"] == 0.01
    assert headline(gate).startswith("+1.0 points against the model in use (+0.6 to +1.5), n 2000")


def test_classes_that_the_schema_does_not_have_and_those_it_misses_are_named() -> None:
    gate = judge(facts(model_classes=frozenset({"cell", "moon"})), PromotionRules())
    assert gate["reasons"] == [
        "It answers with moon, which the label schema in force does not have.",
        "It cannot answer with dust of the label schema in force.",
    ]


def test_open_findings_beyond_the_policy_stop_it() -> None:
    assert judge(facts(open_findings=1), PromotionRules(open_findings=1))["passed"]
    gate = judge(facts(open_findings=2), PromotionRules(open_findings=1))
    assert headline(gate) == "The gate refuses it: 2 findings on the gold are open; the policy allows 1."


def test_a_first_model_is_held_against_floors_and_never_passes_without_any() -> None:
    first = facts(incumbent=None)
    assert judge(first, PromotionRules(floors={"f1": 0.85}))["passed"]
    assert not judge(first, PromotionRules(floors={"f1": 0.88}))["passed"]
    assert "names no floor" in judge(first, PromotionRules())["reasons"][0]


def test_models_held_against_different_gold_are_not_compared() -> None:
    gate = judge(facts(incumbent=results(60, 1990)), PromotionRules())
    assert gate["reasons"][0].startswith("The two models were not held against the same gold: 10 items differ.")


def test_items_of_one_object_become_one_group_and_no_slice() -> None:
    scores, _ = pair(results(40, groups=100), results(60, groups=100))
    assert scores is not None
    assert scores.groups is not None
    assert len(set(scores.groups.tolist())) == 100
    assert sorted(scores.slices) == ["line 0", "line 1", "line 2", "line 3"]


def test_what_is_judged_is_the_same_document_whoever_judges() -> None:
    assert judge(facts(), PromotionRules()) == judge(facts(), PromotionRules())
