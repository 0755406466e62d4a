"""Models: upload and register, train, evaluate, look at; the model card."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query, Request
from starlette.responses import Response

from assay.access import Caller as CallerValue
from assay.access import Membership
from assay.api.deps import Blobs, Caller, Cursor, Format, House, Lead, Limit, Services, member
from assay.api.routing import body_limit, in_thread, make_router
from assay.api.services import Services as ServicesValue
from assay.api.tables import make_cursor, read_cursor, table
from assay.api.views.models import SEES_GOLD, ModelViews, evaluation_items
from assay.datasets import release_in
from assay.jobs.suggesting import ArtifactBrokenError, make_suggester
from assay.jobs.training.described import describe_trainers
from assay.jobs.training.steps import trainer_of
from assay.labels import current_schema_version, schema_in
from assay.models import (
    ModelFileNotFoundError,
    NewVersion,
    Runner,
    Task,
    evaluation_in,
    register_version,
    version_in,
    versions_before,
)
from assay.models.evaluating import Looking, card_markdown, evaluations_before, items_behind
from assay.models.runs import log_tail, run_in, runs_before, start_run
from assay.wire.common import Page, Rows
from assay.wire.models import (
    EvaluationItem,
    EvaluationNew,
    EvaluationOut,
    FileKept,
    ModelNew,
    ModelOut,
    RunOut,
    TrainerOut,
    TrainerSetting,
    TrainingNew,
)

router = make_router("models")
MODEL_LIMIT = 512 * 1024 * 1024
LOG_LINES = 500
Kind = Literal["missed", "spurious", "misclassified", "mislocalised"]
Reader = Annotated[Membership, member("reviewer", "expert", "lead", "approver", "auditor", "admin")]
SeesGold = Annotated[Membership, member(*SEES_GOLD)]


@router.put("/v1/projects/{project}/model-files")
@body_limit(MODEL_LIMIT)
async def put_model_file(request: Request, caller: Caller, project: Lead, blobs: Blobs) -> FileKept:
    """Upload a model's file as the raw body; it is looked at when the model is registered."""
    del caller, project
    data = await request.body()
    if not data:
        raise ArtifactBrokenError("it is empty")
    return FileKept(sha256=await in_thread(blobs.put, data), size_bytes=len(data))


@router.post("/v1/projects/{project}/models")
def new_model(body: ModelNew, caller: Caller, project: Lead, services: Services) -> ModelOut:
    """Register a version. Its file and config are tried out first: what cannot answer is refused with the reason."""
    with services.house.read(caller.actor, project.project_id) as rx:
        release = None if body.release is None else release_in(rx, body.release)
        version = body.schema_version or current_schema_version(rx)
        schema_in(rx, version)
    data = None
    if body.artifact_sha256 is not None:
        if not services.blobs.has(body.artifact_sha256):
            raise ArtifactBrokenError(
                f"there is none with the hash {body.artifact_sha256[:16]}…", hint="Upload it first."
            )
        data = services.blobs.get(body.artifact_sha256)
    new = NewVersion(
        name=body.name,
        task=Task(body.task),
        runner=Runner(body.runner),
        framework=body.framework,
        artifact_sha256=body.artifact_sha256,
        artifact_bytes=0 if data is None else len(data),
        schema_version=version,
        intended_use=body.intended_use,
        release_id=None if release is None else release.id,
        release_digest=None if release is None else release.digest,
        config=body.config,
    )
    if new.runner is not Runner.NONE:
        make_suggester(new, data, services.models.tools.servers, title=body.name)
    made = register_version(caller.actor, project.project_id, new, house=services.house)
    with services.house.read(caller.actor, project.project_id) as rx:
        return ModelViews(rx).model(made)


@router.get("/v1/projects/{project}/models", response_model=Page[ModelOut])
def read_models(
    caller: Caller, project: Reader, house: House, cursor: Cursor = "", limit: Limit = 50, form: Format = "json"
) -> Page[ModelOut] | Response:
    """Every version, newest first."""

    def fetch(cursor: str, n: int) -> tuple[list[ModelOut], str | None]:
        key = read_cursor(cursor, str)
        with house.read(caller.actor, project.project_id) as rx:
            found = versions_before(rx, key[0] if key else "", n + 1)
            rows = ModelViews(rx).models(found[:n])
        return rows, make_cursor(found[n - 1].id) if len(found) > n else None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="models")


@router.get("/v1/projects/{project}/models/{model}")
def read_model(caller: Caller, project: Reader, house: House, model: str) -> ModelOut:
    """One version, by id, alias or name (its newest)."""
    with house.read(caller.actor, project.project_id) as rx:
        return ModelViews(rx).model(version_in(rx, model))


@router.get(
    "/v1/projects/{project}/models/{model}/card",
    response_class=Response,
    responses={200: {"content": {"text/markdown": {}}}},
)
def read_card(caller: Caller, project: Reader, house: House, model: str) -> Response:
    """The model card as Markdown: what it is, what it is for, how good it was measured to be, where it fails."""
    with house.read(caller.actor, project.project_id) as rx:
        version = version_in(rx, model)
        newest = next(iter(evaluations_before(rx, version.id, "", 1)), None)
        views = ModelViews(rx)
        names = {c.id: c.name for c in schema_in(rx, version.new.schema_version).classes}
        names[version.new.release_id or ""] = views.release(version.new.release_id) or ""
        if newest is not None and newest.against_id is not None:
            names[newest.against_id] = views.title(newest.against_id) or ""
        text = card_markdown(version, newest, names)
    return Response(text, media_type="text/markdown", headers={"cache-control": "no-store"})


@router.get(
    "/v1/projects/{project}/models/{model}/file",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def read_model_file(caller: Caller, project: Reader, services: Services, model: str) -> Response:
    """The model's file, to run it elsewhere; 404 for a version that is only registered for the record."""
    with services.house.read(caller.actor, project.project_id) as rx:
        version = version_in(rx, model)
    if version.new.artifact_sha256 is None:
        raise ModelFileNotFoundError(version.title)
    data = services.blobs.get(version.new.artifact_sha256)
    return Response(data, media_type="application/octet-stream", headers={"cache-control": "no-store"})


@router.get("/v1/projects/{project}/models/{model}/evaluations")
def read_evaluations(
    caller: Caller, project: Reader, house: House, model: str, cursor: Cursor = "", limit: Limit = 20
) -> Page[EvaluationOut]:
    """A version's evaluations, newest first."""
    key = read_cursor(cursor, str)
    with house.read(caller.actor, project.project_id) as rx:
        views = ModelViews(rx)
        found = evaluations_before(rx, version_in(rx, model).id, key[0] if key else "", limit + 1)
        rows = [views.evaluation(e, project) for e in found[:limit]]
    after = make_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page[EvaluationOut].model_construct(rows=rows, next=after)


@router.get("/v1/projects/{project}/evaluations/{evaluation}")
def read_evaluation(caller: Caller, project: Reader, house: House, evaluation: str) -> EvaluationOut:
    """One evaluation."""
    with house.read(caller.actor, project.project_id) as rx:
        return ModelViews(rx).evaluation(evaluation_in(rx, evaluation), project)


@router.get("/v1/projects/{project}/evaluations/{evaluation}/items")
def read_evaluation_items(
    caller: Caller,
    project: SeesGold,
    house: House,
    evaluation: str,
    kind: Annotated[Kind | None, Query(description="Of an error the item has.")] = None,
    label_class: Annotated[str, Query(max_length=64, description="Of that error.")] = "",
    slice_: Annotated[str, Query(alias="slice", max_length=200, description="As measures name it: name:value.")] = "",
    beside: Annotated[Literal["better", "worse"] | None, Query(description="Than the model in use.")] = None,
    wrong: Annotated[bool, Query(description="Only items with an error.")] = False,  # noqa: FBT002 - of a query
    cursor: Cursor = "",
    limit: Annotated[int, Query(ge=1, le=60)] = 24,
) -> Page[EvaluationItem]:
    """The gold items behind a number of an evaluation, with their pictures and what is wrong on them."""
    looking = Looking(kind, label_class or None, slice_ or None, beside, wrong)
    key = read_cursor(cursor, str)
    with house.read(caller.actor, project.project_id) as rx:
        measured = evaluation_in(rx, evaluation)
        found, after = items_behind(rx, measured, looking, after=key[0] if key else "", n=limit)
        rows = evaluation_items(rx, found, project)
    return Page[EvaluationItem].model_construct(rows=rows, next=None if after is None else make_cursor(after))


@router.post("/v1/projects/{project}/models/{model}/evaluations")
def new_evaluation(body: EvaluationNew, caller: Caller, project: Lead, services: Services, model: str) -> RunOut:
    """Measure a version on the live gold, beside the model in use."""
    with services.house.read(caller.actor, project.project_id) as rx:
        version = version_in(rx, model)
        if body.against not in {None, "production"}:
            version_in(rx, str(body.against))
    config: dict[str, object] = {"against": body.against, "min_confidence": body.min_confidence}
    return _started("evaluate", version.title, caller, project, services, config=config, version_id=version.id)


@router.post("/v1/projects/{project}/model-runs")
def new_training(body: TrainingNew, caller: Caller, project: Lead, services: Services) -> RunOut:
    """Train a model on a frozen release; follow it by its run."""
    trainer_of(body.trainer, services.models.tools).check(body.config)
    with services.house.read(caller.actor, project.project_id) as rx:
        release = release_in(rx, body.release)
    config = {**body.config, "intended_use": body.intended_use} if body.intended_use else body.config
    return _started(
        body.trainer,
        body.name,
        caller,
        project,
        services,
        config=config,
        release_id=release.id,
        client_key=body.client_key,
    )


@router.get("/v1/projects/{project}/model-runs", response_model=Page[RunOut])
def read_runs(
    caller: Caller, project: Reader, house: House, cursor: Cursor = "", limit: Limit = 50, form: Format = "json"
) -> Page[RunOut] | Response:
    """Every run, newest first."""

    def fetch(cursor: str, n: int) -> tuple[list[RunOut], str | None]:
        key = read_cursor(cursor, str)
        with house.read(caller.actor, project.project_id) as rx:
            found = runs_before(rx, key[0] if key else "", n + 1)
            views = ModelViews(rx)
            rows = [views.run(r) for r in found[:n]]
        return rows, make_cursor(found[n - 1].id) if len(found) > n else None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="model-runs")


@router.get("/v1/projects/{project}/model-runs/{run}")
def read_run(caller: Caller, project: Reader, house: House, run: str) -> RunOut:
    """One run with the last lines of its log."""
    with house.read(caller.actor, project.project_id) as rx:
        return ModelViews(rx).run(run_in(rx, run), *log_tail(rx, run, LOG_LINES))


@router.get("/v1/projects/{project}/trainers")
def read_trainers(caller: Caller, project: Lead, services: Services) -> Rows[TrainerOut]:
    """What can train a model here, and the settings each takes."""
    del caller, project
    rows = [
        TrainerOut(
            name=found.name,
            words=found.words,
            added=found.added,
            settings=[
                TrainerSetting(name=s.name, kind=s.kind, default=s.default, low=s.low, high=s.high, words=s.words)
                for s in found.settings
            ],
        )
        for found in describe_trainers(services.models.tools.trainers)
    ]
    return Rows[TrainerOut](rows=rows)


@router.post("/v1/projects/{project}/models/{model}/suggestions")
def new_suggestions(caller: Caller, project: Lead, services: Services, model: str) -> RunOut:
    """Let a version answer what waits in the queue; who sees it is for the suggestion policy to say."""
    return _of_version("suggest", caller, project, services, model)


@router.post("/v1/projects/{project}/models/{model}/certificates")
def new_certificates(caller: Caller, project: Lead, services: Services, model: str) -> RunOut:
    """Certify the thresholds of the automatic classes, or say how many labels are missing."""
    return _of_version("certify", caller, project, services, model)


def _of_version(kind: str, caller: CallerValue, project: Membership, services: ServicesValue, model: str) -> RunOut:
    with services.house.read(caller.actor, project.project_id) as rx:
        version = version_in(rx, model)
    return _started(kind, version.title, caller, project, services, config={}, version_id=version.id)


def _started(
    kind: str,
    name: str,
    caller: CallerValue,
    project: Membership,
    services: ServicesValue,
    *,
    config: dict[str, object],
    release_id: str = "",
    version_id: str | None = None,
    client_key: str | None = None,
) -> RunOut:
    """Put a run into the queue and wake the desk."""
    run = start_run(
        caller.actor,
        project.project_id,
        kind,
        name,
        config=config,
        house=services.house,
        release_id=release_id,
        version_id=version_id,
        client_key=client_key,
    )
    services.models.wake()
    with services.house.read(caller.actor, project.project_id) as rx:
        return ModelViews(rx).run(run)
