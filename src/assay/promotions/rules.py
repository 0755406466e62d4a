"""What the gate says of a challenger: the paired tests, the schema contract and the open findings, as one document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assay.governance import PromotionRules
from assay.kernel.estimate import Estimate
from assay.models import ItemOutcome
from assay.quality import Comparison, GateRules, PairedScores, check_floors, judge_challenger

OBJECT = "group"
"""The slice name that says which physical object an item shows; items of one object are not independent."""


@dataclass(frozen=True, slots=True)
class GateFacts:
    """Everything the gate looks at.

    Attributes:
        challenger: its outcomes on the frozen gold.
        incumbent: those of the version in use on the same gold; None when there is none.
        measured: for a first model, its measures by name.
        model_classes: classes the model answers with.
        schema_classes: classes of the label schema in force.
        open_findings: open findings on the gold.
    """

    challenger: Sequence[ItemOutcome]
    incumbent: Sequence[ItemOutcome] | None
    measured: Mapping[str, Estimate]
    model_classes: frozenset[str]
    schema_classes: frozenset[str]
    open_findings: int


def judge(facts: GateFacts, rules: PromotionRules) -> dict[str, Any]:
    """The gate's verdict as the document that people sign: `passed`, `reasons`, and each part with its numbers."""
    reasons: list[str] = []
    document: dict[str, Any] = {"kind": "first" if facts.incumbent is None else "paired"}
    if facts.incumbent is None:
        checks, against = check_floors(facts.measured, rules.floors, min_items=rules.min_items)
        document["floors"] = [
            {
                "name": c.name,
                "floor": c.floor,
                "measured": None if c.measured is None else dict(c.measured.to_json()),
                "verdict": c.verdict,
            }
            for c in checks
        ]
        reasons += against
    else:
        scores, mismatch = pair(facts.challenger, facts.incumbent)
        if scores is None:
            reasons.append(mismatch)
        else:
            limits = GateRules(rules.margin, rules.level, rules.slice_level, rules.min_items, rules.min_slice_items)
            verdict = judge_challenger(scores, limits)
            document["overall"] = _comparison(verdict.overall)
            document["slices"] = [_comparison(c) for c in verdict.slices]
            reasons += verdict.reasons
    reasons += _contract(facts.model_classes, facts.schema_classes)
    if facts.open_findings > rules.open_findings:
        reasons.append(f"{facts.open_findings} findings on the gold are open; the policy allows {rules.open_findings}.")
    limits_used = {
        "margin": rules.margin,
        "level": rules.level,
        "slice_level": rules.slice_level,
        "min_items": rules.min_items,
        "min_slice_items": rules.min_slice_items,
        "open_findings": rules.open_findings,
        "floors": dict(rules.floors),
    }
    return document | {
        "passed": not reasons,
        "reasons": reasons,
        "n_items": len(facts.challenger),
        "open_findings": facts.open_findings,
        "contract": {"model": sorted(facts.model_classes), "schema": sorted(facts.schema_classes)},
        "rules": limits_used,
    }


def pair(challenger: Sequence[ItemOutcome], incumbent: Sequence[ItemOutcome]) -> tuple[PairedScores | None, str]:
    """Put the outcomes of two models on the same items side by side; None and why when the items differ."""
    mine = {o.item_id: o for o in challenger}
    theirs = {o.item_id: o for o in incumbent}
    if mine.keys() != theirs.keys():
        n = len(mine.keys() ^ theirs.keys())
        return None, f"The two models were not held against the same gold: {n} items differ. Evaluate both again."
    items = sorted(mine)
    right = np.array([float(mine[i].correct) for i in items])
    theirs_right = np.array([float(theirs[i].correct) for i in items])
    objects = [mine[i].slices.get(OBJECT) for i in items]
    groups = None
    if all(o is not None for o in objects) and len(set(objects)) < len(items):
        groups = np.unique(np.array(objects), return_inverse=True)[1].astype(np.int64)
    labels = [{f"{name} {value}" for name, value in mine[i].slices.items() if name != OBJECT} for i in items]
    slices = {label: np.array([label in own for own in labels]) for label in sorted(set[str]().union(*labels))}
    return PairedScores(right, theirs_right, groups, slices), ""


def _contract(model: frozenset[str], schema: frozenset[str]) -> list[str]:
    """Why the model's answers do not fit the label schema in force."""
    reasons = []
    if unknown := sorted(model - schema):
        reasons.append(f"It answers with {', '.join(unknown)}, which the label schema in force does not have.")
    if missing := sorted(schema - model):
        reasons.append(f"It cannot answer with {', '.join(missing)} of the label schema in force.")
    return reasons


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "name": found.name,
        "difference": dict(found.difference.to_json()),
        "p_value": found.p_value,
        "wins": found.wins,
        "losses": found.losses,
        "verdict": found.verdict,
    }


def headline(gate: Mapping[str, Any]) -> str:
    """The gate's answer in a sentence."""
    if not gate["passed"]:
        return "The gate refuses it: " + " ".join(gate["reasons"])
    if gate["kind"] == "first":
        names = ", ".join(f"{c['name']} at least {c['floor']:g}" for c in gate["floors"])
        return f"The first model passes its floors ({names}) on {gate['n_items']} gold items."
    d = gate["overall"]["difference"]
    n_slices = sum(c["verdict"] == "pass" for c in gate["slices"])
    return (
        f"{100 * d['value']:+.1f} points against the model in use ({100 * d['low']:+.1f} to {100 * d['high']:+.1f}), "
        f"n {d['n_items']}; no slice of {n_slices} is shown to be worse."
    )
