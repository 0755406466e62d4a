"""Models, runs, evaluations and certificates on the wire."""

from __future__ import annotations

from typing import Any

from assay.api.views.people import Names
from assay.datasets import all_releases
from assay.kernel.estimate import Estimate
from assay.models import Evaluation, ModelVersion, aliases, evaluations_of, outcomes_of, version_in
from assay.models.runs import Run
from assay.models.suggesting import StoredCertificate, audit_state_of, automatic_labels_of
from assay.storage import Rx
from assay.wire.common import EstimateOut, instant, instant_or_none
from assay.wire.models import CertificateOut, EvaluationOut, Failure, ModelOut, RunOut

HEADLINES = ("f1", "precision", "recall", "right_items", "map33", "map50")


class ModelViews:
    """Makes models' answers inside one transaction, looking up names once."""

    def __init__(self, rx: Rx) -> None:
        self._rx = rx
        self._names = Names(rx)
        self._releases = {r.id: r.name for r in all_releases(rx)}
        self._aliases = aliases(rx)

    def model(self, version: ModelVersion) -> ModelOut:
        """A version with its aliases and newest figures."""
        new, known = version.new, evaluations_of(self._rx, version.id)
        newest = known[0] if known else None
        figures = {} if newest is None else newest.report["measures"]
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
            release=self._releases.get(new.release_id or ""),
            intended_use=new.intended_use,
            config=new.config,
            digest=version.digest,
            aliases=sorted(a for a, v in self._aliases.items() if v == version.id),
            registered_by=self._names(version.created_by),
            registered_at=instant(version.created_at_us),
            evaluation_id=None if newest is None else newest.id,
            figures={name: _estimate(figures[name]) for name in HEADLINES if name in figures},
        )

    def run(self, run: Run, log: list[str]) -> RunOut:
        """A run; `log` is empty in tables."""
        return RunOut.model_construct(
            id=run.id,
            kind=run.kind,
            name=run.name,
            release=self._releases.get(run.release_id),
            config=run.config,
            state=run.state.value,
            steps_done=run.steps_done,
            cpu_s=round(run.cpu_s, 3),
            model=self._title(run.version_id),
            error=run.error,
            started_by=self._names(run.created_by),
            created_at=instant(run.created_at_us),
            finished_at=instant_or_none(run.finished_at_us),
            log=log,
        )

    def evaluation(self, value: Evaluation) -> EvaluationOut:
        """An evaluation with the items it fails on most."""
        report = value.report
        outcomes = {o.item_id: o for o in outcomes_of(self._rx, value.id)}
        failing = [outcomes[i] for i in report["failures"] if i in outcomes]
        return EvaluationOut.model_construct(
            id=value.id,
            model=self._title(value.version_id) or "",
            against=self._title(value.against_id),
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
            model=self._title(value.version_id) or "",
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
            n_taken=sum(a.state == "standing" for a in automatic_labels_of(self._rx, value.id)),
            n_audits=audits.n,
            audit_errors=EstimateOut.of(rate),
        )

    def _title(self, version_id: str | None) -> str | None:
        return None if version_id is None else version_in(self._rx, version_id).title


def _estimate(value: dict[str, Any]) -> EstimateOut:
    return EstimateOut.of(Estimate(**value))


def _estimates(values: dict[str, Any] | None) -> dict[str, EstimateOut] | None:
    return None if values is None else {name: _estimate(v) for name, v in values.items()}
