"""Reads descriptions of items back out of the lake."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assay.jobs.describing.parquet import ITEM, matrix, read_parquet
from assay.storage import Blobs, Rx, parts_in, present

Floats = NDArray[np.float64]


def read_features(rx: Rx, blobs: Blobs, dataset: str, items: Sequence[str]) -> tuple[list[str], Floats]:
    """Rows of a dataset for those of `items` that have one, in their order.

    Returns:
        The items found, and (N, D) float64; (0, 0) when there are none.
    """
    where = {item: part for item, part in present(rx, dataset, items).items() if part is not None}
    parts = parts_in(rx, sorted(set(where.values())))
    place: dict[str, int] = {}
    tables: list[Floats] = []
    n = 0
    for part in parts:
        table = read_parquet(blobs.get(part.sha256))
        for row, item in enumerate(table[ITEM].to_pylist()):
            if where.get(item) == part.id:
                place[item] = n + row
        tables.append(matrix(table))
        n += len(table)
    found = [item for item in items if item in place]
    if not found:
        return [], np.empty((0, 0))
    return found, np.concatenate(tables)[[place[item] for item in found]]
