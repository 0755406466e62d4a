"""Watching people's gold: scores an answer and raises an alarm when a chart rings."""

from __future__ import annotations

from assay.gold import StoredScore, all_counts, all_gold, all_scores, counts_of_user, score_submission
from assay.kernel.actor import system
from assay.quality.calibration import Alarm
from assay.reliability import store
from assay.reliability.model import RaisedAlarm, WatchRules
from assay.reliability.rules import by_person, counted, pooled_rho, raised, report_on, setup_for
from assay.storage import House, Rx

WATCHER = system("watcher")
FIRST_POOL = 0.10
"""Correlation assumed while only looking whether a chart rings; the pooled one is computed when it does."""


def score_and_watch(project: str, submission_id: str, rules: WatchRules, *, house: House) -> list[RaisedAlarm]:
    """Score an answer to gold and look at its author's chart; returns the alarms it newly raised. Twice is once."""
    stored = score_submission(
        WATCHER, project, submission_id, match_iou=rules.match_iou, tight_iou=rules.tight_iou, house=house
    )
    if stored is None or stored.is_practice:
        return []
    return watch(project, stored.user_id, rules, house=house)


def watch(project: str, user_id: str, rules: WatchRules, *, house: House) -> list[RaisedAlarm]:
    """Look at one person's chart and raise what rings; returns the alarms that are new."""
    with house.read(WATCHER, project) as rx:
        mine = counted(counts_of_user(rx, user_id))
        known = {a.gold_image for a in store.alarms_of(rx, user_id)}
        setup = setup_for([len(g.marks) for g in all_gold(rx)], rules)
        if not mine or set(report_on(mine, FIRST_POOL, setup).state.policy.alarms) <= known:
            return []
        pool = rho_in(rx)
    report = report_on(mine, pool, setup)
    return [
        alarm
        for found in report.alarms
        if found.number not in known and (alarm := _raise(project, user_id, found, mine, house=house))
    ]


def _raise(project: str, user_id: str, found: Alarm, scores: list[StoredScore], *, house: House) -> RaisedAlarm | None:
    with house.write(WATCHER, project, "errors on hidden gold rose above the policy's limit") as tx:
        alarm = raised(found, scores, alarm_id=tx.new_id(), user_id=user_id, now_us=tx.now_us)
        new = store.add_alarm(tx, alarm)
        tx.record(
            "alarm.raised" if new else "alarm.repeated",
            subject=f"user/{user_id}",
            alarm=alarm.id,
            chart=alarm.chart,
            gold_image=alarm.gold_image,
            since_image=alarm.median_image,
            since_us=alarm.median_at_us,
            sample_since_us=alarm.sample_at_us,
        )
    return alarm if new else None


def rho_in(rx: Rx, *, before_us: int = 2**62) -> float:
    """How strongly errors cluster by image in this project, by the answers given before an instant."""
    return pooled_rho(by_person(all_counts(rx, before_us=before_us)))


def people_scores(rx: Rx) -> dict[str, list[StoredScore]]:
    """Counted scores of everybody, each in answer order, inside an open transaction."""
    return by_person(all_scores(rx))


def needs_watching(rx: Rx, user_id: str, *, at_us: int, gold_images: int) -> bool:
    """Whether at an instant this person's chart had rung and too few gold images had spoken for their work since.

    What they handed in before it rang is the put-back's business.

    Args:
        rx: an open transaction.
        user_id: whose.
        at_us: the instant.
        gold_images: how many are enough.
    """
    since = max((a.raised_at_us for a in store.alarms_of(rx, user_id) if a.raised_at_us < at_us), default=None)
    if since is None:
        return False
    return sum(since < s.answered_at_us <= at_us for s in counted(counts_of_user(rx, user_id))) < gold_images
