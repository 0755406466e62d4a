"""Reads the bytes of an item's picture, stored or referenced; what is served is always the safe copy."""

from __future__ import annotations

import hashlib
from typing import Any

import obstore
from obstore.exceptions import BaseError

from assay.items import Medium
from assay.jobs.importing import Places
from assay.jobs.pictures import safe_picture
from assay.kernel.errors import ConflictError, UnavailableError
from assay.storage import Blobs


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
    assert medium.uri is not None
    prefix = next((s for s in places.stores if medium.uri.startswith(s.rstrip("/") + "/")), None)
    if prefix is None:
        raise MediumAwayError(medium.item_id)
    try:
        make: Any = obstore.store.from_url  # its overloads name every option of every store
        store = make(prefix, **places.store_options)
        return bytes(obstore.get(store, medium.uri[len(prefix.rstrip("/")) + 1 :]).bytes())
    except (BaseError, OSError) as error:
        raise MediumAwayError(medium.item_id) from error
