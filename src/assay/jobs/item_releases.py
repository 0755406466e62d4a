"""Which frozen releases an item is in."""

from __future__ import annotations

import io

import pyarrow.parquet as pq

from assay.datasets import Release, all_releases
from assay.formats.release.model import ITEMS
from assay.items import Medium
from assay.storage import Blobs, Rx


def releases_of_item(rx: Rx, medium: Medium, blobs: Blobs) -> list[Release]:
    """Releases whose frozen table of items holds this picture, newest first; reads one column of each."""
    mine = {medium.sha256, medium.original_sha256}
    found = []
    for release in all_releases(rx):
        if ITEMS in release.content:
            column = pq.read_table(io.BytesIO(blobs.get(release.content[ITEMS])), columns=["sha256"])["sha256"]
            if not mine.isdisjoint(column.to_pylist()):
                found.append(release)
    return found
