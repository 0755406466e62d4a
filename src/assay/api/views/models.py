"""Models, runs, evaluations and certificates on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assay.access import Membership
from assay.api.views.people import Names
from assay.datasets import release_in
from assay.items import Item, items_by_id
from assay.jobs.model_desk import steps_of
from assay.kernel.estimate import Estimate
from assay.models import PRODUCTION, Evaluation, ItemOutcome, ModelVersion, aliases, version_in
from assay.models.evaluating import compare, newest_evaluations, outcomes_of_items
from assay.models.runs import Run
from assay.models.suggesting import StoredCertificate, audit_state_of, audits_of, count_standing
from assay.promotions import PromotionState, newest_of_versions
from assay.quality.certificates import RUN_LENGTH, design_audit_chart, watch_audits
from assay.storage import Rx
from assay.wire.common import EstimateOut, instant, instant_or_none
from assay.wire.models import (
    AuditPoint,
    AuditsOut,
    CertificateOut,
    EvaluationError,
    EvaluationItem,
    EvaluationOut,
    Failure,
    ModelOut,
    RunOut,
    Standing,
)

HEADLINES = ("f1", "precision", "recall", "right_items", "map33", "map50")
SEES_GOLD = ("expert", "lead", "approver", "auditor", "admin")
"""Roles that may know which items a model was measured on."""
ON_ITS_WAY = (PromotionState.REQUESTED, PromotionState.EVALUATED, PromotionState.WAITING)
NOT_TAKEN = (PromotionState.REFUSED, PromotionState.DECLINED, PromotionState.FAILED)
MOST_POINTS = 1000
"""Audits whose points a chart gets at most."""


class ModelViews:
    """Makes models' answers inside one transaction, looking up names once."""

    def __init__(self, rx: Rx) -> None:
        self._rx = rx
        self._names = Names(rx)
        self._releases: dict[str, str] = {}
        self._titles: dict[str, str] = {}
        self._aliases = aliases(rx)

    def models(self, versions: Sequence[ModelVersion]) -> list[ModelOut]:
        """Versions with their aliases, newest figures, and how far they have come."""
        ids = [v.id for v in versions]
        known, promotions = newest_evaluations(self._rx, ids), newest_of_versions(self._rx, ids)
        return [self._model(v, known.get(v.id), promotions.get(v.id)) for v in versions]

    def model(self, version: ModelVersion) -> ModelOut:
        """One version."""
        return self.models([version])[0]

    def _model(
        self, version: ModelVersion, newest: Evaluation | None, promotion: tuple[str, PromotionState] | None
    ) -> ModelOut:
        new = version.new
        figures = {} if newest is None else newest.report["measures"]
        state = None if promotion is None else promotion[1]
        in_use = self._aliases.get(PRODUCTION) == version.id
        return ModelOut.model_construct(
            id=version.id,
            title=version.title,
            name=new.name,
            number=version.number,
            task=new.task.value,
            runner=new.runner.value,
            framework=new.framework,
            artifact_sha256=new.artifact_sha256,
            artifact_bytes=new.artifact_bytes,
            schema_version=new.schema_version,
            release=self.release(new.release_id),
            intended_use=new.intended_use,
            config=new.config,
            digest=version.digest,
            aliases=sorted(a for a, v in self._aliases.items() if v == version.id),
            registered_by=self._names(version.created_by),
            registered_at=instant(version.created_at_us),
            evaluation_id=None if newest is None else newest.id,
            figures={name: _estimate(figures[name]) for name in HEADLINES if name in figures},
            standing=standing_of(state, in_use=in_use, evaluated=newest is not None),
            promotion_id=None if promotion is None else promotion[0],
        )

    def run(self, run: Run, log: Sequence[str] = (), n_log_lines: int = 0) -> RunOut:
        """A run; `log` is empty in tables."""
        return RunOut.model_construct(
            id=run.id,
            kind=run.kind,
            name=run.name,
            release=self.release(run.release_id),
            config=run.config,
            state=run.state.value,
            steps=[step.__name__ for step in steps_of(run.kind)],
            steps_done=run.steps_done,
            cpu_s=round(run.cpu_s, 3),
            model=self.title(run.version_id),
            model_id=run.version_id,
            error=run.error,
            started_by=self._names(run.created_by),
            created_at=instant(run.created_at_us),
            finished_at=instant_or_none(run.finished_at_us),
            log=list(log),
            n_log_lines=n_log_lines,
        )

    def evaluation(self, value: Evaluation, project: Membership) -> EvaluationOut:
        """An evaluation with the items it fails on most, for those who may know which items are gold."""
        report = value.report
        told = report["failures"] if project.has(*SEES_GOLD) else []
        outcomes = outcomes_of_items(self._rx, value.id, told)
        failing = [outcomes[i] for i in told if i in outcomes]
        return EvaluationOut.model_construct(
            id=value.id,
            model=self.title(value.version_id) or "",
            model_id=value.version_id,
            against=self.title(value.against_id),
            against_id=value.against_id,
            min_confidence=report.get("settings", {}).get("min_confidence"),
            classes=report["classes"],
            n_items=value.n_items,
            gold_digest=value.gold_digest,
            digest=value.digest,
            at=instant(value.created_at_us),
            measures=_estimates(report["measures"]) or {},
            against_measures=_estimates(report["against"]),
            differences=_estimates(report["differences"]),
            error_kinds=report["error_kinds"],
            failures=[
                Failure.model_construct(item_id=o.item_id, n_errors=o.n_errors, detail=list(o.detail)) for o in failing
            ],
        )

    def certificate(self, value: StoredCertificate) -> CertificateOut:
        """A certificate with how its audits stand."""
        audits, rate = audit_state_of(self._rx, value)
        return CertificateOut.model_construct(
            id=value.id,
            model=self.title(value.version_id) or "",
            model_id=value.version_id,
            label_class=value.label_class,
            state=value.state,
            words=value.words,
            target=value.target,
            sureness=value.sureness,
            threshold=value.threshold,
            n_items=value.n_items,
            n_accepted=value.n_accepted,
            n_wrong=value.n_wrong,
            upper=value.upper,
            needs=value.needs,
            at=instant(value.created_at_us),
            ended_why=value.ended_why,
            n_taken=count_standing(self._rx, value.id),
            n_audits=audits.n,
            audit_errors=EstimateOut.of(rate),
        )

    def title(self, version_id: str | None) -> str | None:
        """What people call a version."""
        if version_id is None:
            return None
        if version_id not in self._titles:
            self._titles[version_id] = version_in(self._rx, version_id).title
        return self._titles[version_id]

    def release(self, release_id: str | None) -> str | None:
        """What people call a release."""
        if not release_id:
            return None
        if release_id not in self._releases:
            self._releases[release_id] = release_in(self._rx, release_id).name
        return self._releases[release_id]


def standing_of(state: PromotionState | None, *, in_use: bool, evaluated: bool) -> Standing:
    """How far a version has come: where the alias points counts most, then its newest promotion, then measuring."""
    if in_use:
        return "in_use"
    if state in ON_ITS_WAY:
        return "candidate"
    if state in NOT_TAKEN:
        return "refused"
    if state is not None:
        return "was_in_use"
    return "evaluated" if evaluated else "registered"


def evaluation_items(
    rx: Rx, found: Sequence[tuple[ItemOutcome, ItemOutcome | None]], project: Membership
) -> list[EvaluationItem]:
    """The items behind a number, with their pictures and what is wrong on them."""
    items = items_by_id(rx, [mine.item_id for mine, _ in found])
    return [_item(items[mine.item_id], mine, theirs, project) for mine, theirs in found if mine.item_id in items]


def _item(item: Item, mine: ItemOutcome, theirs: ItemOutcome | None, project: Membership) -> EvaluationItem:
    address = f"/v1/projects/{project.slug}/items/{item.id}"
    return EvaluationItem.model_construct(
        item_id=item.id,
        name=item.name,
        image_url=f"{address}/image",
        thumb_url=f"{address}/thumb",
        width_px=item.medium.width_px,
        height_px=item.medium.height_px,
        n_units=mine.n_units,
        n_errors=mine.n_errors,
        correct=mine.correct,
        beside=compare(mine, theirs),
        errors=_errors(mine),
        against_errors=[] if theirs is None else _errors(theirs),
    )


def _errors(outcome: ItemOutcome) -> list[EvaluationError]:
    return [
        EvaluationError.model_construct(
            kind=e["kind"],
            label_class=e.get("label_class"),
            bbox=e.get("bbox"),
            answer_class=e.get("answer_class"),
            answer_bbox=e.get("answer_bbox"),
        )
        for e in outcome.detail
    ]


def audits_out(rx: Rx, certificate: StoredCertificate) -> AuditsOut:
    """The chart over a certificate's blind audits, with the sum after each of the newest."""
    labels = audits_of(rx, certificate.id)
    wrong = [label.audit.value == "wrong" for label in labels]
    chart = design_audit_chart(certificate.target)
    state = watch_audits(chart, wrong)
    points, score = [], 0.0
    for label, bad in zip(labels, wrong, strict=True):
        score = max(0.0, score + (chart.if_wrong if bad else chart.if_right))
        at = instant(label.audited_at_us or label.accepted_at_us)
        points.append(AuditPoint(item_id=label.item_id, at=at, wrong=bad, score=round(score, 4)))
    return AuditsOut(
        limit=round(chart.limit, 4),
        accepts=chart.p0,
        looks_for=chart.p1,
        run_length=round(RUN_LENGTH),
        n=state.n,
        n_wrong=state.n_wrong,
        n_before=max(0, len(points) - MOST_POINTS),
        rang_at=None if state.alarm_at is None else state.alarm_at + 1,
        began_at=None if state.began_at is None else state.began_at + 1,
        points=points[-MOST_POINTS:],
    )


def _estimate(value: dict[str, Any]) -> EstimateOut:
    return EstimateOut.of(Estimate(**value))


def _estimates(values: dict[str, Any] | None) -> dict[str, EstimateOut] | None:
    return None if values is None else {name: _estimate(v) for name, v in values.items()}
