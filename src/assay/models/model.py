"""Model versions, what they predicted, and how good they were measured to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from assay.annotations import Mark
from assay.kernel.canonical import digest


class Task(StrEnum):
    """What a model answers with."""

    BOXES = "boxes"
    TAGS = "tags"


class Runner(StrEnum):
    """What runs a model.

    `linear` and `boards` are made by Assay's own trainers and need numpy only; `onnx` runs in the process by ONNX
    Runtime; `http` asks a server by the Label Studio ML-backend protocol.
    """

    LINEAR = "linear"
    BOARDS = "boards"
    ONNX = "onnx"
    HTTP = "http"
    NONE = "none"


class PredictionOrigin(StrEnum):
    """Why a model was asked."""

    SUGGESTION = "suggestion"
    EVALUATION = "evaluation"
    SERVED = "served"


PRODUCTION = "production"
"""The alias of the version in use; only a promotion moves it."""


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A model version as its owner describes it.

    Attributes:
        artifact_sha256: hash of the artifact's blob; None for a model that another server runs.
        release_id: the release it was trained on; None when it came from outside.
        schema_version: the label schema whose classes it answers with.
        intended_use: in words, for the model card.
        config: what the runner needs: input size and scaling, class names in the order of its outputs, address.
        run_id: the training run that made it; None for one that was registered by hand.
    """

    name: str
    task: Task
    runner: Runner
    framework: str
    artifact_sha256: str | None
    artifact_bytes: int
    schema_version: int
    intended_use: str
    release_id: str | None = None
    release_digest: str | None = None
    config: dict[str, Any] = field(default_factory=dict)
    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A registered model version; never changed afterwards.

    Attributes:
        number: counts from 1 under the name.
        digest: hash of all that it is; what evidence and approvals are bound to.
    """

    id: str
    number: int
    new: NewVersion
    digest: str
    created_by: str
    created_at_us: int

    @property
    def title(self) -> str:
        """As people write it: name@number."""
        return f"{self.new.name}@{self.number}"

    @property
    def subject(self) -> str:
        """What events and approvals name."""
        return f"model/{self.id}"


def version_digest(new: NewVersion) -> str:
    """The hash of everything a version is, whoever registered it and whenever."""
    return digest(
        {
            "name": new.name,
            "task": new.task.value,
            "runner": new.runner.value,
            "framework": new.framework,
            "artifact_sha256": new.artifact_sha256,
            "schema_version": new.schema_version,
            "release_digest": new.release_digest,
            "config": new.config,
        }
    )


@dataclass(frozen=True, slots=True)
class AliasMove:
    """One move of an alias; the newest says where it points.

    Attributes:
        serial: counts from 1 per alias.
        version_id: where it points since; None when it was taken away.
        previous_id: where it pointed before.
    """

    alias: str
    serial: int
    version_id: str | None
    previous_id: str | None
    why: str
    moved_by: str
    moved_at_us: int


@dataclass(frozen=True, slots=True)
class PredictedMark:
    """One mark of a model with its confidence, 0 to 1."""

    mark: Mark
    confidence: float


@dataclass(frozen=True, slots=True)
class NewPrediction:
    """What a model said about one item.

    Attributes:
        origin: why it was asked.
        request_key: its sender's name for it; the same again is the same prediction.
        confidence: in the answer as a whole, 0 to 1; None when the model says none.
        scores: for tags, the probability of each class.
        context: facts of the serving side, such as line, camera, supplier; they become slices.
        predicted_at_us: when the model answered.
    """

    version_id: str
    item_id: str
    origin: PredictionOrigin
    request_key: str
    marks: tuple[PredictedMark, ...]
    confidence: float | None
    predicted_at_us: int
    scores: dict[str, float] | None = None
    context: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prediction:
    """A prediction in the books; `digest` is over its marks and scores."""

    id: str
    new: NewPrediction
    digest: str
    received_at_us: int


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """How a model did on one item of an evaluation.

    Attributes:
        n_units: marks of the gold plus marks the model drew too many; 1 for an item left empty by both.
        n_errors: of these, wrong ones.
        correct: whether there was no error at all; the unit of the paired gate.
        slices: name to value, such as `class` or `group`.
        detail: what was wrong, for the failure pictures.
    """

    item_id: str
    n_units: int
    n_errors: int
    correct: bool
    slices: dict[str, str] = field(default_factory=dict)
    detail: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A model version's measured quality on frozen gold.

    Attributes:
        gold_digest: hash over the items and the signed answers it was held against.
        against_id: the version in use that it was held beside; None when there was none.
        report: overall, by class and by slice, every number an estimate; documented in docs/models.md.
        digest: evidence digest: over the version, the gold, every item's outcome and the report.
    """

    id: str
    version_id: str
    release_id: str | None
    gold_digest: str
    against_id: str | None
    n_items: int
    report: dict[str, Any]
    digest: str
    created_by: str
    created_at_us: int
