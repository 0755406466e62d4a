"""What a person's gold answers say about them."""

from __future__ import annotations

from collections.abc import Sequence

from assay.gold import StoredScore
from assay.quality.calibration import (
    Alarm,
    CalibrationSetup,
    GoldAnswers,
    PersonReport,
    UnitHistogram,
    design_policy_chart,
    person_clustering,
    person_report,
    pool_rho,
)
from assay.reliability.model import RaisedAlarm, WatchRules


def counted(scores: Sequence[StoredScore]) -> list[StoredScore]:
    """The scores that count for reliability: hidden gold that was not withdrawn; practice never counts."""
    return [s for s in scores if s.counts_for and not s.is_practice]


def answers_of(scores: Sequence[StoredScore]) -> GoldAnswers:
    """Units and errors of one person's counted scores, in answer order."""
    return GoldAnswers.of([s.score.n_units for s in scores], [s.score.n_errors for s in scores])


def pooled_rho(by_person: dict[str, list[StoredScore]]) -> float:
    """How strongly errors cluster by image, pooled over the people of a project."""
    return pool_rho([person_clustering(answers_of(scores)) for scores in by_person.values()])


def by_person(scores: Sequence[StoredScore]) -> dict[str, list[StoredScore]]:
    """Counted scores by person, each in answer order."""
    people: dict[str, list[StoredScore]] = {}
    for score in counted(scores):
        people.setdefault(score.user_id, []).append(score)
    return people


def setup_for(units_of_gold: Sequence[int], rules: WatchRules) -> CalibrationSetup:
    """The charts for a project whose gold items have these numbers of marks."""
    histogram = UnitHistogram.of(list(units_of_gold) or [1])
    chart = design_policy_chart(histogram, p0=rules.accepted_error, p1=rules.max_error, target=rules.run_length)
    return CalibrationSetup(policy=chart)


def report_on(scores: Sequence[StoredScore], pool: float, setup: CalibrationSetup) -> PersonReport:
    """Everything a person's page shows, from their counted scores."""
    return person_report(answers_of(scores), pool, setup)


def raised(alarm: Alarm, scores: Sequence[StoredScore], *, alarm_id: str, user_id: str, now_us: int) -> RaisedAlarm:
    """An alarm with its gold images turned into instants.

    A change after gold answer n happened after that answer was given; n = 0 means from the first work on.
    """

    def instant(image: int) -> int:
        return 0 if image == 0 else scores[image - 1].answered_at_us

    change, back = alarm.change, alarm.put_back
    return RaisedAlarm(
        id=alarm_id,
        user_id=user_id,
        chart=alarm.chart,
        gold_image=alarm.number,
        median_image=back.back_after,
        low_image=change.low,
        high_image=change.high,
        sample_image=back.sample_after,
        median_at_us=instant(back.back_after),
        low_at_us=instant(change.low),
        high_at_us=instant(change.high),
        sample_at_us=instant(back.sample_after),
        state="open",
        raised_at_us=now_us,
    )
