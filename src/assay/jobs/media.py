"""Reads the bytes of an item's picture, stored or referenced; what is served is always the safe copy."""

from __future__ import annotations

import functools
import hashlib
from typing import Any
from urllib.parse import unquote

import obstore
from obstore.exceptions import BaseError

from assay.items import Medium
from assay.jobs.importing import Places
from assay.jobs.intake import Limits
from assay.jobs.pictures import safe_picture
from assay.kernel.errors import ConflictError, UnavailableError
from assay.storage import Blobs

LARGEST_BYTES = Limits().max_file_bytes


class MediumAwayError(UnavailableError):
    """A referenced picture cannot be read."""

    code = "media.away"

    def __init__(self, item_id: str) -> None:
        super().__init__(
            f"The picture of item {item_id} cannot be read from its store.", hint="Check that the store answers."
        )


class MediumChangedError(ConflictError):
    """A referenced picture is not the one that was imported."""

    code = "media.changed"

    def __init__(self, item_id: str) -> None:
        super().__init__(
            f"The picture of item {item_id} was changed in its store after it was imported.",
            hint="Put the original back, or import the new picture as a new item.",
        )


def read_medium(medium: Medium, blobs: Blobs, places: Places) -> bytes:
    """The safe copy of a picture.

    Raises:
        MediumAwayError: its store does not answer.
        MediumChangedError: its bytes are not those that were imported.
    """
    if medium.sha256 is not None:
        return blobs.get(medium.sha256)
    assert medium.uri is not None, "a medium is stored or referenced"
    original = _fetch(medium, places)
    if hashlib.sha256(original).hexdigest() != medium.original_sha256:
        raise MediumChangedError(medium.item_id)
    return safe_picture(original).served


def _fetch(medium: Medium, places: Places) -> bytes:
    """The bytes of a referenced picture, as far as a picture may be large."""
    assert medium.uri is not None, "only referenced pictures are fetched"
    prefix = places.store_of(medium.uri)
    if prefix is None:
        raise MediumAwayError(medium.item_id)
    key = unquote(medium.uri[len(prefix.rstrip("/")) + 1 :])
    data = bytearray()
    try:
        for piece in obstore.get(_store(prefix, tuple(sorted(places.store_options.items()))), key).stream():
            data += piece
            if len(data) > LARGEST_BYTES:
                raise MediumChangedError(medium.item_id)
    except (BaseError, OSError, ValueError) as error:
        raise MediumAwayError(medium.item_id) from error
    return bytes(data)


@functools.lru_cache(maxsize=64)
def _store(prefix: str, options: tuple[tuple[str, str], ...]) -> Any:  # noqa: ANN401 - one of the library's stores
    """A store and its connections, kept for the next picture."""
    make: Any = obstore.store.from_url  # its overloads name every option of every store
    return make(prefix, **dict(options))
