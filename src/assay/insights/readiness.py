"""Is a project ready for production? Nine questions, each with its evidence or the words that there is none yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assay.access import Role, names_of
from assay.costs import Answer, Costs, NoHistoryError, Range, ask_forecast, get_costs
from assay.datasets import ReleaseState, all_releases
from assay.gold import all_gold
from assay.governance import Policy, Rulebook, policy_in, rulebook_in
from assay.guidelines import current_guideline_version, guideline_in
from assay.insights.model import Overview
from assay.kernel.actor import Actor
from assay.kernel.estimate import Estimate
from assay.kernel.money import MICRO
from assay.labels import current_schema_version
from assay.models import PRODUCTION, version_of_alias
from assay.quality.calibration import gold_pool_needed
from assay.serving import Quality, check_counts, quality_in
from assay.storage import House, Rx

DAY_US = 86_400_000_000
MIN_JUDGED = 30
NO_EVIDENCE = "no evidence yet"


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its answer.

    Attributes:
        state: `yes`, `partly` or `none`.
        answer: a sentence; begins with the fact.
        n: what it rests on, in `unit`; 0 for nothing.
        estimate: the measured number, where the answer is one.
        at_scale: what changes at the scale asked about; empty when size changes nothing.
        next_step: the one act that would bring the missing evidence; empty when there is none to do.
        page: where the evidence is, below the project's own address.
    """

    key: str
    question: str
    state: str
    answer: str
    n: int
    unit: str
    page: str
    estimate: Estimate | None = None
    at_scale: str = ""
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Readiness:
    """All nine, and the same project at another scale in a sentence."""

    title: str
    at_scale: str
    scale: float
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the questions are answered from."""

    overview: Overview
    policy: Policy
    rulebook: Rulebook
    costs: Costs
    ahead: Answer | None
    production: Quality
    scale: float


def read_readiness(actor: Actor, project: str, overview: Overview, *, scale: float, house: House) -> Readiness:
    """Answer the nine questions.

    Args:
        actor: who asks.
        project: whose.
        overview: the project at a glance, for the measured agreement.
        scale: times today's images, for what changes with size.
        house: where.
    """
    costs = get_costs(actor, project, house=house)
    try:
        ahead = ask_forecast(actor, project, scale=scale, house=house)
    except NoHistoryError:
        ahead = None
    with house.read(actor, project) as rx:
        production = quality_in(rx, every_us=30 * DAY_US, n_points=1)
        facts = _Facts(overview, policy_in(rx), rulebook_in(rx), costs, ahead, production, scale)
        questions = (
            _standard(rx, facts),
            _gold(rx, facts),
            _agreement(facts),
            _versions(rx),
            _approver(rx, facts),
            _retrain(rx, facts),
            _low_confidence(rx, facts),
            _live(facts),
            _cost(facts),
        )
    return Readiness(title_of(questions), _at_scale(facts), scale, questions)


WORDS = {
    "standard": "a written standard",
    "gold": "gold",
    "agreement": "agreement",
    "versions": "versions",
    "approver": "an approver",
    "retrain": "a retrain trigger",
    "low_confidence": "low confidence",
    "live_quality": "live quality",
    "cost": "cost",
}


def title_of(questions: Sequence[Question]) -> str:
    """The answer as a sentence."""
    missing = [WORDS[q.key] for q in questions if q.state == "none"]
    n = sum(q.state == "yes" for q in questions)
    said = f"{n} of {len(questions)} questions about production are answered with evidence"
    return f"{said}; nothing yet on {', '.join(missing)}" if missing else said


def _standard(rx: Rx, facts: _Facts) -> Question:
    question = "Is there a written standard?"
    if not current_guideline_version(rx):
        step = "Write the guideline."
        return Question("standard", question, "none", NO_EVIDENCE, 0, "clauses", "guideline", next_step=step)
    guideline = guideline_in(rx, None)
    n = len(guideline.clauses)
    open_habits = sum(f.state == "open" for f in facts.overview.findings)
    state = "partly" if open_habits or not n else "yes"
    answer = f"Guideline {guideline.version} with {n} clauses"
    step = f"Settle {open_habits} differences in practice by a clause." if open_habits else ""
    if open_habits:
        answer += f"; {open_habits} differences in practice are not settled by it"
    people = _more_people(facts)
    return Question("standard", question, state, answer, n, "clauses", "guideline", at_scale=people, next_step=step)


def _more_people(facts: _Facts) -> str:
    if facts.ahead is None:
        return ""
    then = facts.ahead.forecast.then.annotators
    return f"{_annotators(then)} to read it"


def _annotators(then: Range) -> str:
    """How many people, with their interval where it has one in whole people."""
    low, value, high = (_count(v) for v in (then.low, then.value, then.high))
    return f"{value} annotator{'' if value == '1' else 's'}" + ("" if low == high else f" ({low}–{high})")


def _count(value: float) -> str:
    return f"{int(np.ceil(max(value, 0.0))):,}"


def _gold(rx: Rx, facts: _Facts) -> Question:
    live = [g for g in all_gold(rx) if g.state.value == "live"]
    needs = facts.policy.min_gold_images
    state = "yes" if len(live) >= needs else "partly" if live else "none"
    answer = f"{len(live)} live gold images with {sum(len(g.marks) for g in live)} marks" if live else NO_EVIDENCE
    step = "" if state == "yes" else f"Sign {needs - len(live)} more gold images."
    return Question(
        "gold",
        "Is there gold?",
        state,
        answer,
        len(live),
        "images",
        "gold",
        at_scale=_gold_at_scale(facts),
        next_step=step,
    )


def _gold_at_scale(facts: _Facts) -> str:
    """How many gold items the busiest person would meet in three months: nobody may meet one twice."""
    if facts.ahead is None or facts.policy.gold_rate <= 0:
        return ""
    found = facts.ahead.forecast
    people = max(1.0, np.ceil(found.then.annotators.value))
    tasks = found.items_then * found.knobs.overlap / people
    needed = gold_pool_needed(facts.policy.gold_rate, int(np.ceil(tasks)))
    return f"needs {needed:,} gold images so that nobody meets one twice in three months"


def _agreement(facts: _Facts) -> Question:
    question = "Is agreement measured?"
    measured = facts.overview.agreement
    if not measured.evidence.enough or measured.estimate.value is None:
        n = measured.estimate.n_items
        state, answer = ("partly", measured.evidence.why or "too few shared images") if n else ("none", NO_EVIDENCE)
        step = "Let two people answer the same images: overlap 2 or more."
        return Question("agreement", question, state, answer, n, "images", "findings", measured.estimate, "", step)
    low, value = measured.estimate.low, measured.estimate.value
    answer = f"F1 between people {_rate(value)}"
    answer += (
        "" if low is None or measured.estimate.high is None else f" ({_rate(low)}–{_rate(measured.estimate.high)})"
    )
    return Question(
        "agreement", question, "yes", answer, measured.estimate.n_items, "images", "findings", measured.estimate
    )


def _rate(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")


def _versions(rx: Rx) -> Question:
    question = "Are data and rules versioned?"
    releases = all_releases(rx)
    signed = [r for r in releases if r.state is ReleaseState.SIGNED]
    schema = current_schema_version(rx)
    if signed:
        newest = signed[0]
        answer = f"Release {newest.name} is signed, digest {(newest.digest or '')[:12]}; schema {schema}"
        return Question("versions", question, "yes", answer, len(signed), "releases", f"releases/{newest.id}")
    if releases or schema:
        answer = f"Schema {schema}, no signed release"
        return Question("versions", question, "partly", answer, 0, "releases", "releases", next_step="Sign a release.")
    return Question(
        "versions", question, "none", NO_EVIDENCE, 0, "releases", "releases", next_step="Define the classes."
    )


def _approver(rx: Rx, facts: _Facts) -> Question:
    question = "Is there somebody who approves?"
    wanted = {Role.APPROVER, Role.LEAD} if facts.policy.leads_may_sign else {Role.APPROVER}
    people = names_of(rx).values()
    able = [m for m in people if m.state == "active" and m.roles & wanted and Role.ANNOTATOR not in m.roles]
    needs = facts.policy.signatures_needed
    names = ", ".join(sorted(m.user.name for m in able)[:4])
    if len(able) >= needs:
        answer = f"{names} may sign; {needs} needed"
        return Question("approver", question, "yes", answer, len(able), "people", "people")
    state = "partly" if able else "none"
    answer = f"{len(able)} may sign, {needs} needed" if able else NO_EVIDENCE
    step = f"Give {needs - len(able)} more people the role approver; they must not label."
    return Question("approver", question, state, answer, len(able), "people", "people", next_step=step)


def _retrain(rx: Rx, facts: _Facts) -> Question:
    question = "Is it settled when to train again?"
    rules = facts.rulebook.retrain
    model = version_of_alias(rx, PRODUCTION)
    if not rules:
        step = "Add a retrain rule to the policy: a cause, the drop that counts, and whether it proposes or starts."
        return Question("retrain", question, "none", NO_EVIDENCE, 0, "rules", "settings", next_step=step)
    said = "; ".join(f"{r.cause}, drop of {r.drop:g}: {r.act}" for r in rules)
    answer = f"Policy {facts.rulebook.version}: {said}"
    if model is None:
        step = "Promote a model: nothing is in use yet."
        return Question(
            "retrain",
            question,
            "partly",
            f"{answer}; no model is in use",
            len(rules),
            "rules",
            "settings",
            next_step=step,
        )
    return Question("retrain", question, "yes", f"{answer}; {model.title} is in use", len(rules), "rules", "settings")


def _low_confidence(rx: Rx, facts: _Facts) -> Question:
    question = "What happens when the model is unsure?"
    counts = check_counts(rx)
    n = sum(n for reason, (n, _) in counts.items() if reason != "random")
    serving = facts.rulebook.serving
    if facts.rulebook.version == 0:
        step = "Publish a policy that says below which confidence a person is asked."
        return Question("low_confidence", question, "none", NO_EVIDENCE, n, "predictions", "settings", next_step=step)
    answer = f"Below {serving.ask_below:g} a person is asked (policy {facts.rulebook.version})"
    state = "yes" if n else "partly"
    step = "" if n else "Hand in predictions; none has been asked about yet."
    at_scale = ""
    if n:
        at_scale = f"about {n * facts.scale:,.0f} predictions to look at where there were {n:,}"
    return Question(
        "low_confidence", question, state, answer, n, "predictions", "production", at_scale=at_scale, next_step=step
    )


def _live(facts: _Facts) -> Question:
    question = "Is live quality measured?"
    wrong = facts.production.overall.wrong
    if not wrong.n_items or wrong.value is None:
        step = "Hand in predictions of production: a random share is looked at by people."
        return Question("live_quality", question, "none", NO_EVIDENCE, 0, "images", "production", next_step=step)
    answer = f"{wrong.value:.3f} of marks wrong in the last 30 days"
    answer += "" if wrong.low is None or wrong.high is None else f" ({wrong.low:.3f}–{wrong.high:.3f})"
    enough = wrong.n_items >= MIN_JUDGED
    step = "" if enough else f"{MIN_JUDGED - wrong.n_items} more drawn images have to be looked at."
    at_scale = "the same share of more images: the interval narrows, the work grows; a smaller share keeps both"
    return Question(
        "live_quality",
        question,
        "yes" if enough else "partly",
        answer,
        wrong.n_items,
        "images",
        "production",
        wrong,
        at_scale,
        step,
    )


def _cost(facts: _Facts) -> Question:
    question = "Is it known what a label costs?"
    card, each = facts.costs.card, facts.costs.per_mark
    if card is None:
        return Question("cost", question, "none", NO_EVIDENCE, 0, "marks", "costs", next_step="Set a rate card.")
    if each.value is None:
        step = "Let images be accepted; nothing is to be divided by yet."
        answer = f"Rate card {card.version}, no accepted mark"
        return Question("cost", question, "partly", answer, 0, "marks", "costs", next_step=step)
    answer = f"{card.currency} {each.value / MICRO:.3f} an accepted mark"
    if each.low is not None and each.high is not None:
        answer += f" ({each.low / MICRO:.3f}–{each.high / MICRO:.3f}, 80 %)"
    return Question("cost", question, "yes", answer, each.n, "marks", "costs", at_scale=_money(facts))


def _money(facts: _Facts) -> str:
    if facts.ahead is None:
        return ""
    found = facts.ahead.forecast
    money = found.then.money
    return (
        f"{found.currency} {money.value / MICRO:,.0f} a month "
        f"({money.low / MICRO:,.0f}–{money.high / MICRO:,.0f}, 80 %)"
    )


def _at_scale(facts: _Facts) -> str:
    """The project at the scale asked about, in a sentence; says so when there is nothing to go on."""
    if facts.ahead is None:
        return f"At {facts.scale:g} times the images: {NO_EVIDENCE}, for nothing has been paid for."
    then = facts.ahead.forecast.then
    return (
        f"At {facts.scale:g} times the images: {_money(facts)}, {_count(then.hours.value)} people-hours a month "
        f"({_count(then.hours.low)}–{_count(then.hours.high)}), {_annotators(then.annotators)} at "
        f"{facts.ahead.hours_a_week} hours a week, {then.stored_gb:.2f} GB kept."
    )
