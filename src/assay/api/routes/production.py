"""The serving side: predictions arrive, people look at some, and their answers tell production's quality."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from starlette.responses import Response

from assay.access import Membership
from assay.api.deps import Caller, Cursor, Format, House, Lead, Limit, member
from assay.api.routes.insights import class_names
from assay.api.routing import body_limit, make_router
from assay.api.tables import make_cursor, read_cursor, table
from assay.api.views.production import check_row, model_titles, predictions_in, quality_out
from assay.governance import rulebook_in
from assay.kernel.ids import AFTER_EVERY_ID
from assay.models import version_in
from assay.serving import check_counts, checks_before, production_quality, receive
from assay.serving.queries import DAY_US
from assay.wire.common import Page
from assay.wire.production import CheckRow, PredictionsIn, PredictionsTaken, QualityOut

router = make_router("production")
Reader = Annotated[Membership, member("reviewer", "expert", "lead", "approver", "auditor", "admin")]
LENGTHS = {"day": DAY_US, "week": 7 * DAY_US, "month": 30 * DAY_US}
BATCH_LIMIT = 32 * 1024 * 1024
"""Behind every id, which are hex digits."""


@router.post("/v1/projects/{project}/production/predictions")
@body_limit(BATCH_LIMIT)
def push_predictions(body: PredictionsIn, caller: Caller, project: Lead, house: House) -> PredictionsTaken:
    """Take in what a model said in production, all of it or nothing; the same keys again are the same predictions.

    Those less confident than the policy asks, and a random share of all, become ordinary tasks for people.
    """
    with house.read(caller.actor, project.project_id) as rx:
        title = version_in(rx, body.model).title
        new = predictions_in(rx, body.predictions, rx.now_us)
    made = receive(caller.actor, project.project_id, body.model, new, house=house)
    return PredictionsTaken(
        model=title, n=len(made.prediction_ids), n_new=made.n_new, n_random=made.n_random, n_asked=made.n_low
    )


@router.get("/v1/projects/{project}/production/quality")
def read_quality(
    caller: Caller,
    project: Reader,
    house: House,
    every: Annotated[Literal["day", "week", "month"], Query(description="Length of a stretch.")] = "week",
    points: Annotated[int, Query(ge=1, le=120, description="Stretches at most.")] = 12,
) -> QualityOut:
    """How good production is over time, by class and slice, from the random share alone."""
    found = production_quality(caller.actor, project.project_id, every_us=LENGTHS[every], n_points=points, house=house)
    with house.read(caller.actor, project.project_id) as rx:
        titles = {**class_names(rx), **model_titles(rx)}
        return quality_out(found, check_counts(rx), rulebook_in(rx).serving, titles)


@router.get("/v1/projects/{project}/production/checks", response_model=Page[CheckRow])
def read_checks(
    caller: Caller, project: Reader, house: House, cursor: Cursor = "", limit: Limit = 50, form: Format = "json"
) -> Page[CheckRow] | Response:
    """Predictions people look at and what they found, newest first."""

    def fetch(cursor: str, n: int) -> tuple[list[CheckRow], str | None]:
        key = read_cursor(cursor, str)
        with house.read(caller.actor, project.project_id) as rx:
            found = checks_before(rx, key[0] if key else AFTER_EVERY_ID, n + 1)
            titles = model_titles(rx)
        rows = [check_row(check, titles, project) for check in found[:n]]
        return rows, make_cursor(found[n - 1].prediction_id) if len(found) > n else None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="checks", model=CheckRow)
