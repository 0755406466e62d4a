"""One person's page, one's own figures, and pictures behind a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assay.access import names_of
from assay.gold import ErrorKind, StoredScore, VerdictMark, all_gold, practice_verdicts, scores_of_user
from assay.governance import Policy
from assay.guidelines import current_guideline_version, guideline_in
from assay.insights.errors import PersonNotFoundError
from assay.insights.findings import surroundings
from assay.insights.model import AlarmView, Crop, CropMark, PersonPage, PersonRow
from assay.insights.people import episodes, kind_rows, person_page, person_row
from assay.insights.snapshots import Snapshot
from assay.items import items_by_id
from assay.kernel.actor import Actor
from assay.kernel.clock import SECOND_US
from assay.labels import current_schema_version, schema_in
from assay.quality.calibration import EvidenceRules
from assay.quality.measured import Measured
from assay.reliability import WatchRules, alarms_of, counted, rho_in, setup_for
from assay.review import all_put_backs
from assay.storage import House, Rx

DAY_US = 86_400 * SECOND_US


def watch_rules(policy: Policy) -> WatchRules:
    """The chart's limits from a policy."""
    return WatchRules(
        policy.accepted_error, policy.max_error, policy.alarm_run_length, policy.match_iou, policy.tight_iou
    )


def read_person(actor: Actor, project: str, user_id: str, snapshot: Snapshot, *, house: House) -> PersonPage:
    """Everything one person's page shows.

    Raises:
        PersonNotFoundError: nobody of this id labels here.
    """
    with house.read(actor, project) as rx:
        member = names_of(rx).get(user_id)
        if member is None:
            raise PersonNotFoundError(user_id)
        scores = counted(scores_of_user(rx, user_id))
        alarms = episodes(_alarms(rx, user_id))
        setup = setup_for([len(g.marks) for g in all_gold(rx)], watch_rules(snapshot.policy))
        clauses = {c.id: c.title for c in guideline_in(rx, None).clauses} if current_guideline_version(rx) else {}
        classes = {c.id: c.name for c in schema_in(rx, None).classes} if current_schema_version(rx) else {}
    known = next((r for r in snapshot.overview.people if r.user_id == user_id), None)
    finding = next((f.title for f in snapshot.overview.findings if user_id in f.people and f.state == "open"), None)
    row = person_row(
        user_id,
        scores,
        rho=snapshot.rho,
        policy=snapshot.policy,
        paused=member.state == "paused",
        alarm=alarms[-1] if alarms else None,
        differs=finding is not None,
        n_submissions=known.n_submissions if known else 0,
    )
    return person_page(
        row,
        scores,
        rho=snapshot.rho,
        policy=snapshot.policy,
        setup=setup,
        alarms=alarms,
        clauses=clauses,
        classes=classes,
        finding=finding,
    )


def _alarms(rx: Rx, user_id: str) -> list[AlarmView]:
    back = {p.alarm_id: p for p in all_put_backs(rx) if p.alarm_id}
    views = []
    for alarm in alarms_of(rx, user_id):
        row = back.get(alarm.id)
        views.append(AlarmView(alarm, row.n_review if row else 0, row.n_sampled if row else 0))
    return views


def read_crops(
    actor: Actor,
    project: str,
    user_id: str,
    kind: ErrorKind | None,
    *,
    limit: int,
    house: House,
    clause: str | None = None,
) -> list[Crop]:
    """Places on gold where this person's answer differs, newest first.

    Args:
        actor: who asks.
        project: whose.
        user_id: whose answers.
        kind: of the errors; None for all of them.
        limit: how many at most.
        house: where.
        clause: only marks that test this clause.

    Raises:
        PersonNotFoundError: nobody of this id labels here.
    """
    with house.read(actor, project) as rx:
        if user_id not in names_of(rx):
            raise PersonNotFoundError(user_id)
        scores = counted(scores_of_user(rx, user_id))[::-1]
        found = [(s, i) for s in scores for i, m in enumerate(s.score.marks) if is_asked(m, kind, clause)][:limit]
        items = items_by_id(rx, list({s.item_id for s, _ in found}))
    return [
        _crop(score, place, items[score.item_id].medium.width_px, items[score.item_id].medium.height_px)
        for score, place in found
        if score.item_id in items
    ]


def is_asked(mark: VerdictMark, kind: ErrorKind | None, clause: str | None) -> bool:
    """Whether a mark on gold is an error of this kind (None: of any) that tests this clause (None: whichever)."""
    of_kind = mark.kind is not ErrorKind.RIGHT if kind is None else mark.kind is kind
    return of_kind and (clause is None or (mark.gold is not None and clause in mark.gold.clauses))


def _crop(score: StoredScore, place: int, width_px: int, height_px: int) -> Crop:
    mark = score.score.marks[place]
    box = mark.gold.bbox if mark.gold else mark.answer[1] if mark.answer else (0.0, 0.0, 1.0, 1.0)
    view = surroundings(box, width_px, height_px)
    marks = []
    for other in score.score.marks:
        if other.gold is not None and other is mark:
            marks.append(CropMark(other.gold.bbox, other.gold.label_class, "expected", None))
        if other.answer is not None and _touches(other.answer[1], view):
            marks.append(CropMark(other.answer[1], other.answer[0], "drawn", score.user_id))
    clauses = mark.gold.clauses if mark.gold else ()
    caption = ", ".join(clauses) or mark.kind.value
    return Crop(score.item_id, width_px, height_px, view, tuple(marks), caption, score.answered_at_us, box)


def _touches(a: Sequence[float], b: Sequence[float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """What an annotator sees of their own work.

    Attributes:
        as_of_us: figures move once a day, so that they give no gold away; practice counts at once.
    """

    as_of_us: int
    row: PersonRow
    practice: tuple[StoredScore, ...]
    practice_accuracy: Measured
    practice_kinds: dict[str, Measured]


def read_own_figures(actor: Actor, project: str, snapshot: Snapshot, *, house: House) -> OwnFigures:
    """The caller's own figures, as of the last midnight.

    Nothing in them moves in between, not even by what others or the caller answered since: a figure that moved after
    an answer would say that it was gold.
    """
    with house.read(actor, project) as rx:
        as_of = rx.now_us // DAY_US * DAY_US
        mine = [s for s in counted(scores_of_user(rx, actor.id)) if s.answered_at_us < as_of]
        rho = rho_in(rx, before_us=as_of)
    practice = practice_verdicts(actor, project, house=house)
    policy = snapshot.policy
    rules = EvidenceRules(min_images=policy.min_gold_images)

    def row(scores: Sequence[StoredScore]) -> PersonRow:
        return person_row(
            actor.id,
            scores,
            rho=rho,
            policy=policy,
            paused=False,
            alarm=None,
            differs=False,
            n_submissions=len(scores),
        )

    return OwnFigures(
        as_of_us=as_of,
        row=row(mine),
        practice=tuple(practice),
        practice_accuracy=row(practice).accuracy,
        practice_kinds=kind_rows(practice, rho, policy, rules),
    )
