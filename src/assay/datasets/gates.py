"""What a release must satisfy: pure decisions over facts and policy."""

from __future__ import annotations

from assay.datasets.model import Facts, Gate
from assay.governance import Policy
from assay.quality.measured import at_least_n, measured

MIN_AGREEMENT_ITEMS = 20
"""Shared images an agreement rests on; of a project with fewer than forty images, half of them: some are settled by an
expert before a second person has answered."""


def check_gates(facts: Facts, policy: Policy) -> tuple[Gate, ...]:
    """Every gate, blocking ones first, then those that wait, then the rest."""
    gates = [
        _guideline(facts),
        _coverage(facts),
        _nothing_open(facts),
        _gold_score(facts, policy),
        _agreement(facts, policy),
        _splits(facts),
    ]
    order = {"block": 0, "wait": 1, "none": 3, "pass": 2}
    return tuple(sorted(gates, key=lambda g: order[g.state]))


def blocks(gates: tuple[Gate, ...]) -> bool:
    """Whether something has still to happen before the release can be frozen."""
    return any(g.state in {"block", "wait"} for g in gates)


def headline(gates: tuple[Gate, ...], name: str) -> str:
    """The answer as a sentence."""
    n_open = sum(g.state in {"block", "wait"} for g in gates)
    n = sum(g.state != "none" for g in gates)
    said = f"{name} is blocked by {n_open} of {n}" if n_open else f"all {n} gates of {name} pass"
    return said[0].upper() + said[1:] if name.startswith("the ") or not n_open else said


def _guideline(facts: Facts) -> Gate:
    rule = "a label schema and a written guideline"
    if facts.guideline_version and facts.schema_version:
        reason = f"guideline {facts.guideline_version}, schema {facts.schema_version}"
        return Gate("guideline", "Guideline and schema", rule, "pass", reason)
    missing = "guideline" if facts.schema_version else "label schema"
    return Gate(
        "guideline",
        "Guideline and schema",
        rule,
        "block",
        f"there is no {missing}",
        action=(f"Write the {missing}", missing.rsplit(maxsplit=1)[-1]),
    )


def _coverage(facts: Facts) -> Gate:
    rule = "every image has all its answers and one agreed or settled outcome"
    count = (facts.n_complete, facts.n_items)
    if facts.n_items == 0:
        action = ("Import images", "imports")
        return Gate("coverage", "Coverage", rule, "block", "there is no image to label", count=count, action=action)
    if facts.n_complete >= facts.n_items:
        return Gate("coverage", "Coverage", rule, "pass", f"{facts.n_items} images", count=count)
    reason = f"{facts.n_items - facts.n_complete} images are not complete"
    return Gate("coverage", "Coverage", rule, "wait", reason, count=count)


def _nothing_open(facts: Facts) -> Gate:
    rule = "no dispute, review or contest is open"
    parts = [
        (facts.n_open_disputes, "dispute", ("Adjudicate", "adjudicate")),
        (facts.n_open_reviews, "review", ("Review", "review")),
        (facts.n_open_contests, "contest", ("Rule on contests", "gold")),
    ]
    still = [(n, what, action) for n, what, action in parts if n]
    total = sum(n for n, _, _ in still)
    if not still:
        return Gate("nothing_open", "Nothing open", rule, "pass", "nothing is open", count=(0, 0))
    reason = ", ".join(f"{n} {what}{'s' if n > 1 else ''}" for n, what, _ in still) + " open"
    return Gate("nothing_open", "Nothing open", rule, "block", reason, count=(0, total), action=still[0][2])


def _gold_score(facts: Facts, policy: Policy) -> Gate:
    """The lowest lower end over the people whose answers count."""
    if policy.min_gold_lower is None or facts.n_gold == 0:
        if policy.min_gold_lower is None:
            return Gate("gold_score", "Gold score", "no gold is asked for", "none", "gold not measured")
        rule = f"lower end of everybody's accuracy at least {_rate(policy.min_gold_lower)}"
        reason = "there is no gold"
        return Gate("gold_score", "Gold score", rule, "block", reason, action=("Sign gold", "gold"))
    rule = f"lower end of everybody's accuracy at least {_rate(policy.min_gold_lower)}"
    judged = [(p, measured(p.accuracy, p.evidence, limit=policy.min_gold_lower)) for p in facts.people]
    thin = [p for p, m in judged if not m.evidence.enough]
    if not judged or thin:
        reason = thin[0].evidence.why if thin else "nobody has met gold yet"
        who = f"{len(thin)} people have too little gold: " if thin else ""
        return Gate("gold_score", "Gold score", rule, "wait", who + reason)
    lowest = min(judged, key=lambda pair: pair[1].estimate.low or 0.0)[1]
    if (lowest.estimate.low or 0.0) >= policy.min_gold_lower:
        return Gate("gold_score", "Gold score", rule, "pass", f"lowest of {len(judged)} people", measured=lowest)
    n_below = sum((m.estimate.low or 0.0) < policy.min_gold_lower for _, m in judged)
    reason = f"{n_below} of {len(judged)} people are below"
    return Gate("gold_score", "Gold score", rule, "block", reason, measured=lowest, action=("See people", "people"))


def _agreement(facts: Facts, policy: Policy) -> Gate:
    if policy.min_agreement_lower is None:
        return Gate("agreement", "Agreement", "no agreement is asked for", "none", measured=measured(facts.agreement))
    rule = f"F1 between people, lower end at least {_rate(policy.min_agreement_lower)}"
    needs = min(MIN_AGREEMENT_ITEMS, max(1, (facts.n_items + 1) // 2))
    evidence = at_least_n(facts.agreement.n_items, needs, "shared images")
    held = measured(facts.agreement, evidence, limit=policy.min_agreement_lower)
    low = facts.agreement.low if facts.agreement.low is not None else facts.agreement.value
    if not evidence.enough or low is None:
        if policy.overlap < 2:  # noqa: PLR2004 - agreement is between two
            return Gate("agreement", "Agreement", rule, "none", "one answer an image: agreement not measured")
        return Gate("agreement", "Agreement", rule, "wait", evidence.why or "nobody shares an image yet", measured=held)
    if low >= policy.min_agreement_lower:
        return Gate("agreement", "Agreement", rule, "pass", "", measured=held)
    action = ("See pictures", "findings")
    return Gate("agreement", "Agreement", rule, "block", f"lower end {_rate(low)}", measured=held, action=action)


def _splits(facts: Facts) -> Gate:
    rule = "no near-duplicate or group on both sides; gold and test are real images"
    if facts.n_split_leaks or facts.n_synthetic_outside_train:
        reason = f"{facts.n_split_leaks} leaks, {facts.n_synthetic_outside_train} synthetic images outside training"
        return Gate("splits", "Splits", rule, "block", reason, action=("See items", "items"))
    reason = "every image is drawn; nothing here tells about real ones" if facts.all_synthetic else ""
    return Gate("splits", "Splits", rule, "pass", reason, count=(0, facts.n_items + facts.n_gold))


def _rate(value: float) -> str:
    """A rate as people read it here: no leading zero."""
    return f"{value:.2f}".removeprefix("0")
