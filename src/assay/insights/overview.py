"""Computes the project at a glance, from everything counted once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import betaincinv

from assay.annotations import Submission
from assay.datasets import Facts, Gate, Work, headline
from assay.governance import Policy
from assay.insights.model import AlarmView, Finding, Overview, PersonRow, Point, Progress
from assay.insights.people import episodes, person_row
from assay.kernel.clock import SECOND_US
from assay.kernel.estimate import Estimate, nothing_measured
from assay.quality.intervals import bootstrap_ratio
from assay.quality.measured import Measured, at_least_n, measured
from assay.reliability import RaisedAlarm

WINDOW_S = 1800
BUCKETS = 24
STRIP = 2000
LIVE_S = 120
MIN_ANSWERS = 10


def overview_of(
    work: Work,
    facts: Facts,
    gates: tuple[Gate, ...],
    *,
    policy: Policy,
    alarms: Sequence[RaisedAlarm],
    paused: frozenset[str],
    annotators: Sequence[str],
    findings: Sequence[Finding],
    wanted: int,
    answers: int,
    now_us: int,
) -> Overview:
    """Everything the overview page shows.

    Args:
        work: the labels, counted.
        facts: what the gates looked at.
        gates: as they stand.
        policy: limits.
        alarms: oldest first.
        paused: people who get no new work.
        annotators: everybody with a line in the table.
        findings: practice that differs.
        wanted: answers to ordinary work that are wanted.
        answers: those that are in.
        now_us: the moment.
    """
    views = alarm_views(work, alarms)
    mine = {user: [s for s in work.boxes.submissions if s.author_id == user] for user in annotators}
    rows = tuple(
        person_row(
            user,
            work.scores.get(user, []),
            rho=work.rho,
            policy=policy,
            paused=user in paused,
            alarm=views.get(user),
            differs=any(user in f.people for f in findings if f.state == "open"),
            n_submissions=len(mine[user]),
        )
        for user in annotators
    )
    people = [s for s in work.boxes.submissions if s.origin.value == "person"]
    return Overview(
        as_of_us=now_us,
        title=headline(gates, "the release"),
        n_people_live=len({s.author_id for s in people if s.received_at_us > now_us - LIVE_S * SECOND_US}),
        progress=_progress(work, facts, policy, people, wanted, answers, now_us),
        agreement=_agreement(work, policy, "f1"),
        mean_iou=_agreement(work, policy, "mean_iou"),
        throughput=_throughput(people, now_us),
        seconds_per_mark=_seconds_per_mark(people),
        people=_ordered(rows),
        by_class=_by_class(work),
        split={name: _agreement(work, policy, name) for name in ("existence", "label_class", "geometry")},
        gates=gates,
        findings=tuple(findings),
        strip=strip_of(work),
        strip_items=strip_items(work),
        series=_series(people, now_us),
        alarms=tuple(views.values()),
        pairs=work.agreement.pairs if work.agreement else (),
    )


def alarm_views(work: Work, alarms: Sequence[RaisedAlarm]) -> dict[str, AlarmView]:
    """Each person's newest episode of alarms."""
    back = {p.alarm_id: p for p in work.put_backs if p.alarm_id}
    mine: dict[str, list[AlarmView]] = {}
    for alarm in alarms:
        row = back.get(alarm.id)
        view = AlarmView(alarm, row.n_review if row else 0, row.n_sampled if row else 0)
        mine.setdefault(alarm.user_id, []).append(view)
    return {user: episodes(views)[-1] for user, views in mine.items()}


def _ordered(rows: Sequence[PersonRow]) -> tuple[PersonRow, ...]:
    """By accuracy where there is enough evidence, the others below; never a ranking with numbers."""
    return tuple(
        sorted(
            rows,
            key=lambda r: (not r.accuracy.evidence.enough, -(r.accuracy.estimate.value or 0.0), r.user_id),
        )
    )


def _agreement(work: Work, policy: Policy, name: str) -> Measured:
    if work.agreement is None:
        return measured(nothing_measured("bootstrap-items"), at_least_n(0, 1, "shared images"))
    estimate: Estimate = getattr(work.agreement, name)
    evidence = at_least_n(estimate.n_items, MIN_ANSWERS, "shared images")
    limit = {"f1": policy.min_agreement_lower, "mean_iou": policy.agreement_threshold}.get(name)
    return measured(estimate, evidence, limit=limit)


def _by_class(work: Work) -> tuple[tuple[str, Measured], ...]:
    if work.agreement is None:
        return ()
    return tuple(
        (work.boxes.classes[code], measured(found.f1, at_least_n(found.f1.n, 30, "marks")))
        for code, found in sorted(work.agreement.by_class.items())
    )


def _not_needed(work: Work, policy: Policy) -> int:
    """Answers that will never come and need not: an expert settled their items before all were in."""
    counts = _answer_counts(work)
    settled = [item for item, state in work.states.items() if state == "settled"]
    return sum(max(0, policy.overlap - counts.get(item, 0)) for item in settled)


def _progress(
    work: Work,
    facts: Facts,
    policy: Policy,
    people: Sequence[Submission],
    wanted: int,
    answers: int,
    now_us: int,
) -> Progress:
    states = list(work.states.values())
    wanted -= _not_needed(work, policy)
    return Progress(
        n_answers=answers,
        n_answers_wanted=max(wanted, answers),
        n_items=facts.n_items,
        n_complete=facts.n_complete,
        n_in_review=facts.n_open_reviews,
        n_disputed=states.count("disputed"),
        end_at_us=expected_end([s.received_at_us for s in people], wanted - answers, now_us),
    )


def expected_end(received_us: Sequence[int], n_left: int, now_us: int) -> tuple[int, int, int] | None:
    """When the rest will be in if the pace of the last half hour holds: value, low, high.

    The interval is one of prediction: in 95 of 100 cases the last answer comes inside it. Answers are taken to come as
    a Poisson process; the waiting time for `n_left` more after `n` in a span is then span x Gamma(n_left) / Gamma(n),
    a beta of the second kind, with n + 1 for the early end, since the window ends at a moment and not at an answer.
    """
    since = max(now_us - WINDOW_S * SECOND_US, min(received_us, default=now_us))
    n = sum(at > since for at in received_us)
    span = max(1, now_us - since)
    if n_left <= 0 or n < MIN_ANSWERS:
        return None
    ends = (span * n_left / n, span * _waiting(n_left, n + 1, 0.025), span * _waiting(n_left, n, 0.975))
    value, low, high = (now_us + round(end) for end in ends)
    return value, low, high


def _waiting(n_left: int, n_seen: int, level: float) -> float:
    """Quantile of Gamma(n_left) / Gamma(n_seen): waiting time for so many more, in spans in which so many came."""
    share = float(betaincinv(n_left, n_seen, level))
    return share / (1 - share)


def _throughput(people: Sequence[Submission], now_us: int) -> Measured:
    """Marks an hour over the last half hour; a compound Poisson interval, since marks come by answers."""
    since = max(now_us - WINDOW_S * SECOND_US, min((s.received_at_us for s in people), default=now_us))
    recent = np.array([s.n_marks for s in people if s.received_at_us >= since], np.float64)
    hours = max(now_us - since, 1) / (3600 * SECOND_US)
    evidence = at_least_n(len(recent), MIN_ANSWERS, "answers in the last half hour")
    if not len(recent):
        return measured(nothing_measured("compound-poisson"), evidence)
    rate, spread = recent.sum() / hours, 1.96 * np.sqrt((recent**2).sum()) / hours
    low = max(0.0, float(rate - spread))
    n = int(recent.sum())
    return measured(Estimate(float(rate), low, float(rate + spread), n, len(recent), "compound-poisson"), evidence)


def _seconds_per_mark(people: Sequence[Submission]) -> Measured:
    drawn = [s for s in people if s.n_marks]
    evidence = at_least_n(len(drawn), MIN_ANSWERS, "answers")
    if not drawn:
        return measured(nothing_measured("bootstrap-items"), evidence)
    seconds, marks = [s.seconds for s in drawn], [s.n_marks for s in drawn]
    estimate = bootstrap_ratio(seconds, marks, rng=np.random.default_rng(0), n_replicates=300)
    return measured(estimate, evidence)


def _series(people: Sequence[Submission], now_us: int) -> tuple[Point, ...]:
    """Marks an hour over time, in equal steps since the first answer."""
    if len(people) < MIN_ANSWERS:
        return ()
    first = min(s.received_at_us for s in people)
    step = max((now_us - first) // BUCKETS, SECOND_US)
    points = []
    for k in range(BUCKETS):
        start = first + k * step
        marks = np.array([s.n_marks for s in people if start <= s.received_at_us < start + step], np.float64)
        hours = step / (3600 * SECOND_US)
        spread = 1.96 * float(np.sqrt((marks**2).sum()))
        total = float(marks.sum())
        points.append(Point(start + step, total / hours, max(0.0, total - spread) / hours, (total + spread) / hours))
    return tuple(points)


def strip_of(work: Work) -> str:
    """One character an item: answers in, `d` disputed, `r` in review, `s` settled."""
    n_answers: Mapping[str, int] = _answer_counts(work)
    letters = {"disputed": "d", "in_review": "r", "settled": "s"}
    return "".join(letters.get(work.states.get(i, ""), str(min(9, n_answers.get(i, 0)))) for i in strip_items(work))


def strip_items(work: Work) -> tuple[str, ...]:
    """The items of the strip, in the order they came; gold is none of them."""
    live = {g.item_id for g in work.gold if g.state.value == "live"}
    return tuple(i.id for i in work.items if i.id not in live)[:STRIP]


def _answer_counts(work: Work) -> dict[str, int]:
    counts: dict[str, int] = {}
    for submission in work.boxes.submissions:
        counts[submission.item_id] = counts.get(submission.item_id, 0) + 1
    return counts
