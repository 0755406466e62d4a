"""Certifies thresholds on people's blind answers, then takes what certificates let through."""

from __future__ import annotations

import numpy as np

from assay.jobs.evaluating import learned_items
from assay.jobs.running import Step, StepDone, Tools
from assay.models import version_in
from assay.models.runs import Run
from assay.models.suggesting import (
    Mode,
    SuggestionPolicyError,
    accept_unseen_answers,
    calibration_pairs,
    keep_certificate,
    suggestion_policy_in,
)
from assay.quality.certificates import certify_threshold
from assay.storage import Tx


def certify(run: Run, project: str, tools: Tools) -> StepDone:
    """Certify each class that the policy makes automatic; the split of the items follows from the items themselves."""
    with tools.house.read(tools.actor, project) as rx:
        policy = suggestion_policy_in(rx)
        version = version_in(rx, run.version_id or run.name)
        pairs = calibration_pairs(rx, version, policy, learned=learned_items(rx, version, tools))
    wanted = sorted(name for name, rule in policy.classes.items() if rule.mode is Mode.AUTOMATIC)
    if not wanted:
        raise SuggestionPolicyError("classes", dict(policy.classes), allowed="at least one class with mode automatic")
    found = []
    for name in wanted:
        rule, mine = policy.of_class(name), pairs.of_class(name, policy)
        rng = np.random.default_rng(int(mine.digest[:16], 16))
        answers = np.array(mine.confidences, np.float64), np.array(mine.wrong, np.bool_)
        made = certify_threshold(*answers, target=rule.target, sureness=rule.sureness, rng=rng)
        found.append((name, made, mine))

    def inside(tx: Tx) -> str:
        for name, made, mine in found:
            keep_certificate(tx, version, name, made, mine)
        return version.id

    lines = [
        f"{len(pairs.items)} items calibrate {version.title}; accepted labels, gold and shown items are not among them"
    ]
    return StepDone({}, [*lines, *(f"{name}: {made.words}" for name, made, _ in found)], inside=inside)


def take(run: Run, project: str, tools: Tools) -> StepDone:
    """Take what certificates, policy and rulebook let through."""
    n_taken, n_drawn = accept_unseen_answers(project, house=tools.house)
    return StepDone(run.checkpoint, [f"{n_taken} answers taken unseen, {n_drawn} drawn for blind audits"])


STEPS: tuple[Step, ...] = (certify, take)
