"""Descriptions of pictures in a Parquet file: one row a picture with statistics, an embedding, perhaps a confidence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from assay.quality.drift import STATISTICS, Features
from assay.reports.errors import FeaturesFileError, SourceMissingError

Floats = NDArray[np.float64]

ITEM: Final = "item"
EMBEDDING: Final = "embedding"
CONFIDENCE: Final = "confidence"


def features_table(items: Sequence[str], statistics: Floats, embeddings: Floats) -> pa.Table:
    """`item`, one float column for each statistic, and `embedding`, a list of fixed length."""
    columns = {ITEM: pa.array(list(items), pa.string())}
    columns |= {name: pa.array(statistics[:, k].astype(np.float32)) for k, name in enumerate(STATISTICS)}
    flat = pa.array(np.ascontiguousarray(embeddings, np.float32).ravel())
    columns[EMBEDDING] = pa.FixedSizeListArray.from_arrays(flat, embeddings.shape[1])
    return pa.table(columns)


def read_features(source: Any) -> Features:  # noqa: ANN401 - a path, an Arrow table or a data frame
    """Descriptions from a Parquet file, an Arrow table or a data frame, in the order of their rows.

    Columns: `item`; the eleven statistics or `embedding` or both; `confidence` if there is one. Others are ignored.

    Raises:
        SourceMissingError: there is no such file.
        FeaturesFileError: it is no such table.
    """
    name, table = _table(source)
    if ITEM not in table.column_names:
        raise FeaturesFileError(name, "there is no column 'item'")
    items = [str(v) for v in table[ITEM].to_pylist()]
    known = [s for s in STATISTICS if s in table.column_names]
    if known and len(known) < len(STATISTICS):
        gone = next(s for s in STATISTICS if s not in known)
        raise FeaturesFileError(name, f"of the statistics, the column {gone!r} is missing")
    if not known and EMBEDDING not in table.column_names:
        raise FeaturesFileError(name, "there are neither statistics nor an embedding")
    try:
        statistics = np.stack([_numbers(table, s) for s in STATISTICS], axis=1) if known else None
        embeddings = _lists(table) if EMBEDDING in table.column_names else None
        confidence = _numbers(table, CONFIDENCE) if CONFIDENCE in table.column_names else None
    except (pa.ArrowInvalid, ValueError, TypeError):
        raise FeaturesFileError(name, "a column holds something else than numbers, or lists of one length") from None
    return Features(statistics, embeddings, confidence, items)


def _table(source: Any) -> tuple[str, pa.Table]:  # noqa: ANN401 - as above
    if isinstance(source, str | Path):
        path = Path(source)
        if not path.exists():
            raise SourceMissingError(path.name or str(path))
        try:
            return path.name, pq.read_table(path)
        except (pa.ArrowInvalid, OSError):
            raise FeaturesFileError(path.name, "it is no Parquet file") from None
    if isinstance(source, pa.Table):
        return "the table", source
    if hasattr(source, "__arrow_c_stream__"):
        return "the table", pa.table(source)
    raise FeaturesFileError(type(source).__name__, "it is no table")


def _numbers(table: pa.Table, name: str) -> Floats:
    return np.asarray(table[name].to_numpy(zero_copy_only=False), np.float64)


def _lists(table: pa.Table) -> Floats:
    column = table[EMBEDDING].combine_chunks()
    lists = column if isinstance(column, pa.Array) else pa.concat_arrays(column.chunks)
    if not pa.types.is_list(lists.type) and not pa.types.is_fixed_size_list(lists.type):
        raise TypeError(f"lists are wanted, not {lists.type}")
    lengths = pc.list_value_length(lists).unique().to_pylist()
    if len(lengths) != 1 or not lengths[0]:
        raise ValueError("lists of different length")
    flat = np.asarray(lists.flatten().to_numpy(zero_copy_only=False), np.float64)
    return flat.reshape(len(lists), -1)
