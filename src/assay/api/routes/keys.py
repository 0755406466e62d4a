"""API keys of the caller's own."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from assay.access import list_keys, make_key, revoke_key
from assay.api.deps import Caller, House
from assay.api.routing import make_router
from assay.wire.common import Rows, instant, instant_or_none
from assay.wire.session import Key, KeyMade, KeyNew

router = make_router("keys")


@router.get("/v1/keys")
def read_keys(caller: Caller, house: House) -> Rows[Key]:
    """The caller's keys; the keys themselves are never shown again."""
    return Rows[Key](
        rows=[
            Key(
                id=key.id,
                name=key.name,
                prefix=key.prefix,
                project_id=key.only_project,
                created_at=instant(key.created_at_us),
                last_used_at=instant_or_none(key.last_used_at_us),
                expires_at=instant_or_none(key.expires_at_us),
            )
            for key in list_keys(caller, house=house)
        ]
    )


@router.post("/v1/keys")
def create_key(body: KeyNew, caller: Caller, house: House) -> KeyMade:
    """Make a key, for everything the caller may do or for one project only."""
    made = make_key(caller, body.name, project=body.project_id, expires_days=body.expires_days, house=house)
    return KeyMade(id=made.id, key=made.secret, prefix=made.secret[:12])


@router.delete("/v1/keys/{key_id}", status_code=204)
def delete_key(key_id: Annotated[str, Path(max_length=64)], caller: Caller, house: House) -> None:
    """End a key at once."""
    revoke_key(caller, key_id, house=house)
