"""The second round's part of report.json, documented in docs/demo.md, and what is printed of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assay.demo.second.models import Promotion


def promotion_json(done: Promotion) -> dict[str, Any]:
    """A promotion: what the gate said and who signed."""
    gate = done.gate
    return {
        "model": done.model,
        "state": done.state,
        "reason": done.reason,
        "gate": {key: gate.get(key) for key in ("kind", "passed", "reasons", "overall", "floors", "n_items")},
        "approvals": done.signers,
    }


def model_json(done: Promotion, measures: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    """A model's figures on the frozen test: as the server measured them, and by the kind of board."""
    return {
        "model": done.model,
        "map33": measures["map33"],
        "map50": measures["map50"],
        "f1": measures["f1"],
        "map33_old_boards": parts["old"],
        "map33_new_boards": parts["new"],
    }


def as_lines(report: Mapping[str, Any]) -> Iterator[str]:
    """The second round for people."""
    yield "  The second round (95 % intervals; costs and forecast 80 %):"
    yield ""
    for model in report["models"]:
        every, new = _interval(model["map33"]), _interval(model["map33_new_boards"])
        yield f"    {model['model']:<12} mAP at IoU .33 on the frozen test {every}; on its new boards {new}"
    drift = report["drift"]
    cause = report["diagnosis"]["cause"]
    yield f"    Drift: {_interval(drift['power'])} of changed windows noticed; cause named: {cause}"
    against = report["selection"]["against_random"]
    yield (
        f"    {against['n_boards']} chosen boards gave mAP {_interval(against['selected'])}, as many drawn ones "
        f"{_interval(against['random'])}"
    )
    refused = report["refused"]
    yield f"    {refused['model']} ({refused['damage']}): {refused['state']}; failing: {refused['failing_slice']}"
    back = report["rollback"]
    yield f"    Rollback drilled: {back['from']} to {back['to']} in {back['seconds']:.2f} s"
    costs = report["costs"]
    adds = "adds up" if costs["adds_up"] else "does NOT add up"
    yield f"    Cost: {costs['total']} {costs['currency']} in {costs['n_entries']} entries, which {adds};"
    yield f"    an accepted mark {_interval(costs['per_accepted_mark'])} {costs['currency']}"
    money = report["forecast"]["money"]
    span = f"{money['low']:,.0f} to {money['high']:,.0f}"
    yield f"    Ten times as many: {money['value']:,.0f} ({span}) {costs['currency']} a month"


def _interval(estimate: Mapping[str, Any]) -> str:
    if estimate["value"] is None:
        return "not measured"
    if estimate["low"] is None:
        return f"{estimate['value']:.3f}"
    return f"{estimate['value']:.3f} ({estimate['low']:.3f} to {estimate['high']:.3f})"
