"""What blocks a release."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assay.datasets import Facts, Gate, PersonGold, blocks, check_gates, headline
from assay.datasets.model import gate_from_json, gate_to_json
from assay.governance import Policy, preset
from assay.kernel.estimate import Estimate, nothing_measured
from assay.quality.measured import at_least_n

POLICY = replace(preset("standard"), min_gold_lower=0.85, min_agreement_lower=0.7)


def rate(low: float, value: float | None = None, n_items: int = 50) -> Estimate:
    return Estimate(value if value is not None else low + 0.05, low, min(1.0, low + 0.1), 300, n_items, "test")


def person(low: float, *, enough: bool = True) -> PersonGold:
    evidence = at_least_n(20 if enough else 4, 10, "gold images")
    return PersonGold(f"p{low}", rate(low), evidence, 30)


GOOD = Facts(
    n_items=100,
    n_complete=100,
    n_open_reviews=0,
    n_open_disputes=0,
    n_open_contests=0,
    n_gold=10,
    people=(person(0.9), person(0.86)),
    agreement=rate(0.8),
    n_split_leaks=0,
    n_synthetic_outside_train=0,
    guideline_version=1,
    schema_version=1,
)


def states(facts: Facts, policy: Policy = POLICY) -> dict[str, str]:
    return {gate.id: gate.state for gate in check_gates(facts, policy)}


def gate(facts: Facts, name: str, policy: Policy = POLICY) -> Gate:
    return next(g for g in check_gates(facts, policy) if g.id == name)


def test_a_finished_project_passes_every_gate() -> None:
    assert set(states(GOOD).values()) == {"pass"}
    assert not blocks(check_gates(GOOD, POLICY))
    assert headline(check_gates(GOOD, POLICY), "r1") == "All 6 gates of r1 pass"


@pytest.mark.parametrize(
    ("name", "change", "state"),
    [
        ("guideline", {"guideline_version": 0}, "block"),
        ("guideline", {"schema_version": 0}, "block"),
        ("coverage", {"n_complete": 99}, "wait"),
        ("coverage", {"n_items": 0, "n_complete": 0}, "block"),
        ("nothing_open", {"n_open_reviews": 1}, "block"),
        ("nothing_open", {"n_open_disputes": 2}, "block"),
        ("nothing_open", {"n_open_contests": 1}, "block"),
        ("gold_score", {"n_gold": 0}, "block"),
        ("gold_score", {"people": (person(0.9), person(0.84))}, "block"),
        ("gold_score", {"people": (person(0.9), person(0.95, enough=False))}, "wait"),
        ("gold_score", {"people": ()}, "wait"),
        ("agreement", {"agreement": rate(0.69)}, "block"),
        ("agreement", {"agreement": rate(0.8, n_items=19)}, "wait"),
        ("agreement", {"agreement": nothing_measured("test")}, "wait"),
        ("splits", {"n_split_leaks": 1}, "block"),
        ("splits", {"n_synthetic_outside_train": 1}, "block"),
    ],
)
def test_each_gate_stops_for_its_own_reason_and_says_it(name: str, change: dict[str, Any], state: str) -> None:
    facts = replace(GOOD, **change)
    found = states(facts)
    assert found[name] == state
    assert blocks(check_gates(facts, POLICY))
    assert gate(facts, name).reason
    others = {n: s for n, s in found.items() if n != name}
    if facts.n_items:
        assert set(others.values()) == {"pass"}


def test_what_the_policy_does_not_ask_for_blocks_nothing() -> None:
    lax = replace(POLICY, min_gold_lower=None, min_agreement_lower=None)
    facts = replace(GOOD, n_gold=0, people=(), agreement=nothing_measured("test"))
    found = states(facts, lax)
    assert (found["gold_score"], found["agreement"]) == ("none", "none")
    assert not blocks(check_gates(facts, lax))


def test_one_answer_an_image_is_said_to_be_unmeasured_agreement() -> None:
    single = replace(POLICY, overlap=1)
    assert gate(replace(GOOD, agreement=nothing_measured("test")), "agreement", single).state == "none"


def test_a_small_project_needs_half_of_its_images_shared() -> None:
    small = replace(GOOD, n_items=5, n_complete=5, agreement=rate(0.8, n_items=3))
    assert gate(small, "agreement").state == "pass"
    assert gate(replace(small, agreement=rate(0.8, n_items=2)), "agreement").state == "wait"


def test_blocking_gates_come_first_and_the_headline_counts_them() -> None:
    facts = replace(GOOD, n_open_reviews=3, n_complete=40)
    gates = check_gates(facts, POLICY)
    assert [g.state for g in gates][:2] == ["block", "wait"]
    assert headline(gates, "r1") == "r1 is blocked by 2 of 6"
    assert "3 reviews open" in gates[0].reason


def test_the_lowest_person_decides_and_is_the_one_shown() -> None:
    found = gate(GOOD, "gold_score")
    assert found.measured is not None
    assert found.measured.estimate.low == 0.86


def test_gates_come_back_from_their_json() -> None:
    for found in check_gates(replace(GOOD, n_open_reviews=1), POLICY):
        assert gate_from_json(gate_to_json(found)) == found
