"""A training run in three steps whose results are kept: gather the items, fit, register the version."""

from __future__ import annotations

from assay.datasets import release_in
from assay.jobs.running import Step, StepDone, Tools
from assay.jobs.suggesting import make_suggester
from assay.jobs.training.errors import TrainerUnknownError
from assay.jobs.training.release_data import TrainingSet, mixed, recipe_of, training_set
from assay.jobs.training.trainers import TRAINERS, Trainer
from assay.models import NewVersion, Runner, Task, add_version
from assay.models.runs import Run
from assay.storage import Tx


def trainer_of(name: str, tools: Tools) -> Trainer:
    """The trainer of this name: one of Assay's own, or one of the administrator's.

    Raises:
        TrainerUnknownError: there is none.
    """
    every = {**TRAINERS, **tools.trainers}
    if name not in every:
        raise TrainerUnknownError(name, sorted(every))
    found: Trainer = every[name]
    return found


def gather(run: Run, project: str, tools: Tools) -> StepDone:
    """Read what is learned from, and keep it, so that a run that goes on learns from the same."""
    with tools.house.read(tools.actor, project) as rx:
        release = release_in(rx, run.release_id)
    data = mixed(training_set(release, tools.blobs), recipe_of(run.settings))
    sha = tools.blobs.put(data.to_bytes())
    n = {split: len(data.of_split(split)) for split in ("train", "val")}
    lines = [
        f"release {release.name}: {n['train']} items to learn from, {n['val']} to validate; gold is not among them"
    ]
    made = [i for i in data.of_split("train") if i.origin != "real"]
    if made:
        weight = sum(i.weight for i in made) / sum(i.weight for i in data.of_split("train"))
        lines.append(f"{len(made)} of these to learn from are synthetic; together they weigh {100 * weight:.1f} %")
    return StepDone({"data": sha, "release_digest": release.digest, **n}, lines)


def fit(run: Run, project: str, tools: Tools) -> StepDone:
    """Train, and keep the model's file."""
    data = TrainingSet.from_bytes(tools.blobs.get(run.checkpoint["data"]))
    lines: list[str] = []
    made = trainer_of(run.kind, tools).fit(data, tools.reader(project), run.settings, lines.append)
    new = NewVersion(
        run.name, made.task, made.runner, made.framework, None, 0, data.schema_version, "", config=made.config
    )
    make_suggester(new, made.artifact, tools.servers, title=run.name)  # what cannot be run is not registered
    kept = {
        "artifact": tools.blobs.put(made.artifact),
        "bytes": len(made.artifact),
        "task": made.task.value,
        "runner": made.runner.value,
        "framework": made.framework,
        "model_config": made.config,
        "facts": made.facts,
        "schema_version": data.schema_version,
    }
    lines.append(f"wrote a model of {len(made.artifact):,} bytes")
    return StepDone({**run.checkpoint, **kept}, lines, cpu_s=made.cpu_s)


def register(run: Run, project: str, tools: Tools) -> StepDone:
    """Register the version, in the same transaction that says so."""
    del project, tools
    kept = run.checkpoint
    new = NewVersion(
        name=run.name,
        task=Task(kept["task"]),
        runner=Runner(kept["runner"]),
        framework=kept["framework"],
        artifact_sha256=kept["artifact"],
        artifact_bytes=kept["bytes"],
        schema_version=kept["schema_version"],
        intended_use=run.config.get("intended_use", ""),
        release_id=run.release_id,
        release_digest=kept["release_digest"],
        config=kept["model_config"],
        run_id=run.id,
    )

    def inside(tx: Tx) -> str:
        return add_version(tx, new).id

    return StepDone(kept, ["registered"], inside=inside)


STEPS: tuple[Step, ...] = (gather, fit, register)
