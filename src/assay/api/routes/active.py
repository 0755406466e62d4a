"""What items look like to a machine, and what to label next."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from starlette.responses import Response

from assay.access import Membership
from assay.active import Selection, chosen_items, note_batch, reason_counts, selection_in, selections_before
from assay.api.deps import Blobs, Caller, Cursor, Format, House, Lead, Limit, Services, member
from assay.api.routes.batches import batch_out, batch_policy
from assay.api.routing import body_limit, in_thread, make_router
from assay.api.tables import make_cursor, read_cursor, table
from assay.api.views.people import Names
from assay.governance import policy_in
from assay.items import count_items, items_by_id
from assay.jobs.batching import plan_batch
from assay.jobs.describing import OnnxEncoder, dataset_of
from assay.jobs.selecting import gain_of, propose
from assay.quality.selection import LEAST, SelectionRules
from assay.queue import create_batch
from assay.storage import PLAIN, STATISTICS, add_dataset, lake_counts, lake_datasets_of, refusals
from assay.storage import House as HouseValue
from assay.wire.active import (
    DescriptionRow,
    EncoderOut,
    Refused,
    SelectionBatch,
    SelectionGain,
    SelectionItem,
    SelectionNew,
    SelectionOut,
    SelectionRulesOut,
)
from assay.wire.common import EstimateOut, Page, Rows, instant
from assay.wire.queue import BatchOut

router = make_router("active")
Reader = Annotated[Membership, member("reviewer", "expert", "lead", "approver", "auditor", "admin")]
Number = Annotated[float, Query(ge=-1e6, le=1e6)]
ENCODER_LIMIT = 512 * 1024 * 1024
REFUSED_SHOWN = 20
_BEHIND_ALL = "~"


@router.get("/v1/projects/{project}/descriptions")
def read_descriptions(caller: Caller, project: Reader, services: Services) -> Rows[DescriptionRow]:
    """How far statistics and embeddings of the items have got."""
    with services.house.read(caller.actor, project.project_id) as rx:
        n_items, counts = count_items(rx), lake_counts(rx)
        names = {STATISTICS: "Image statistics", PLAIN: "Embeddings without a model"}
        names |= {d.name: str(d.config.get("name") or d.name) for d in lake_datasets_of(rx)}
        bad = {name: refusals(rx, name, REFUSED_SHOWN) for name in names}
    rows = []
    for name, title in names.items():
        looked, described = counts.get(name, (0, 0))
        fault = services.describer.fault_of(name)
        rows.append(
            DescriptionRow(
                dataset=name,
                name=title,
                n_items=n_items,
                n_described=described,
                n_refused=looked - described,
                refused=[Refused(item_id=i, reason=why) for i, why in bad[name]],
                fault=None if fault is None else fault.message,
            )
        )
    return Rows[DescriptionRow](rows=rows)


@router.put("/v1/projects/{project}/encoder")
@body_limit(ENCODER_LIMIT)
async def put_encoder(
    request: Request,
    caller: Caller,
    project: Lead,
    house: House,
    blobs: Blobs,
    name: Annotated[str, Query(min_length=1, max_length=64)] = "encoder",
    mean: Number = 127.0,
    scale: Number = 128.0,
    layout: Literal["nchw", "nhwc"] = "nchw",
    colours: Literal["rgb", "bgr"] = "rgb",
) -> EncoderOut:
    """Take in an ONNX encoder, sent as the raw body; every item is described by it from now on."""
    data = await request.body()
    config: dict[str, Any] = {
        "name": name, "mean": [mean] * 3, "scale": [scale] * 3, "layout": layout, "colours": colours,
    }  # fmt: skip

    def keep() -> EncoderOut:
        dataset = dataset_of(hashlib.sha256(data).hexdigest())
        encoder = OnnxEncoder(data, config, dataset)
        sha256 = blobs.put(data)
        with house.write(caller.actor, project.project_id, f"describe items by {name}") as tx:
            added = add_dataset(tx, dataset, sha256, config)
            tx.record("encoder.added", subject=f"dataset/{dataset}", name=name, new=added)
        return EncoderOut(dataset=dataset, width=encoder.width, side_px=encoder.side_px)

    kept: EncoderOut = await in_thread(keep)
    return kept


def selection_out(value: Selection, names: Names, reasons: dict[str, int]) -> SelectionOut:
    """A selection for a page."""
    return SelectionOut(
        id=value.id,
        name=value.name,
        n=value.n,
        n_pool=value.facts["n_pool"],
        n_labelled=value.facts["n_labelled"],
        embedding=value.facts["embedding"],
        model=value.facts["model"],
        rules=SelectionRulesOut(**value.rules),
        reasons=reasons,
        batch_id=value.batch_id,
        created_by=names(value.created_by),
        created_at=instant(value.created_at_us),
    )


def _out(selections: list[Selection], caller: Caller, project: Membership, house: HouseValue) -> list[SelectionOut]:
    with house.read(caller.actor, project.project_id) as rx:
        names, reasons = Names(rx), reason_counts(rx, [one.id for one in selections])
    return [selection_out(one, names, reasons[one.id]) for one in selections]


@router.get("/v1/projects/{project}/selections", response_model=Page[SelectionOut])
def read_selections(
    caller: Caller, project: Reader, house: House, cursor: Cursor = "", limit: Limit = 50, form: Format = "json"
) -> Page[SelectionOut] | Response:
    """Every selection, newest first."""

    def fetch(at: str, n: int) -> tuple[list[SelectionOut], str | None]:
        key = read_cursor(at, str)
        with house.read(caller.actor, project.project_id) as rx:
            found = selections_before(rx, _BEHIND_ALL if key is None else key[0], n)
        return _out(found, caller, project, house), make_cursor(found[-1].id) if len(found) == n else None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="selections")


@router.post("/v1/projects/{project}/selections")
def new_selection(body: SelectionNew, caller: Caller, project: Lead, house: House, blobs: Blobs) -> SelectionOut:
    """Choose what to label next; nothing is labelled until the selection becomes a batch."""
    rules = SelectionRules(
        method=body.method, typical_start=body.typical_start, random_share=body.random_share, alike=body.alike
    )
    made = propose(
        caller.actor,
        project.project_id,
        body.name,
        body.n,
        rules=rules,
        quotas=body.quotas,
        embedding=body.embedding,
        seed=body.seed,
        house=house,
        blobs=blobs,
    )
    return _out([made], caller, project, house)[0]


@router.get("/v1/projects/{project}/selections/{selection}/items", response_model=Page[SelectionItem])
def read_selection_items(
    caller: Caller,
    project: Reader,
    house: House,
    selection: str,
    cursor: Cursor = "",
    limit: Limit = 50,
    form: Format = "json",
) -> Page[SelectionItem] | Response:
    """The items of a selection in the order to label them, each with its reason."""
    with house.read(caller.actor, project.project_id) as rx:
        selection_in(rx, selection)

    def fetch(at: str, n: int) -> tuple[list[SelectionItem], str | None]:
        key = read_cursor(at, int)
        with house.read(caller.actor, project.project_id) as rx:
            chosen = chosen_items(rx, selection, after=-1 if key is None else key[0], limit=n)
            items = items_by_id(rx, [c.item_id for c in chosen])
        rows = [
            SelectionItem(
                rank=c.rank,
                item_id=c.item_id,
                item_name=items[c.item_id].name if c.item_id in items else "",
                thumb_url=f"/v1/projects/{project.slug}/items/{c.item_id}/thumb",
                reason=c.reason,
                **c.detail,
            )
            for c in chosen
        ]
        return rows, make_cursor(chosen[-1].rank) if len(chosen) == n else None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="selection")


@router.get("/v1/projects/{project}/selections/{selection}/gain")
def read_gain(caller: Caller, project: Reader, house: House, selection: str) -> SelectionGain:
    """What the choice was worth beside its random part, by the labels there are now."""
    with house.read(caller.actor, project.project_id) as rx:
        found = gain_of(rx, selection_in(rx, selection))
    return SelectionGain(
        chosen=EstimateOut.of(found.chosen), random=EstimateOut.of(found.random), saving=EstimateOut.of(found.saving),
        needs=LEAST,
    )  # fmt: skip


@router.post("/v1/projects/{project}/selections/{selection}/batch")
def batch_of_selection(body: SelectionBatch, caller: Caller, project: Lead, house: House, selection: str) -> BatchOut:
    """Put the items of a selection into the queue."""
    with house.read(caller.actor, project.project_id) as rx:
        found, policy = selection_in(rx, selection), policy_in(rx)
        new = plan_batch(rx, [c.item_id for c in chosen_items(rx, selection, after=-1, limit=found.n)], practice=False)
    batch = create_batch(
        caller.actor,
        project.project_id,
        found.name,
        new,
        batch_policy(policy, body.policy.model_dump()),
        policy_version=policy.version,
        house=house,
    )
    note_batch(caller.actor, project.project_id, selection, batch.id, house=house)
    return batch_out(batch, batch.n_tasks * batch.policy.overlap, 0)
