"""Releases: begin, check, sign, refuse, download, export."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

from fastapi import Query, Request
from starlette.responses import Response, StreamingResponse

from assay.access import Caller as CallerValue
from assay.access import Membership, check_password
from assay.api.deps import Caller, Cursor, Format, House, Lead, Limit, Services, limited, member
from assay.api.routing import make_router
from assay.api.signing_in import peer_of
from assay.api.tables import make_cursor, read_cursor, table
from assay.api.views.insights import gate_out
from assay.api.views.people import Names
from assay.api.views.releases import classes_of, diff_place_out
from assay.datasets import (
    Release,
    ReleaseState,
    ReleaseStateError,
    all_releases,
    headline,
    refuse_release,
    release_in,
    sign_release,
    signing_of,
)
from assay.governance import policy_in, signatures_of, why_not_sign
from assay.items import items_by_id
from assay.jobs.releasing import (
    begin_release,
    check_release,
    compare_releases,
    export_release,
    stream_and_drop,
    zip_release,
)
from assay.storage import House as HouseValue
from assay.storage import Rx
from assay.wire.common import Page, instant, instant_or_none
from assay.wire.releases import (
    Changes,
    ClassChange,
    RefusalIn,
    ReleaseDiff,
    ReleaseNew,
    ReleaseOut,
    SignatureIn,
    SignatureOut,
)

router = make_router("releases")
Reader = Annotated[Membership, member("lead", "expert", "reviewer", "approver", "auditor", "admin")]
Signer = Annotated[Membership, member("approver", "lead")]
Flag = Annotated[Literal["0", "1"], Query(description="1 packs the pictures too.")]


def release_out(release: Release, rx: Rx, caller: CallerValue, project: Membership) -> ReleaseOut:
    """A release for a page, with whether this caller may sign it."""
    names, policy, facts = Names(rx), policy_in(rx), release.facts
    signatures = signatures_of(rx, release.subject, release.digest or "")
    why_not = why_not_sign(caller.user_id, project.roles, policy, signing_of(rx, release))
    if release.state is not ReleaseState.FROZEN:
        why_not = {"blocked": "Its gates do not pass yet.", "refused": "It was refused."}.get(
            release.state.value, "It has all its signatures."
        )
    changes = facts.get("changes")
    return ReleaseOut.model_construct(
        id=release.id,
        name=release.name,
        state=release.state.value,
        note=release.note,
        title=_title(release),
        created_at=instant(release.created_at_us),
        created_by=names(release.created_by),
        frozen_at=instant_or_none(release.frozen_at_us),
        gates=[gate_out(g, project) for g in release.gates],
        digest=release.digest,
        merkle_root=release.merkle_root,
        n_items=facts.get("n_items", 0),
        n_marks=facts.get("n_marks", 0),
        guideline_version=facts.get("guideline_version"),
        schema_version=facts.get("schema_version"),
        signatures=[
            SignatureOut(user=names(s.user_id), role=s.role, meaning=s.meaning, at=instant(s.signed_at_us))
            for s in signatures
        ],
        signatures_needed=policy.signatures_needed,
        may_sign=why_not is None,
        why_not=why_not,
        refusal=release.refusal,
        verify_command=f"assay release verify ./{release.name}",
        changes=None
        if changes is None
        else Changes(since=facts.get("since"), by_class=[ClassChange(**c) for c in changes]),
    )


def _title(release: Release) -> str:
    """The page's answer as a sentence."""
    words = {
        ReleaseState.BLOCKED: headline(release.gates, release.name),
        ReleaseState.FROZEN: f"{release.name} is ready for signature",
        ReleaseState.SIGNED: f"{release.name} is signed and frozen",
        ReleaseState.REFUSED: f"{release.name} was refused",
    }
    return words[release.state]


def _answer(release: Release, caller: CallerValue, project: Membership, house: HouseValue) -> ReleaseOut:
    with house.read(caller.actor, project.project_id) as rx:
        return release_out(release, rx, caller, project)


@router.get("/v1/projects/{project}/releases", response_model=Page[ReleaseOut])
def read_releases(
    caller: Caller, project: Reader, house: House, cursor: Cursor = "", limit: Limit = 50, form: Format = "json"
) -> Page[ReleaseOut] | Response:
    """Every release, newest first."""

    def fetch(_cursor: str, _n: int) -> tuple[list[ReleaseOut], str | None]:
        with house.read(caller.actor, project.project_id) as rx:
            return [release_out(r, rx, caller, project) for r in all_releases(rx)], None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="releases")


@router.post("/v1/projects/{project}/releases")
def new_release(body: ReleaseNew, caller: Caller, project: Lead, services: Services) -> ReleaseOut:
    """Begin a release; it is frozen at once if its gates pass, else it says what blocks it."""
    release = begin_release(
        caller.actor, project.project_id, body.name, body.note, house=services.house, blobs=services.blobs
    )
    return _answer(release, caller, project, services.house)


@router.get("/v1/projects/{project}/releases/{release}")
def read_release(caller: Caller, project: Reader, house: House, release: str) -> ReleaseOut:
    """One release."""
    with house.read(caller.actor, project.project_id) as rx:
        return release_out(release_in(rx, release), rx, caller, project)


@router.post("/v1/projects/{project}/releases/{release}/check")
def check(caller: Caller, project: Lead, services: Services, release: str) -> ReleaseOut:
    """Look at the gates again; freezes the release when all pass."""
    found = check_release(caller.actor, project.project_id, release, house=services.house, blobs=services.blobs)
    return _answer(found, caller, project, services.house)


@router.post("/v1/projects/{project}/releases/{release}/signatures")
def sign(
    body: SignatureIn, request: Request, caller: Caller, project: Signer, services: Services, release: str
) -> ReleaseOut:
    """Sign a frozen release, with the password again."""
    check_password(
        caller,
        body.password,
        house=services.house,
        passwords=services.passwords,
        throttle=services.throttle,
        peer=peer_of(request),
    )
    signed = sign_release(caller, project, release, body.meaning, house=services.house)
    return _answer(signed, caller, project, services.house)


@router.post("/v1/projects/{project}/releases/{release}/refusal")
def refuse(body: RefusalIn, caller: Caller, project: Signer, house: House, release: str) -> ReleaseOut:
    """Refuse a frozen release with a reason."""
    refused = refuse_release(caller.actor, project.project_id, release, body.reason, house=house)
    return _answer(refused, caller, project, house)


@router.get(
    "/v1/projects/{project}/releases/{release}/download",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}}},
    dependencies=[limited("export")],
)
def download(caller: Caller, project: Reader, services: Services, release: str, images: Flag = "0") -> Response:
    """The release folder as a zip; `assay release verify` checks it anywhere, without a server."""
    with services.house.read(caller.actor, project.project_id) as rx:
        found = _frozen(rx, release)
        path = zip_release(rx, found, services.blobs, with_images=images == "1")
    return _zip_reply(path, f"{found.name}.zip")


@router.get(
    "/v1/projects/{project}/releases/{release}/export",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}}},
    dependencies=[limited("export")],
)
def export(
    caller: Caller,
    project: Reader,
    services: Services,
    release: str,
    to: Annotated[
        Literal["coco", "voc", "yolo", "cvat", "label-studio", "labelme", "parquet", "csv"], Query(alias="format")
    ],
    images: Flag = "0",
) -> Response:
    """The release in another format as a zip, with `loss.json` saying what that format cannot hold."""
    with services.house.read(caller.actor, project.project_id) as rx:
        found = _frozen(rx, release)
        path = export_release(rx, found, to, services.blobs, with_images=images == "1")
    return _zip_reply(path, f"{found.name}-{to}.zip")


@router.get("/v1/projects/{project}/releases/{release}/diff", dependencies=[limited("search")])
def read_diff(
    caller: Caller,
    project: Reader,
    services: Services,
    release: str,
    against: Annotated[str | None, Query(max_length=64, description="Id of the other release.")] = None,
    kind: Annotated[Literal["added", "removed", "moved", "class_changed"] | None, Query()] = None,
    label_class: Annotated[str | None, Query(max_length=128, description="Name of the class, before or after.")] = None,
    cursor: Cursor = "",
    limit: Limit = 24,
) -> ReleaseDiff:
    """Every mark that is not the same as in another release, and who it comes from."""
    with services.house.read(caller.actor, project.project_id) as rx:
        other, places = compare_releases(rx, _frozen(rx, release), against, services.blobs)
        counts = Counter(place.kind for place in places)
        fitting = [p for p in places if kind in {None, p.kind} and label_class in {None, *classes_of(p)}]
        key = read_cursor(cursor, int)
        start = key[0] if key else 0
        shown = fitting[start : start + limit]
        items = items_by_id(rx, [p.item for p in shown])
        rows = [diff_place_out(p, items[p.item], project) for p in shown if p.item in items]
    after = make_cursor(start + limit) if start + limit < len(fitting) else None
    return ReleaseDiff.model_construct(
        since=None if other is None else other.name, rows=rows, next=after, counts=dict(counts)
    )


def _frozen(rx: Rx, release_id: str) -> Release:
    found = release_in(rx, release_id)
    if found.digest is None:
        raise ReleaseStateError(found.name, found.state.value, "frozen")
    return found


def _zip_reply(path: Path, name: str) -> Response:
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "content-length": str(path.stat().st_size),
        "cache-control": "no-store",
    }
    return StreamingResponse(stream_and_drop(path), media_type="application/zip", headers=headers)
