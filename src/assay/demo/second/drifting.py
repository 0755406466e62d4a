"""The world changes: is it noticed, what is the cause, and which boards are labelled next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assay.demo.second.crew import answer_blind
from assay.demo.second.ground import Ground
from assay.demo.seeds import rng_for
from assay.demo.truth import TruthItem
from assay.kernel.estimate import Estimate
from assay.quality.intervals import rate_estimate

HARM_LINE = 0.01


def watch(ground: Ground) -> dict[str, Any]:
    """Begin to watch what arrives; everything that is there counts as clean."""
    body = {
        "name": "Boards", "window": ground.sizes.window, "n_reference": 10_000, "harm_line": HARM_LINE,
        "seed": ground.seed,
    }  # fmt: skip
    monitor: dict[str, Any] = ground.lead.post("/monitors", body)
    return monitor


def look(ground: Ground, monitor: dict[str, Any], shipment: str) -> dict[str, Any]:
    """Judge the newest window."""
    with ground.console.step(f"Has what arrives changed? {shipment}") as step:
        found: dict[str, Any] = ground.lead.post(f"/monitors/{monitor['id']}/checks", {})
        step.note(found["level"])
    return found


def share_noticed(checks: Sequence[dict[str, Any]]) -> Estimate:
    """The share of windows that were noticed, with the exact interval; a notice or an alarm counts."""
    return rate_estimate(sum(c["level"] != "quiet" for c in checks), len(checks), sum(c["n"] for c in checks))


def drift_json(
    checks: Mapping[str, Sequence[dict[str, Any]]], quality: Mapping[str, Any], *, change: str
) -> dict[str, Any]:
    """What the monitor found before and after the change, and what production's quality says by shipment."""
    last = checks["changed"][-1]
    return {
        "change": change,
        "power": share_noticed(checks["changed"]).to_json(),
        "false_notices": share_noticed(checks["clean"]).to_json(),
        "levels": {when: [c["level"] for c in found] for when, found in checks.items()},
        "moved": [m for m in last["moved"] if m["significant"]],
        "words": last["words"],
        "wrong_by_shipment": {part["name"]: part["wrong"] for part in quality["slices"]},
    }


def diagnose(ground: Ground, monitor: dict[str, Any]) -> dict[str, Any]:
    """Ask why quality fell: a blind packet for an expert through the queue, then the cause their answers name."""
    body = {
        "name": "Why did quality fall?", "n_now": ground.sizes.now, "n_then": ground.sizes.then,
        "expert_wrong": sum(n > 0 for n in ground.expert_on_gold), "expert_n": len(ground.expert_on_gold),
        "monitor_id": monitor["id"], "seed": ground.seed,
    }  # fmt: skip
    with ground.console.step("An expert answers old and new boards blind") as step:
        asked = ground.lead.post("/diagnoses", body)
        step.note(f"{answer_blind(ground)} boards")
    with ground.console.step("Why did quality fall?") as step:
        concluded: dict[str, Any] = ground.lead.post(f"/diagnoses/{asked['id']}/conclusion", {})
        step.note(concluded["result"]["cause"])
    return concluded


def set_aside(ground: Ground, boards: Sequence[TruthItem]) -> list[TruthItem]:
    """Which of the new boards are kept for the frozen test: whole ones, at random, before anything is known of them."""
    rng, groups = rng_for(ground.seed, "set aside"), list(dict.fromkeys(board.group_id for board in boards))
    chosen: set[str] = set()
    n = 0
    for k in rng.permutation(len(groups)):
        if n >= ground.sizes.new_gold:
            break
        chosen.add(groups[k])
        n += sum(board.group_id == groups[k] for board in boards)
    return [board for board in boards if board.group_id in chosen]


def select(ground: Ground) -> dict[str, Any]:
    """Choose what to label next among what nobody has labelled, and put it into the queue; returns the selection.

    As many are drawn at random from the same pool, and labelled as well, so that the choice can be held against them.
    """
    with ground.console.step("Choosing what to label next") as step:
        made = _proposed(ground, "Chosen boards", method="auto", random_share=0.1)
        drawn = _proposed(ground, "Drawn boards", method="random", alike=2.0)
        made["at_random"] = drawn["items"]
        ground.lead.post(f"/selections/{made['id']}/batch", {})
        rest = [item for item in drawn["items"] if item not in made["items"]]
        if rest:
            ground.lead.post("/batches", {"name": drawn["name"], "items": rest, "seed": ground.seed})
        step.note(f"{made['n']} of {made['n_pool']}, by {made['rules']['method']}; {drawn['n']} drawn to compare")
    return made


def _proposed(ground: Ground, name: str, **rules: str | float) -> dict[str, Any]:
    body = {"name": name, "n": ground.sizes.selected, "seed": ground.seed, **rules}
    made: dict[str, Any] = ground.lead.post("/selections", body)
    made["items"] = [row["item_id"] for row in ground.lead.rows(f"/selections/{made['id']}/items")]
    return made
