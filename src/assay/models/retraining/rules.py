"""Whether a diagnosis fires a rule of the policy: a pure decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assay.governance import Retrain
from assay.kernel.estimate import Estimate
from assay.models.retraining.model import Trigger

_WORDS = {"covariate": "the pictures changed", "concept": "the meaning of the labels changed"}


def triggered(rules: Sequence[Retrain], found: Mapping[str, Any]) -> tuple[Trigger | None, str]:
    """The rule that a diagnosis fires, and why it does or why none does, in a sentence.

    Where the labels are in doubt (they got worse, or annotators follow the model) nothing fires, whatever else is
    shown: a training would learn the fault. Otherwise a rule fires when its cause is shown and the cause's own part of
    the fall, not the whole fall, reaches `drop`. Of several, the one with the largest part; ties to the first rule.

    Args:
        rules: of the policy in force.
        found: `Diagnosis.to_json()`.
    """
    if not found["starts_retraining"]:
        return None, f"The diagnosis names {_named(found)}, which never starts a training."
    effects = {e["cause"]: e for e in found["effects"] if e["significant"]}
    reached = [(effects[r.cause]["size"]["value"], r) for r in rules if r.cause in effects]
    if not reached:
        return None, f"No rule of the policy is for {_named(found)}."
    size, rule = max(reached, key=lambda pair: pair[0])
    words = f"{_WORDS[rule.cause].capitalize()}: {100 * size:.1f} points of the fall are its part"
    if size < rule.drop:
        return None, f"{words}; the policy asks for a training from {100 * rule.drop:g} points on."
    measured = Estimate(**effects[rule.cause]["size"])
    return Trigger(rule.cause, rule.drop, rule.act, measured), f"{words}, {100 * rule.drop:g} are enough."


def _named(found: Mapping[str, Any]) -> str:
    also = [c for c in found["also"] if c in {"labels", "echo"}]
    return " and ".join([found["cause"], *also])
