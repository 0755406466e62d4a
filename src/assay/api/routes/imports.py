"""Imports: upload or point to files, start, and follow what becomes of each."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query, Request
from starlette.responses import Response

from assay.api.deps import Blobs, Caller, Cursor, Format, House, Lead, Limit, Services, limited
from assay.api.routing import body_limit, in_thread, make_router
from assay.api.tables import make_cursor, read_cursor, table
from assay.items import (
    Import,
    add_file,
    get_import,
    list_import_rows,
    list_imports,
    open_import,
    start_import,
)
from assay.wire.common import Page, instant_or_none
from assay.wire.items import FileReceived, ImportNew, ImportOut, ImportRow

router = make_router("imports")
UPLOAD_LIMIT = 4 * 1024 * 1024 * 1024


def import_out(value: Import) -> ImportOut:
    """An import for a page."""
    return ImportOut.model_construct(
        id=value.id,
        kind=value.kind,
        name=value.name,
        state=value.state.value,
        n_found=value.n_found,
        n_done=value.n_done,
        n_accepted=value.n_accepted,
        n_refused=value.n_refused,
        n_duplicates=value.n_duplicates,
        n_near_duplicates=value.n_near_duplicates,
        n_marks=value.n_marks,
        started_at=instant_or_none(value.started_at_us),
        finished_at=instant_or_none(value.finished_at_us),
        error=value.error,
        warnings=list(value.warnings),
    )


@router.post("/v1/projects/{project}/imports", dependencies=[limited("import")])
def new_import(body: ImportNew, caller: Caller, project: Lead, house: House, services: Services) -> ImportOut:
    """Open an import of uploads, of a folder on the server, or of an object store's prefix."""
    if body.kind == "folder":
        services.places.folder(body.location)
    elif body.kind == "store":
        services.places.store(body.location)
    name = body.name or body.location.rstrip("/").rsplit("/", 1)[-1] or "upload"
    made = open_import(
        caller.actor,
        project.project_id,
        kind=body.kind,
        name=name[:128],
        location=body.location,
        labels=body.labels,
        origin=body.origin,
        house=house,
        generator=body.generator,
        seed=body.seed,
    )
    return import_out(made)


@router.put("/v1/projects/{project}/imports/{import_id}/files")
@body_limit(UPLOAD_LIMIT)
async def put_file(
    request: Request,
    caller: Caller,
    project: Lead,
    house: House,
    blobs: Blobs,
    import_id: str,
    name: Annotated[str, Query(min_length=1, max_length=512)],
) -> FileReceived:
    """Upload one file, or one archive, as the raw body."""
    data = await request.body()

    def keep() -> None:
        sha256 = blobs.put(data)
        add_file(caller.actor, project.project_id, import_id, name, sha256, len(data), house=house)

    await in_thread(keep)
    return FileReceived(name=name, size_bytes=len(data))


@router.post("/v1/projects/{project}/imports/{import_id}/start", dependencies=[limited("import")])
def start(caller: Caller, project: Lead, house: House, import_id: str) -> ImportOut:
    """Let the server work through it; nothing is visible before it has finished."""
    return import_out(start_import(caller.actor, project.project_id, import_id, house=house))


@router.get("/v1/projects/{project}/imports", response_model=Page[ImportOut])
def read_imports(
    caller: Caller, project: Lead, house: House, cursor: Cursor = "", limit: Limit = 50, form: Format = "json"
) -> Page[ImportOut] | Response:
    """Every import, newest first."""

    def fetch(_cursor: str, _n: int) -> tuple[list[ImportOut], str | None]:
        return [import_out(i) for i in list_imports(caller.actor, project.project_id, house=house)], None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="imports")


@router.get("/v1/projects/{project}/imports/{import_id}")
def read_import(caller: Caller, project: Lead, house: House, import_id: str) -> ImportOut:
    """How far an import has got."""
    return import_out(get_import(caller.actor, project.project_id, import_id, house=house))


@router.get("/v1/projects/{project}/imports/{import_id}/rows", response_model=Page[ImportRow])
def read_import_rows(
    caller: Caller,
    project: Lead,
    house: House,
    import_id: str,
    cursor: Cursor = "",
    limit: Limit = 50,
    form: Format = "json",
    state: Annotated[Literal["accepted", "refused", "duplicate", "near_duplicate", "warning", "all"], Query()] = "all",
) -> Page[ImportRow] | Response:
    """What became of each file."""
    get_import(caller.actor, project.project_id, import_id, house=house)
    states = ["accepted", "refused", "duplicate", "near_duplicate", "warning"] if state == "all" else [state]

    def fetch(cursor: str, n: int) -> tuple[list[ImportRow], str | None]:
        key = read_cursor(cursor, int)
        found = list_import_rows(
            caller.actor,
            project.project_id,
            import_id,
            states=states,
            after=key[0] if key else -1,
            limit=n + 1,
            house=house,
        )
        rows = [
            ImportRow.model_construct(
                name=r.name, state=r.state, code=r.code, reason=r.reason, hint=r.hint, item_id=r.item_id
            )
            for _, r in found[:n]
        ]
        return rows, make_cursor(found[n - 1][0]) if len(found) > n else None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="import-rows")
