"""Drives promotions: what follows from a request, from people's decisions, and from the watch over a new model."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from assay.governance import ProposalState, lapse_proposals, proposal_in, rulebook_in
from assay.kernel.actor import system
from assay.kernel.errors import AssayError, UnavailableError
from assay.kernel.estimate import Estimate, nothing_measured
from assay.labels import schema_in
from assay.models import (
    PRODUCTION,
    Evaluation,
    ModelVersion,
    evaluation_in,
    evaluations_of,
    outcomes_of,
    version_in,
    version_of_alias,
)
from assay.promotions import (
    IN_USE,
    UNFINISHED,
    GateFacts,
    Promotion,
    PromotionState,
    decline,
    fail,
    judge,
    keep_gate,
    keep_in_use,
    keep_measured,
    promotion_in,
    promotion_of_proposal,
    roll_back_in,
    take_into_use,
    unfinished_promotions,
)
from assay.storage import House, Rx

logger = logging.getLogger(__name__)
PROMOTER = system("promotions")

Evaluate = Callable[[str, str, str | None, str], str | None]
"""Project, version id, id of the version beside it, key: measures on the frozen gold and returns the evaluation's id,
None while that is under way; the same key again is the same evaluation."""


def no_findings(rx: Rx) -> int:
    """What is open where nobody looks for findings."""
    del rx
    return 0


def no_quality(rx: Rx, version_id: str, since_us: int) -> Estimate:
    """Production quality where nobody measures it."""
    del rx, version_id, since_us
    return nothing_measured("production")


def registered_by(rx: Rx, version: ModelVersion) -> frozenset[str]:
    """Who made a version, as far as the registry alone knows."""
    del rx
    return frozenset({version.created_by})


@dataclass(frozen=True, slots=True)
class Tools:
    """What promotions work with.

    Attributes:
        findings: counts open findings on the frozen gold.
        quality: production quality of a version since a moment: share of judged answers that were right.
        makers: ids of everybody who made a version: who registered it, and who began its training.
    """

    house: House
    evaluate: Evaluate
    findings: Callable[[Rx], int] = no_findings
    quality: Callable[[Rx, str, int], Estimate] = no_quality
    makers: Callable[[Rx, ModelVersion], frozenset[str]] = registered_by


def measure(tools: Tools, project: str, promotion_id: str) -> str:
    """Evaluate the challenger and the model in use on the same frozen gold; returns the promotion's state.

    While an evaluation is under way the promotion stays `requested`; its end begins this again.
    """
    with tools.house.read(PROMOTER, project) as rx:
        promotion = promotion_in(rx, promotion_id)
        incumbent = version_of_alias(rx, PRODUCTION)
    if promotion.state is not PromotionState.REQUESTED:
        return promotion.state.value
    beside = None if incumbent is None else incumbent.id
    try:
        theirs = beside and tools.evaluate(project, beside, None, f"{promotion_id}/incumbent/{beside}")
        mine = tools.evaluate(project, promotion.version_id, beside, f"{promotion_id}/challenger/{beside}")
    except UnavailableError:
        raise
    except AssayError as error:
        return _fail(tools, project, promotion_id, f"It could not be evaluated: {error.message}")
    if mine is None or (beside is not None and theirs is None):
        return promotion.state.value
    with tools.house.write(PROMOTER, project, "evaluated for promotion", key=f"{promotion_id}/measured") as tx:
        if not tx.replayed:
            keep_measured(tx, promotion_id, evaluation_in(tx, mine), incumbent)
    return PromotionState.EVALUATED.value


def gate(tools: Tools, project: str, promotion_id: str) -> str:
    """Judge the challenger and, when it passes, put it to people; returns the promotion's state."""
    with tools.house.read(PROMOTER, project) as rx:
        promotion = promotion_in(rx, promotion_id)
        if promotion.state is not PromotionState.EVALUATED:
            return promotion.state.value
        version = version_in(rx, promotion.version_id)
        verdict = judge(_facts(rx, tools, promotion, version), rulebook_in(rx).promotion)
        authors, reviewers = tools.makers(rx, version), _judges(rx, promotion)
    with tools.house.write(PROMOTER, project, "gate", key=f"{promotion_id}/gated") as tx:
        if not tx.replayed:
            keep_gate(tx, promotion_id, verdict, authors=authors, reviewers=reviewers)
        return promotion_in(tx, promotion_id).state.value


def _facts(rx: Rx, tools: Tools, promotion: Promotion, version: ModelVersion) -> GateFacts:
    """What the gate looks at, all from one moment."""
    mine = evaluation_in(rx, promotion.evaluation_id or "")
    theirs = None if promotion.incumbent_id is None else _evaluation_on(rx, promotion.incumbent_id, mine.gold_digest)
    schema = schema_in(rx, None)
    return GateFacts(
        challenger=outcomes_of(rx, mine.id),
        incumbent=None if promotion.incumbent_id is None else (outcomes_of(rx, theirs.id) if theirs else []),
        measured=measures_of(mine),
        model_classes=classes_of(rx, version),
        schema_classes=frozenset(c.id for c in schema.classes),
        open_findings=tools.findings(rx),
    )


def _evaluation_on(rx: Rx, version_id: str, gold_digest: str) -> Evaluation | None:
    """The newest evaluation of a version on exactly this gold."""
    return next((e for e in evaluations_of(rx, version_id) if e.gold_digest == gold_digest), None)


def measures_of(evaluation: Evaluation) -> dict[str, Estimate]:
    """An evaluation's measures by name."""
    return {name: Estimate(**value) for name, value in evaluation.report.get("measures", {}).items()}


def classes_of(rx: Rx, version: ModelVersion) -> frozenset[str]:
    """The classes a version answers with: those it names, else those of the label schema it was made for."""
    named = version.new.config.get("classes")
    if isinstance(named, list):
        return frozenset(str(name) for name in named)
    return frozenset(c.id for c in schema_in(rx, version.new.schema_version).classes)


def _judges(rx: Rx, promotion: Promotion) -> frozenset[str]:
    """Who evaluated the challenger, where a person did."""
    return frozenset({evaluation_in(rx, promotion.evaluation_id or "").created_by})


def settle(tools: Tools, project: str, promotion_id: str) -> str:
    """Do what people decided: take the challenger into use, or end its promotion; returns its state.

    The alias moves in one transaction with the promotion and its proposal, and only from `waiting`: done again, it
    finds the promotion elsewhere and changes nothing.
    """
    with tools.house.read(PROMOTER, project) as rx:
        promotion = promotion_in(rx, promotion_id)
        if promotion.state is not PromotionState.WAITING:
            return promotion.state.value
        decided = proposal_in(rx, promotion.proposal_id or "").state
    if decided is ProposalState.OPEN:
        return promotion.state.value
    act = take_into_use if decided is ProposalState.APPROVED else decline
    with tools.house.write(PROMOTER, project, promotion.why, key=f"{promotion_id}/settled") as tx:
        if not tx.replayed:
            act(tx, promotion_id)
        return promotion_in(tx, promotion_id).state.value


def look_after(tools: Tools, project: str, promotion_id: str) -> str:
    """Look at a model in its first time of use: end the watch, or roll back where the policy's line is crossed."""
    with tools.house.read(PROMOTER, project) as rx:
        promotion = promotion_in(rx, promotion_id)
        if promotion.state is not PromotionState.WATCHED:
            return promotion.state.value
        line = rulebook_in(rx).promotion
        seen = tools.quality(rx, promotion.version_id, promotion.taken_at_us or 0)
        over = rx.now_us >= (promotion.watch_until_us or 0)
    enough = seen.high is not None and seen.n_items >= line.watch_items
    if line.roll_back_below is not None and enough and seen.high is not None and seen.high < line.roll_back_below:
        found = f"{seen.value:.3f} ({seen.low:.3f} to {seen.high:.3f}), n {seen.n_items}"
        reason = f"production quality is {found}, shown to be below {line.roll_back_below:g}"
        return _roll_back(tools, project, promotion_id, reason)
    if not over:
        return promotion.state.value
    with tools.house.write(PROMOTER, project, "the watch is over", key=f"{promotion_id}/kept") as tx:
        if not tx.replayed:
            keep_in_use(tx, promotion_id)
        return promotion_in(tx, promotion_id).state.value


def undo_unseconded(house: House, project: str, proposal_id: str) -> None:
    """Roll back what one person took into use alone, when no second signature followed in time."""
    with house.read(PROMOTER, project) as rx:
        promotion = promotion_of_proposal(rx, proposal_id)
    if promotion is not None and promotion.state in IN_USE:
        reason = "one person took it into use alone, and no second signature followed in time"
        _roll_back(Tools(house, _never), project, promotion.id, reason)


def _never(project: str, version_id: str, beside: str | None, key: str) -> str | None:
    raise AssertionError((project, version_id, beside, key))


def _roll_back(tools: Tools, project: str, promotion_id: str, reason: str) -> str:
    with tools.house.write(PROMOTER, project, reason, key=f"{promotion_id}/rolled-back") as tx:
        if not tx.replayed:
            roll_back_in(tx, promotion_id, reason)
        return promotion_in(tx, promotion_id).state.value


def _fail(tools: Tools, project: str, promotion_id: str, reason: str) -> str:
    with tools.house.write(PROMOTER, project, "promotion failed", key=f"{promotion_id}/failed") as tx:
        if not tx.replayed:
            fail(tx, promotion_id, reason)
        return promotion_in(tx, promotion_id).state.value


def give_up(tools: Tools, project: str, promotion_id: str, error: BaseException) -> None:
    """End a promotion whose step failed again and again, so that it does not look as if it went on."""
    logger.error("promotion %s failed: %s", promotion_id, error)
    kind = error.code if isinstance(error, AssayError) else type(error).__name__
    with tools.house.read(PROMOTER, project) as rx:
        state = promotion_in(rx, promotion_id).state
    if state in UNFINISHED and state is not PromotionState.WATCHED:
        _fail(tools, project, promotion_id, f"a step failed again and again ({kind})")


def tend(tools: Tools, drive: Callable[[str, str], object], finish: Callable[[str, str], object]) -> None:
    """Look after everything under way, as a clock does: also what an event should have moved and did not.

    Args:
        tools: what promotions work with.
        drive: begins the workflow that measures and judges, unless there is one.
        finish: begins the workflow that does what people decided, unless there is one.
    """
    lapse_proposals(house=tools.house)
    with tools.house.read(PROMOTER, None) as rx:
        under_way = unfinished_promotions(rx, UNFINISHED)
    for project, promotion_id in under_way:
        with tools.house.read(PROMOTER, project) as rx:
            promotion = promotion_in(rx, promotion_id)
            decided = promotion.proposal_id is not None and (
                proposal_in(rx, promotion.proposal_id).state is not ProposalState.OPEN
            )
        if promotion.state is PromotionState.WATCHED:
            look_after(tools, project, promotion_id)
        elif promotion.state is PromotionState.WAITING and decided:
            finish(project, promotion_id)
        elif promotion.state in {PromotionState.REQUESTED, PromotionState.EVALUATED}:
            drive(project, promotion_id)
