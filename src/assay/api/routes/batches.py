"""Batches: which items are worked on, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from starlette.responses import Response

from assay.access import Membership
from assay.api.deps import Caller, Cursor, Format, House, Lead, Limit
from assay.api.routing import make_router
from assay.api.tables import table
from assay.governance import Policy, policy_in
from assay.jobs.batching import plan_batch
from assay.queue import Batch, BatchPolicy, batch_counts, create_batch, list_batches, set_batch_state
from assay.storage import House as HouseValue
from assay.wire.common import Page, instant
from assay.wire.queue import BatchNew, BatchOut
from assay.wire.queue import BatchPolicy as BatchPolicyOut

router = make_router("batches")


def batch_policy(policy: Policy, changes: dict[str, object]) -> BatchPolicy:
    """A batch's policy: the project's, with what this batch does otherwise."""
    base = {
        "overlap": policy.overlap,
        "gold_rate": policy.gold_rate,
        "gold_everyone": policy.gold_everyone,
        "review_share": policy.review_share,
        "agreement_threshold": policy.agreement_threshold,
        "match_iou": policy.match_iou,
        "tight_iou": policy.tight_iou,
        "lease_s": float(policy.lease_s),
    }
    return BatchPolicy(**{**base, **{k: v for k, v in changes.items() if v is not None}})  # type: ignore[arg-type]  # checked by the wire type


def batch_out(batch: Batch, wanted: int, answers: int) -> BatchOut:
    """A batch for a page."""
    return BatchOut.model_construct(
        id=batch.id,
        name=batch.name,
        state=batch.state,
        practice=batch.practice,
        n_tasks=batch.n_tasks,
        n_answers_wanted=wanted,
        n_answers=answers,
        policy=BatchPolicyOut(**asdict(batch.policy)),
        created_at=instant(batch.created_at_us),
    )


def _rows(batches: Sequence[Batch], caller: Caller, project: Membership, house: HouseValue) -> list[BatchOut]:
    """Batches with how far each has got."""
    with house.read(caller.actor, project.project_id) as rx:
        counts = batch_counts(rx)
    rows = []
    for batch in batches:
        count = counts.get(batch.id)
        rows.append(batch_out(batch, int(count.n_wanted) if count else 0, int(count.n_answers) if count else 0))
    return rows


@router.get("/v1/projects/{project}/batches", response_model=Page[BatchOut])
def read_batches(
    caller: Caller, project: Lead, house: House, cursor: Cursor = "", limit: Limit = 50, form: Format = "json"
) -> Page[BatchOut] | Response:
    """Every batch, newest first."""

    def fetch(_cursor: str, _n: int) -> tuple[list[BatchOut], str | None]:
        return _rows(list_batches(caller.actor, project.project_id, house=house), caller, project, house), None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="batches")


@router.post("/v1/projects/{project}/batches")
def new_batch(body: BatchNew, caller: Caller, project: Lead, house: House) -> BatchOut:
    """Put items into the queue."""
    with house.read(caller.actor, project.project_id) as rx:
        policy = policy_in(rx)
        wanted = None if body.items == "unbatched" else list(body.items)
        new = plan_batch(rx, wanted, practice=body.practice)
    batch = create_batch(
        caller.actor,
        project.project_id,
        body.name,
        new,
        batch_policy(policy, body.policy.model_dump()),
        policy_version=policy.version,
        practice=body.practice,
        seed=body.seed,
        house=house,
    )
    return _rows([batch], caller, project, house)[0]


@router.post("/v1/projects/{project}/batches/{batch}/close")
def close_batch(caller: Caller, project: Lead, house: House, batch: str) -> BatchOut:
    """Stop new claims of a batch; answers stay."""
    closed = set_batch_state(caller.actor, project.project_id, batch, "closed", house=house)
    return _rows([closed], caller, project, house)[0]


@router.post("/v1/projects/{project}/batches/{batch}/open")
def open_batch(caller: Caller, project: Lead, house: House, batch: str) -> BatchOut:
    """Let people claim from a batch again."""
    opened = set_batch_state(caller.actor, project.project_id, batch, "open", house=house)
    return _rows([opened], caller, project, house)[0]
