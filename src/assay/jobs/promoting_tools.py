"""What promotions work with on a server: evaluations as runs of models, production quality, makers."""

from __future__ import annotations

from collections.abc import Callable

from assay.gold import list_contests
from assay.jobs.promoting import PROMOTER, Evaluate, Tools
from assay.kernel.errors import InvalidInputError
from assay.kernel.estimate import Estimate, nothing_measured
from assay.models import ModelVersion, evaluations_of, version_in
from assay.models.runs import ASKED_BY, Run, RunState, all_runs, run_in, start_run
from assay.serving import quality_in
from assay.storage import House, Rx


class EvaluationFailedError(InvalidInputError):
    """An evaluation that a promotion asked for and that failed."""

    code = "promotions.evaluation_failed"

    def __init__(self, title: str, error: str) -> None:
        super().__init__(f"{title} could not be evaluated. {error}", hint="Mend it and ask for the promotion again.")


def evaluate_by_run(house: House, wake: Callable[[], object]) -> Evaluate:
    """Evaluations as runs that the model desk works through; `wake` says that there is one."""

    def evaluate(project: str, version_id: str, beside: str | None, key: str) -> str | None:
        with house.read(PROMOTER, project) as rx:
            version = version_in(rx, version_id)
            run = next((r for r in all_runs(rx) if r.kind == "evaluate" and r.config.get(ASKED_BY) == key), None)
            if run is not None and not run.is_open:
                return _outcome(rx, run, version)
        if run is None:
            config = {"against": beside, ASKED_BY: key}
            start_run(
                PROMOTER, project, "evaluate", version.new.name, config=config, house=house, version_id=version_id
            )
        wake()
        return None

    return evaluate


def _outcome(rx: Rx, run: Run, version: ModelVersion) -> str:
    """The evaluation that a finished run kept."""
    if run.state is RunState.FAILED:
        raise EvaluationFailedError(version.title, run.error or "The run failed.")
    gold = run.checkpoint.get("gold")
    found = next((e for e in evaluations_of(rx, version.id) if e.gold_digest == gold), None)
    if found is None:
        raise EvaluationFailedError(version.title, "The run kept no evaluation.")
    return found.id


def quality_since(rx: Rx, version_id: str, since_us: int) -> Estimate:
    """The share of marks that were right in production since a moment, by the random share of predictions alone."""
    span_us = max(rx.now_us - since_us, 1)
    wrong = quality_in(rx, every_us=span_us, n_points=1).by_version.get(version_id)
    if wrong is None or wrong.value is None or wrong.low is None or wrong.high is None:
        return nothing_measured("production")
    return Estimate(1 - wrong.value, 1 - wrong.high, 1 - wrong.low, wrong.n, wrong.n_items, wrong.method)


def makers_of(rx: Rx, version: ModelVersion) -> frozenset[str]:
    """Who made a version: who registered it, and who began the training that made it."""
    begun = frozenset[str]() if version.new.run_id is None else frozenset({run_in(rx, version.new.run_id).created_by})
    return begun | {version.created_by}


def open_findings(rx: Rx) -> int:
    """Open findings on the gold: objections to its verdicts that no expert has ruled on."""
    return len(list_contests(rx, ["open"]))


def server_tools(house: House, wake: Callable[[], object] = lambda: None) -> Tools:
    """The tools of a server's promotions."""
    return Tools(house, evaluate_by_run(house, wake), findings=open_findings, quality=quality_since, makers=makers_of)
