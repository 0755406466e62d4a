"""Rows of the lake as Parquet: one row an item, the same bytes for the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from assay.quality.drift import STATISTICS as NAMES

Floats = NDArray[np.float64]

ITEM: Final = "item"
EMBEDDING: Final = "embedding"


def statistics_table(items: Sequence[str], rows: Floats) -> pa.Table:
    """`item` and one float column for each statistic."""
    columns = {ITEM: pa.array(list(items), pa.string())}
    columns |= {name: pa.array(rows[:, k].astype(np.float32)) for k, name in enumerate(NAMES)}
    return pa.table(columns)


def embeddings_table(items: Sequence[str], rows: Floats) -> pa.Table:
    """`item` and `embedding`, a list of fixed length."""
    flat = pa.array(np.ascontiguousarray(rows, np.float32).ravel())
    return pa.table(
        {ITEM: pa.array(list(items), pa.string()), EMBEDDING: pa.FixedSizeListArray.from_arrays(flat, rows.shape[1])}
    )


def write_parquet(table: pa.Table) -> bytes:
    """The table as a file's bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", use_dictionary=False, store_schema=False)
    return bytes(sink.getvalue())


def read_parquet(data: bytes) -> pa.Table:
    """The table a file's bytes hold."""
    return pq.read_table(pa.BufferReader(data))


def matrix(table: pa.Table) -> Floats:
    """(N, D) float64: the embeddings, or the statistics in their order."""
    if EMBEDDING in table.column_names:
        column = table[EMBEDDING].combine_chunks()
        lists = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
        flat = lists.flatten().to_numpy(zero_copy_only=False)
        return np.asarray(flat, np.float64).reshape(len(table), -1)
    return np.stack([table[name].to_numpy() for name in NAMES], axis=1).astype(np.float64)
