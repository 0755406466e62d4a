"""Turns several people's labels into rows, one an item with everybody's boxes, as the batch engine reads them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from assay.quality.rows import ACCEPTED, AUTHOR, ITEM, LABEL_CLASS, MARKS, SIDES, SUBMISSIONS
from assay.reports.errors import TargetExistsError
from assay.reports.work import Work

ROWS_IN_A_GROUP: Final = 65_536
_MARK: Final = pa.struct([(LABEL_CLASS, pa.string()), *((side, pa.float64()) for side in SIDES)])
SCHEMA: Final = pa.schema(
    [
        pa.field(ITEM, pa.string(), nullable=False),
        pa.field(SUBMISSIONS, pa.list_(pa.struct([(AUTHOR, pa.string()), (MARKS, pa.list_(_MARK))])), nullable=False),
        pa.field(ACCEPTED, pa.list_(_MARK)),
    ]
)


def rows_of(work: Work, *, accepted: str | None = None) -> pa.Table:
    """Lay labels out as one row an item, marks as the envelopes of their areas; crowds, lines and points stay behind.

    Args:
        work: everybody's marks. Whoever was asked and drew nothing has a submission without marks.
        accepted: the author whose marks are the accepted ones; nobody when left out, and then without that column.
    """
    people = [number for number, name in enumerate(work.authors) if name != accepted]
    asked = work.asked[people].T  # by item, then person
    per_item = asked.sum(axis=1)
    rows = np.flatnonzero(work.is_area & np.isin(work.author, people))
    rows = rows[np.lexsort((work.author[rows], work.item[rows]))]
    number = np.zeros(len(work.authors), np.int64)
    number[people] = np.arange(len(people))
    drawn = np.bincount(work.item[rows] * len(people) + number[work.author[rows]], minlength=asked.size)
    names = pa.array([work.authors[p] for p in people], pa.string())
    who = names.take(pa.array(np.nonzero(asked)[1]))
    lists = pa.ListArray.from_arrays(_ends(drawn[asked.ravel()]), _marks(work, rows))
    handed_in = pa.StructArray.from_arrays([who, lists], [AUTHOR, MARKS])
    columns = [pa.array(work.items, pa.string()), pa.ListArray.from_arrays(_ends(per_item), handed_in)]
    if accepted is None:
        return pa.table(columns, schema=pa.schema([SCHEMA.field(ITEM), SCHEMA.field(SUBMISSIONS)]))
    gold = np.flatnonzero(work.is_area & (work.author == work.authors.index(accepted)))
    per_item = np.bincount(work.item[gold], minlength=work.n_items)
    return pa.table([*columns, pa.ListArray.from_arrays(_ends(per_item), _marks(work, gold))], schema=SCHEMA)


def write_rows(rows: pa.Table, target: Path) -> None:
    """Write rows as Parquet in groups that several threads can share.

    Raises:
        TargetExistsError: there is such a file.
    """
    if target.exists():
        raise TargetExistsError(target.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, target, row_group_size=ROWS_IN_A_GROUP, compression="zstd", compression_level=1)


def _marks(work: Work, rows: NDArray[np.int64]) -> pa.StructArray:
    classes = pa.array(work.classes, pa.string()).take(pa.array(work.label_class[rows]))
    sides = [pa.array(np.ascontiguousarray(work.box[rows, column])) for column in range(len(SIDES))]
    names: Sequence[str] = [LABEL_CLASS, *SIDES]
    return pa.StructArray.from_arrays([classes, *sides], names)


def _ends(counts: NDArray[np.int64]) -> pa.Array:
    return pa.array(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32))
