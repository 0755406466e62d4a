"""Which diagnosis fires which rule of the policy."""

from __future__ import annotations

from typing import Any

import pytest

from assay.governance import Retrain
from assay.kernel.estimate import Estimate
from assay.models.retraining import triggered

RULES = (Retrain("covariate", 0.03, "start"), Retrain("concept", 0.05, "propose"))


def diagnosis(cause: str, *also: str, retrains: bool = True, **parts: float) -> dict[str, Any]:
    """A diagnosis as it is kept; `parts` says each cause's part of the fall."""
    shown = {cause, *also}
    sizes = {c: Estimate(v, v - 0.01, v + 0.01, 400, 400, "test") for c, v in parts.items()}
    effects = [
        {"cause": c, "size": dict(e.to_json()), "p": 0.01, "significant": c in shown, "test": "t"}
        for c, e in sizes.items()
    ]
    return {"cause": cause, "also": list(also), "effects": effects, "starts_retraining": retrains}


def test_a_cause_fires_its_rule_from_its_line_on() -> None:
    trigger, reason = triggered(RULES, diagnosis("covariate", covariate=0.03))
    assert trigger is not None
    assert (trigger.cause, trigger.act, trigger.drop, trigger.size.value) == ("covariate", "start", 0.03, 0.03)
    assert reason == "The pictures changed: 3.0 points of the fall are its part, 3 are enough."
    assert triggered(RULES, diagnosis("covariate", covariate=0.0299))[0] is None


@pytest.mark.parametrize("found", [("labels",), ("echo", "covariate"), ("covariate", "labels"), ("concept", "echo")])
def test_doubtful_labels_fire_nothing_however_large_the_fall(found: tuple[str, ...]) -> None:
    trigger, reason = triggered(RULES, diagnosis(*found, retrains=False, covariate=0.5, concept=0.5, labels=0.5))
    assert trigger is None
    assert "never starts a training" in reason


def test_only_the_cause_s_own_part_counts_and_only_when_it_is_shown() -> None:
    assert triggered(RULES, diagnosis("covariate", covariate=0.02, labels=0.4))[0] is None
    unshown, reason = triggered(RULES[:1], diagnosis("concept", concept=0.2, covariate=0.2))
    assert unshown is None
    assert reason == "No rule of the policy is for concept."


def test_of_two_shown_causes_the_larger_decides() -> None:
    found, _ = triggered(RULES, diagnosis("concept", "covariate", concept=0.08, covariate=0.06))
    assert found is not None
    assert found.cause == "concept"
    found, _ = triggered(RULES, diagnosis("covariate", "concept", concept=0.04, covariate=0.06))
    assert found is not None
    assert found.cause == "covariate"
