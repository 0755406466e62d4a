"""An evaluation in two steps: the models answer the gold, then their answers are measured and the card is written."""

from __future__ import annotations

from collections.abc import Sequence

from assay.gold import Gold, all_gold
from assay.items import Item, items_by_id
from assay.jobs.running import Step, StepDone, Tools
from assay.jobs.suggesting.asking import answer_items
from assay.jobs.training.errors import TrainingDataError
from assay.jobs.training.release_data import TrainingSet
from assay.kernel.marks import TAG
from assay.labels import schema_in
from assay.models import (
    PRODUCTION,
    ModelVersion,
    PredictedMark,
    PredictionOrigin,
    Task,
    keep_evaluation,
    predictions_of_items,
    version_in,
    version_of_alias,
)
from assay.models.evaluating import GoldAnswer, gold_digest, measure_boxes, measure_tags, report_of
from assay.models.runs import Run, run_in
from assay.storage import Rx, Tx

MIN_CONFIDENCE = 0.5


def frozen_gold(rx: Rx, task: Task) -> list[GoldAnswer]:
    """The signed answers of all live gold, by item, with the slices its items lie in; tags, or all but tags."""
    live = sorted((g for g in all_gold(rx) if g.state.value == "live"), key=lambda g: g.item_id)
    items = items_by_id(rx, [g.item_id for g in live])
    return [_answer(g, items[g.item_id], task) for g in live if g.item_id in items]


def _answer(gold: Gold, item: Item, task: Task) -> GoldAnswer:
    slices = {"origin": item.origin}
    if item.group_id:
        slices["group"] = item.group_id
    mine = [m for m in gold.marks if (m.shape == TAG) is (task is Task.TAGS)]
    for name in sorted({m.label_class for m in mine}):
        slices[f"has {name}"] = "yes"
    return GoldAnswer(item.id, gold.version, tuple((m.label_class, m.bbox) for m in mine), slices)


def learned_items(rx: Rx, version: ModelVersion, tools: Tools) -> frozenset[str]:
    """Items a version has seen in training; empty for one that was made elsewhere."""
    if version.new.run_id is None:
        return frozenset()
    sha = run_in(rx, version.new.run_id).checkpoint.get("data")
    return (
        frozenset() if sha is None else frozenset(i.item_id for i in TrainingSet.from_bytes(tools.blobs.get(sha)).items)
    )


def _contestants(rx: Rx, run: Run) -> list[ModelVersion]:
    """The version to measure, and the one in use beside it."""
    mine = version_in(rx, run.version_id or run.name)
    named = run.config.get("against", PRODUCTION)
    beside = version_of_alias(rx, PRODUCTION) if named == PRODUCTION else version_in(rx, named) if named else None
    comparable = beside is not None and beside.id != mine.id and beside.new.task is mine.new.task
    return [mine, beside] if beside is not None and comparable else [mine]


def answer_gold(run: Run, project: str, tools: Tools) -> StepDone:
    """Let both models answer every gold item; answers that are kept already are not asked for again."""
    with tools.house.read(tools.actor, project) as rx:
        models = _contestants(rx, run)
        gold = frozen_gold(rx, models[0].new.task)
        seen = learned_items(rx, models[0], tools)
    if not gold:
        raise TrainingDataError("there is no gold to measure on", "Let an expert sign some gold first.")
    learned = [g.item_id for g in gold if g.item_id in seen]
    kept = [g for g in gold if g.item_id not in seen]
    digest, ids = gold_digest(kept), [g.item_id for g in kept]
    lines = [f"{len(ids)} gold items, frozen as {digest[:16]}"]
    if learned:
        lines.append(f"{len(learned)} gold items left out: {models[0].title} has learned from them")
    for model in models:
        n = answer_items(model, ids, project, tools, PredictionOrigin.EVALUATION, f"gold/{digest[:24]}")
        lines.append(f"{model.title} answered {n} of them now")
    return StepDone({"gold": digest, "items": ids, "versions": [m.id for m in models]}, lines)


def measure(run: Run, project: str, tools: Tools) -> StepDone:
    """Hold the answers against the gold as it was frozen by the first step, and keep the evaluation."""
    digest, ids = run.checkpoint["gold"], run.checkpoint["items"]
    with tools.house.read(tools.actor, project) as rx:
        wanted = set(ids)
        models = [version_in(rx, v) for v in run.checkpoint["versions"]]
        gold = [g for g in frozen_gold(rx, models[0].new.task) if g.item_id in wanted]
        classes = [c.id for c in schema_in(rx, models[0].new.schema_version).classes]
        said = [_said(rx, m, digest, ids) for m in models]
    if gold_digest(gold) != digest:
        raise TrainingDataError("the gold changed while it was answered", "Start the evaluation again.")
    floor = float(run.config.get("min_confidence", MIN_CONFIDENCE))
    tags = models[0].new.task is Task.TAGS
    found = [
        measure_tags(gold, answers, classes) if tags else measure_boxes(gold, answers, classes, min_confidence=floor)
        for answers in said
    ]
    beside = found[1] if len(found) > 1 else None
    report = report_of(found[0], beside, settings={"min_confidence": floor}, classes=classes)

    def inside(tx: Tx) -> str:
        against = models[1] if len(models) > 1 else None
        keep_evaluation(
            tx,
            models[0],
            found[0].outcomes,
            report,
            gold_digest=digest,
            against=against,
            release_id=models[0].new.release_id,
        )
        return models[0].id

    return StepDone(run.checkpoint, [f"measured {models[0].title} on {len(gold)} gold items"], inside=inside)


def _said(rx: Rx, model: ModelVersion, digest: str, ids: Sequence[str]) -> dict[str, tuple[PredictedMark, ...]]:
    found = predictions_of_items(rx, model.id, PredictionOrigin.EVALUATION, f"gold/{digest[:24]}", ids)
    return {item: p.new.marks for item, p in found.items()}


STEPS: tuple[Step, ...] = (answer_gold, measure)
