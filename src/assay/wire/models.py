"""Models, their runs and evaluations, suggestions and certificates as they travel."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from assay.wire.common import Box, EstimateOut, Instant, Person, WireModel
from assay.wire.labels import Shape

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Why = Annotated[str, Field(min_length=1, max_length=500)]


class FileKept(WireModel):
    """A model's file as the server keeps it; `sha256` names it when the model is registered."""

    sha256: str
    size_bytes: int


class ModelNew(WireModel):
    """A model version to register; what its file and config promise is tried out at once."""

    name: Name
    task: Literal["boxes", "tags"]
    runner: Literal["onnx", "http", "linear", "boards", "none"]
    framework: Annotated[str, Field(max_length=64)] = ""
    artifact_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    intended_use: Annotated[str, Field(max_length=4000)] = ""
    release: Annotated[str, Field(max_length=64)] | None = None
    schema_version: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    config: dict[str, Any] = Field(default_factory=dict)


Standing = Literal["in_use", "candidate", "was_in_use", "refused", "evaluated", "registered"]


class ModelOut(WireModel):
    """A model version; `aliases` point to it now, `figures` are those of its newest evaluation.

    `standing` says how far it has come: `candidate` is on its way through a promotion, `promotion_id` is its newest.
    """

    id: str
    title: str
    name: str
    number: int
    task: Literal["boxes", "tags"]
    runner: str
    framework: str
    artifact_sha256: str | None
    artifact_bytes: int
    schema_version: int
    release: str | None
    intended_use: str
    config: dict[str, Any]
    digest: str
    aliases: list[str]
    registered_by: Person
    registered_at: Instant
    evaluation_id: str | None
    figures: dict[str, EstimateOut]
    standing: Standing
    promotion_id: str | None


class RunOut(WireModel):
    """A piece of long work; `log` is given for a single run only: its last lines, of `n_log_lines`.

    `steps` are the steps it goes through, in order; `steps_done` of them are kept.
    """

    id: str
    kind: str
    name: str
    release: str | None
    config: dict[str, Any]
    state: Literal["waiting", "running", "finished", "failed"]
    steps: list[str]
    steps_done: int
    cpu_s: float
    model: str | None
    model_id: str | None
    error: str | None
    started_by: Person
    created_at: Instant
    finished_at: Instant | None
    log: list[str]
    n_log_lines: int


class TrainerSetting(WireModel):
    """One setting of a trainer; `default` is what holds when it is left out, JSON for `json`."""

    name: str
    kind: Literal["number", "whole", "flag", "json"]
    default: float | bool | None
    low: float | None
    high: float | None
    words: str


class TrainerOut(WireModel):
    """A trainer of this server; one the administrator added takes any settings, as one JSON object."""

    name: str
    words: str
    added: bool
    settings: list[TrainerSetting]


class TrainingNew(WireModel):
    """A training to start on a frozen release; with the same `client_key` again it is the same training."""

    trainer: Annotated[str, Field(min_length=1, max_length=64)]
    name: Name
    release: Annotated[str, Field(min_length=1, max_length=64)]
    intended_use: Annotated[str, Field(max_length=4000)] = ""
    config: dict[str, Any] = Field(default_factory=dict)
    client_key: Annotated[str, Field(min_length=8, max_length=64)] | None = None


class EvaluationNew(WireModel):
    """An evaluation to start; beside the model in use unless `against` names another, or null for none."""

    against: Annotated[str, Field(max_length=96)] | None = "production"
    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.5


class Failure(WireModel):
    """An item on which the model errs, with what is wrong."""

    item_id: str
    n_errors: int
    detail: list[dict[str, Any]]


class EvaluationOut(WireModel):
    """A measured quality on frozen gold: `measures` by name, beside those of the model in use.

    `failures` is empty for who may not know which items are gold.
    """

    id: str
    model: str
    model_id: str
    against: str | None
    against_id: str | None
    min_confidence: float | None
    classes: list[str]
    n_items: int
    gold_digest: str
    digest: str
    at: Instant
    measures: dict[str, EstimateOut]
    against_measures: dict[str, EstimateOut] | None
    differences: dict[str, EstimateOut] | None
    error_kinds: dict[str, int]
    failures: list[Failure]


class EvaluationError(WireModel):
    """One thing that is wrong on an item: what the gold says, and what the model said in its place.

    Boxes are null for tags of the whole picture.
    """

    kind: Literal["missed", "spurious", "misclassified", "mislocalised"]
    label_class: str | None
    bbox: Box | None
    answer_class: str | None
    answer_bbox: Box | None


class EvaluationItem(WireModel):
    """One gold item of an evaluation; `beside` compares it with the model in use, null where that was not asked.

    `against_errors` are what that one gets wrong on it.
    """

    item_id: str
    name: str
    image_url: str
    thumb_url: str
    width_px: int
    height_px: int
    n_units: int
    n_errors: int
    correct: bool
    beside: Literal["better", "worse", "same"] | None
    errors: list[EvaluationError]
    against_errors: list[EvaluationError]


class SuggestedMark(WireModel):
    """A mark a model suggests."""

    label_class: str
    shape: Shape
    bbox: Box
    attributes: dict[str, Any]
    geometry: dict[str, Any] | None
    confidence: float
    model: str


class SuggestionOut(WireModel):
    """What an assignment may see; no marks also where the suggestion is withheld at random."""

    marks: list[SuggestedMark]


class ClassSuggestion(WireModel):
    """What a model may do for a class."""

    mode: Literal["manual", "loop", "automatic"] = "manual"
    show_above: Annotated[float, Field(ge=0, le=1)] = 0.5
    target: Annotated[float, Field(ge=0.001, le=0.4)] = 0.05
    sureness: Annotated[float, Field(ge=0.5, le=0.999)] = 0.9


class SuggestionPolicyIn(WireModel):
    """The next version of the suggestion policy; `version` is the one it was made from."""

    version: Annotated[int, Field(ge=0)]
    why: Why
    model: Annotated[str, Field(min_length=1, max_length=96)] = "production"
    withheld_share: Annotated[float, Field(ge=0.01, le=1)] = 0.2
    audit_share: Annotated[float, Field(ge=0.01, le=1)] = 0.05
    classes: dict[str, ClassSuggestion] = Field(default_factory=dict)


class SuggestionPolicyOut(WireModel):
    """The suggestion policy in force; version 0 suggests nothing."""

    version: int
    model: str
    withheld_share: float
    audit_share: float
    classes: dict[str, ClassSuggestion]


class SuggestionFigures(WireModel):
    """What suggestions do: seconds for each accepted mark with and without, and what became of what was shown."""

    seconds_with: EstimateOut
    seconds_without: EstimateOut
    saving: EstimateOut
    kept: EstimateOut
    changed: EstimateOut
    removed: EstimateOut
    missed: EstimateOut


class CertificateOut(WireModel):
    """A certificate, or what is missing for one, with how its audits stand."""

    id: str
    model: str
    model_id: str
    label_class: str
    state: Literal["certified", "not_yet", "stopped", "replaced"]
    words: str
    target: float
    sureness: float
    threshold: float | None
    n_items: int
    n_accepted: int
    n_wrong: int
    upper: float | None
    needs: int | None
    at: Instant
    ended_why: str | None
    n_taken: int
    n_audits: int
    audit_errors: EstimateOut


class AuditPoint(WireModel):
    """One blind audit: the chart's sum after it, from 0 on."""

    item_id: str
    at: Instant
    wrong: bool
    score: float


class AuditsOut(WireModel):
    """The chart over a certificate's blind audits: it rings at `limit`, and then the certificate stops.

    It accepts a share wrong of `accepts`, looks for `looks_for`, and rings falsely once in `run_length` audits.
    `points` are the newest; `n_before` lie before them. `rang_at` counts audits from 1.
    """

    limit: float
    accepts: float
    looks_for: float
    run_length: int
    n: int
    n_wrong: int
    n_before: int
    rang_at: int | None
    began_at: int | None
    points: list[AuditPoint]
