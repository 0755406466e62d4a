"""Pictures on the wire: by our own ids only, with the type we decided, and nothing that tells gold from work."""

from __future__ import annotations

from starlette.responses import Response

from assay.api.services import Services
from assay.items import Medium
from assay.jobs.media import read_medium
from assay.storage import Blobs

_HEADERS = {
    "cache-control": "private, max-age=3600",
    "content-security-policy": "default-src 'none'; sandbox",
    "content-disposition": "inline",
    "x-content-type-options": "nosniff",
}


def image_reply(medium: Medium, services: Services) -> Response:
    """The picture as it is labelled."""
    data = read_medium(medium, services.blobs, services.places)
    return Response(data, media_type=medium.media_type, headers=_HEADERS)


def thumb_reply(medium: Medium, blobs: Blobs) -> Response:
    """The small picture."""
    return Response(blobs.get(medium.thumb_sha256), media_type="image/jpeg", headers=_HEADERS)


def tile_reply(medium: Medium, services: Services, place: str) -> Response:
    """One tile of a large picture."""
    data = services.tiles.tile(
        medium.sha256 or medium.original_sha256,
        medium.width_px * medium.height_px,
        lambda: read_medium(medium, services.blobs, services.places),
        place,
    )
    return Response(data, media_type="image/jpeg", headers=_HEADERS)


def blob_reply(sha256: str, media_type: str, blobs: Blobs) -> Response:
    """Another stored picture."""
    return Response(blobs.get(sha256), media_type=media_type, headers=_HEADERS)
