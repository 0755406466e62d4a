"""What hidden gold says about each person: the quality table, and one person's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from assay.gold import ERROR_KINDS, ErrorKind, StoredScore
from assay.governance import Policy
from assay.insights.model import (
    AlarmView,
    ChartPoint,
    PersonPage,
    PersonRow,
    Series,
    StandingWord,
)
from assay.kernel.clock import to_datetime
from assay.kernel.estimate import Estimate
from assay.quality.calibration import (
    CalibrationSetup,
    Evidence,
    EvidenceRules,
    GoldAnswers,
    PersonReport,
    RowCounts,
    calibration_rows,
    complement,
    judge_evidence,
    period_rate,
    person_clustering,
    rate_curve,
    rho_for,
)
from assay.quality.measured import Measured, measured
from assay.reliability import answers_of, report_on

GOLD_KINDS = (ErrorKind.MISSED, ErrorKind.MISCLASSIFIED, ErrorKind.MISLOCALISED)


EPISODE_GAP = 10
"""Alarms with fewer gold images between them are one episode: the chart begins again after each and rings again."""


def episodes(alarms: Sequence[AlarmView]) -> list[AlarmView]:
    """One entry an episode: its first alarm, with everything that was put back in it."""
    found: list[AlarmView] = []
    last = -EPISODE_GAP
    for view in sorted(alarms, key=lambda v: v.alarm.gold_image):
        if found and view.alarm.gold_image - last < EPISODE_GAP:
            state = "open" if "open" in {found[-1].alarm.state, view.alarm.state} else "closed"
            first = replace(found[-1].alarm, state=state)
            n_back, n_sampled = found[-1].n_put_back + view.n_put_back, found[-1].n_sampled + view.n_sampled
            found[-1] = AlarmView(first, n_back, n_sampled)
        else:
            found.append(view)
        last = view.alarm.gold_image
    return found


def person_row(
    user_id: str,
    scores: Sequence[StoredScore],
    *,
    rho: float,
    policy: Policy,
    paused: bool,
    alarm: AlarmView | None,
    differs: bool,
    n_submissions: int,
) -> PersonRow:
    """One line of the quality table, from counted scores in answer order."""
    rules = EvidenceRules(min_images=policy.min_gold_images)
    answers = answers_of(scores)
    rate = period_rate(answers, rho, rules=rules)
    evidence = judge_evidence(rate.estimate, n_eff=rate.n_eff, rules=rules)
    error = measured(rate.estimate, evidence, limit=policy.max_error, side="at_most")
    accuracy = measured(complement(rate.estimate), evidence, limit=1 - policy.max_error)
    return PersonRow(
        user_id=user_id,
        paused=paused,
        accuracy=accuracy,
        error=error,
        kinds=kind_rows(scores, rho, policy, rules),
        n_gold_images=len(scores),
        n_gold_marks=answers.total_units,
        standing=standing_of(accuracy, paused=paused, alarm=alarm, differs=differs),
        alarm=alarm,
        n_submissions=n_submissions,
    )


def standing_of(accuracy: Measured, *, paused: bool, alarm: AlarmView | None, differs: bool) -> StandingWord:
    """The word in the last column: what happened first, then what is measured."""
    if paused:
        return StandingWord("stop", "Paused")
    if differs:
        return StandingWord("practice_differs", "Practice differs")
    if alarm is not None:
        at = to_datetime(alarm.alarm.raised_at_us)
        below = accuracy.state == "stop"
        return StandingWord("stop" if below else "warn", f"Alarm {at:%H:%M}")
    limit = f"{accuracy.limit:.2f}".removeprefix("0") if accuracy.limit is not None else ""
    if not accuracy.evidence.enough:
        return StandingWord("none", f"not enough evidence, {accuracy.evidence.why}")
    words = {"ok": f"above {limit}", "stop": f"below {limit}", "warn": f"not above {limit}", "none": f"near {limit}"}
    return StandingWord(accuracy.state, words[accuracy.state])


def kind_rows(scores: Sequence[StoredScore], rho: float, policy: Policy, rules: EvidenceRules) -> dict[str, Measured]:
    """Error rate by kind; the denominator is what could have gone wrong that way."""
    used = rho_for(person_clustering(answers_of(scores)), rho).rho
    rows = [RowCounts.of(kind.value, *_kind_counts(scores, kind)) for kind in ERROR_KINDS]
    return {
        row.name: measured(row.estimate, row.evidence, limit=policy.max_error, side="at_most")
        for row in calibration_rows(rows, used, rules=rules)
    }


def _kind_counts(scores: Sequence[StoredScore], kind: ErrorKind) -> tuple[list[int], list[int]]:
    errors = [s.score.counts[kind] for s in scores]
    if kind is ErrorKind.SPURIOUS:
        units = [sum(m.answer is not None for m in s.score.marks) for s in scores]
    else:
        units = [sum(m.gold is not None for m in s.score.marks) for s in scores]
    return units, errors


def person_page(
    row: PersonRow,
    scores: Sequence[StoredScore],
    *,
    rho: float,
    policy: Policy,
    setup: CalibrationSetup,
    alarms: Sequence[AlarmView],
    clauses: Mapping[str, str],
    classes: Mapping[str, str],
    finding: str | None,
) -> PersonPage:
    """Everything one person's page shows.

    Args:
        row: their line of the table.
        scores: counted, in answer order.
        rho: the project's pooled correlation.
        policy: limits.
        setup: the charts.
        alarms: one an episode, oldest first.
        clauses: clause number to title.
        classes: class id to display name.
        finding: title of a habit that explains their figures; the page leads with it.
    """
    report = report_on(scores, rho, setup)
    since = alarms[-1].alarm.median_image if alarms else 0
    title, text = _headline(row, scores, report, alarms, finding)
    return PersonPage(
        row=row,
        title=title,
        text=text,
        series=(_chart(scores, report, policy, setup), *(_silent(scores, kind, policy) for kind in ERROR_KINDS)),
        alarms=tuple(alarms),
        confusion=confusion_of(scores[since:], classes),
        confusion_since_us=alarms[-1].alarm.median_at_us if alarms and since else None,
        by_clause=_clause_rows(scores, since, rho, policy, clauses),
        by_class=_class_rows(scores, rho, policy, classes),
        note="errors come by whole images" if report.period.rho.by_whole_images else None,
    )


def _headline(
    row: PersonRow,
    scores: Sequence[StoredScore],
    report: PersonReport,
    alarms: Sequence[AlarmView],
    finding: str | None,
) -> tuple[str, str]:
    if finding is not None:
        return finding, "Practice differs; the guideline does not decide it, or not clearly enough."
    if alarms:
        return _alarmed(alarms[-1], scores)
    if not row.accuracy.evidence.enough:
        return "Not enough evidence yet", f"Hidden gold so far: {row.accuracy.evidence.why}."
    value, low, high = (f"{v:.2f}".removeprefix("0") for v in _numbers(report.period.estimate))
    n = f"n {report.period.estimate.n} marks on {len(scores)} images"
    return "No change in the error rate", f"Errors on hidden gold are {value} ({low}–{high}, {n})."


def _alarmed(view: AlarmView, scores: Sequence[StoredScore]) -> tuple[str, str]:
    """What an alarm found; that errors rose is said only where the share before and since the change bears it out."""
    at = view.alarm.median_image
    before, after = _rate(scores[:at]), _rate(scores[at:])
    back = f"{view.n_put_back} answers since then were put back for review."
    if at == 0:
        return "High error rate from the first answer on", f"Errors on hidden gold are {_said(after)}. {back}"
    when = f"{to_datetime(view.alarm.median_at_us):%H:%M}"
    if before is not None and after is not None and _numbers(after)[0] > _numbers(before)[0]:
        return f"More errors since {when}", f"Errors on hidden gold rose from {_said(before)} to {_said(after)}. {back}"
    return f"Alarm of {when}, no rise seen since", (
        f"Errors on hidden gold were {_said(before)} before and are {_said(after)} since. {back}"
    )


def _numbers(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.value or 0.0, estimate.low or 0.0, estimate.high or 0.0


def _rate(scores: Sequence[StoredScore]) -> Estimate | None:
    answers = answers_of(scores)
    return period_rate(answers, 0.1).estimate if len(answers) else None


def _said(rate: Estimate | None) -> str:
    if rate is None:
        return "not known"
    value, low, high = (f"{v:.2f}".removeprefix("0") for v in _numbers(rate))
    return f"{value} ({low}–{high}, n {rate.n} on {rate.n_items} images)"


def _chart(scores: Sequence[StoredScore], report: PersonReport, policy: Policy, setup: CalibrationSetup) -> Series:
    curve, chart = report.curve, report.policy
    points = tuple(
        ChartPoint(
            gold_image=i + 1,
            at_us=s.answered_at_us,
            value=float(curve.value[i]),
            low=float(curve.low[i]),
            high=float(curve.high[i]),
            errors=s.score.n_errors,
            units=s.score.n_units,
            evidence=float(chart.scores[i]),
        )
        for i, s in enumerate(scores)
    )
    return Series("all", points, policy.max_error, setup.policy.limit, setup.policy.target)


def _silent(scores: Sequence[StoredScore], kind: ErrorKind, policy: Policy) -> Series:
    """A kind's own chart: drawn, never ringing (fifteen ringing charts ring all the time)."""
    units, errors = _kind_counts(scores, kind)
    curve, _ = rate_curve(GoldAnswers.of(units, errors))
    points = tuple(
        ChartPoint(
            gold_image=i + 1,
            at_us=s.answered_at_us,
            value=float(curve.value[i]),
            low=float(curve.low[i]),
            high=float(curve.high[i]),
            errors=errors[i],
            units=units[i],
            evidence=0.0,
        )
        for i, s in enumerate(scores)
    )
    return Series(kind.value, points, policy.max_error, None, None)


def confusion_of(
    scores: Sequence[StoredScore], classes: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]:
    """Gold against answer, "nothing" last in both."""
    names = [*classes, "nothing"]
    place = {name: i for i, name in enumerate(names)}
    table = np.zeros((len(names), len(names)), np.int64)
    for score in scores:
        for mark in score.score.marks:
            gold = mark.gold.label_class if mark.gold else "nothing"
            drawn = mark.answer[0] if mark.answer else "nothing"
            if gold in place and drawn in place:
                table[place[gold], place[drawn]] += 1
    labels = (*classes.values(), "nothing")
    return labels, tuple(tuple(int(v) for v in line) for line in table)


def _clause_rows(
    scores: Sequence[StoredScore], since: int, rho: float, policy: Policy, clauses: Mapping[str, str]
) -> tuple[tuple[str, Estimate | None, Measured], ...]:
    """Share of the gold marks naming each clause that went wrong: now (since the change) and before."""
    used = rho_for(person_clustering(answers_of(scores)), rho).rho
    named = sorted({c for s in scores for m in s.score.marks if m.gold for c in m.gold.clauses})
    before = {r.name: r.estimate for r in calibration_rows([_clause(scores[:since], c) for c in named], used)}
    now = calibration_rows([_clause(scores[since:], c) for c in named], used)
    return tuple(
        (row.name, before[row.name] if since else None, _held(row.estimate, row.evidence, policy))
        for row in now
        if row.name in clauses
    )


def _clause(scores: Sequence[StoredScore], clause: str) -> RowCounts:
    marks = [[m for m in s.score.marks if m.gold and clause in m.gold.clauses] for s in scores]
    return RowCounts.of(clause, [len(m) for m in marks], [sum(v.kind is not ErrorKind.RIGHT for v in m) for m in marks])


def _class_rows(
    scores: Sequence[StoredScore], rho: float, policy: Policy, classes: Mapping[str, str]
) -> tuple[tuple[str, Measured], ...]:
    used = rho_for(person_clustering(answers_of(scores)), rho).rho
    rows = []
    for name in classes:
        marks = [[m for m in s.score.marks if m.gold and m.gold.label_class == name] for s in scores]
        wrong = [sum(v.kind is not ErrorKind.RIGHT for v in m) for m in marks]
        rows.append(RowCounts.of(name, [len(m) for m in marks], wrong))
    return tuple((r.name, _held(r.estimate, r.evidence, policy)) for r in calibration_rows(rows, used))


def _held(estimate: Estimate, evidence: Evidence, policy: Policy) -> Measured:
    return measured(estimate, evidence, limit=policy.max_error, side="at_most")
