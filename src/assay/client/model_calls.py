"""The calls about models, as functions from plain values to a `Call`; nothing here sends anything."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import quote

from assay.client.request import Call, get, raw, reader, send
from assay.wire.common import Page
from assay.wire.models import (
    CertificateOut,
    EvaluationNew,
    EvaluationOut,
    FileKept,
    ModelNew,
    ModelOut,
    RunOut,
    SuggestionFigures,
    SuggestionOut,
    SuggestionPolicyIn,
    SuggestionPolicyOut,
    TrainingNew,
)
from assay.wire.retraining import RetrainingDismiss, RetrainingOut, RetrainingStart


def _project(project: str, *parts: str) -> str:
    return "/v1/projects/" + "/".join(quote(p, safe="") for p in (project, *parts))


def upload_model(project: str, data: bytes) -> Call[FileKept]:
    """Upload a model's file."""
    path = _project(project, "model-files")
    return Call("PUT", path, reader(FileKept), {}, data, is_json=False, repeatable=True)


def register_model(project: str, new: ModelNew) -> Call[ModelOut]:
    """Register a version."""
    return send("POST", _project(project, "models"), reader(ModelOut), new)


def models(project: str, cursor: str = "", limit: int = 200) -> Call[Page[ModelOut]]:
    """A page of versions, newest first."""
    return get(_project(project, "models"), reader(Page[ModelOut]), cursor=cursor, limit=limit)


def model(project: str, name: str) -> Call[ModelOut]:
    """One version, by id, alias or name."""
    return get(_project(project, "models", name), reader(ModelOut))


def model_card(project: str, name: str) -> Call[bytes]:
    """The model card as Markdown."""
    return get(_project(project, "models", name, "card"), raw)


def evaluations(project: str, name: str, cursor: str = "", limit: int = 20) -> Call[Page[EvaluationOut]]:
    """A page of a version's evaluations, newest first."""
    path = _project(project, "models", name, "evaluations")
    return get(path, reader(Page[EvaluationOut]), cursor=cursor, limit=limit)


def evaluate(project: str, name: str, against: str | None = "production", min_confidence: float = 0.5) -> Call[RunOut]:
    """Measure a version on the gold."""
    body = EvaluationNew(against=against, min_confidence=min_confidence)
    return send("POST", _project(project, "models", name, "evaluations"), reader(RunOut), body)


def train(
    project: str,
    trainer: str,
    name: str,
    release: str,
    config: dict[str, Any],
    intended_use: str = "",
    client_key: str | None = None,
) -> Call[RunOut]:
    """Train on a frozen release; with a key, the call sent again is the same training."""
    body = TrainingNew(
        trainer=trainer,
        name=name,
        release=release,
        config=config,
        intended_use=intended_use,
        client_key=client_key,
    )
    return send("POST", _project(project, "model-runs"), reader(RunOut), body, repeatable=client_key is not None)


def retrainings(project: str, cursor: str = "", limit: int = 200) -> Call[Page[RetrainingOut]]:
    """A page of trainings that the policy asks for, newest first."""
    return get(_project(project, "retraining"), reader(Page[RetrainingOut]), cursor=cursor, limit=limit)


def start_retraining(project: str, retraining: str, release: str | None = None) -> Call[RetrainingOut]:
    """Begin one; on the newest signed release that is new to the model in use, if none is named."""
    path = _project(project, "retraining", retraining, "start")
    return send("POST", path, reader(RetrainingOut), RetrainingStart(release=release))


def dismiss_retraining(project: str, retraining: str, reason: str) -> Call[RetrainingOut]:
    """Say no to one."""
    path = _project(project, "retraining", retraining, "dismissal")
    return send("POST", path, reader(RetrainingOut), RetrainingDismiss(reason=reason))


def start_model_run(project: str, name: str, kind: Literal["suggest", "certify"]) -> Call[RunOut]:
    """Let a version answer what waits, or certify its thresholds."""
    return send(
        "POST",
        _project(project, "models", name, "suggestions" if kind == "suggest" else "certificates"),
        reader(RunOut),
    )


def model_run(project: str, run: str) -> Call[RunOut]:
    """One run with its log."""
    return get(_project(project, "model-runs", run), reader(RunOut))


def model_runs(project: str, cursor: str = "", limit: int = 200) -> Call[Page[RunOut]]:
    """A page of runs, newest first."""
    return get(_project(project, "model-runs"), reader(Page[RunOut]), cursor=cursor, limit=limit)


def suggestion(project: str, assignment: str) -> Call[SuggestionOut]:
    """What a model suggests for one of one's assignments."""
    return get(_project(project, "assignments", assignment, "suggestion"), reader(SuggestionOut))


def suggestion_policy(project: str) -> Call[SuggestionPolicyOut]:
    """The suggestion policy in force."""
    return get(_project(project, "suggestion-policy"), reader(SuggestionPolicyOut))


def set_suggestion_policy(project: str, body: SuggestionPolicyIn) -> Call[SuggestionPolicyOut]:
    """Make the next version of the suggestion policy."""
    return send("PUT", _project(project, "suggestion-policy"), reader(SuggestionPolicyOut), body)


def suggestion_figures(project: str) -> Call[SuggestionFigures]:
    """What suggestions save."""
    return get(_project(project, "suggestion-figures"), reader(SuggestionFigures))


def certificates(project: str, cursor: str = "", limit: int = 200) -> Call[Page[CertificateOut]]:
    """A page of certificates and refusals, newest first."""
    return get(_project(project, "certificates"), reader(Page[CertificateOut]), cursor=cursor, limit=limit)
