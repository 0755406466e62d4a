"""Reads a stretch of rows, items with everybody's nested marks, from Arrow buffers into plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from assay.kernel.marks import BBOX
from assay.kernel.native_batch import Comparisons, pack_boxes
from assay.quality.boxes import LARGEST_PX
from assay.quality.rows.errors import RowInvalidError, RowsInvalidError

Longs = NDArray[np.int64]
Ints = NDArray[np.int32]

ITEM, SUBMISSIONS, ACCEPTED, AUTHOR, MARKS = "item", "submissions", "accepted", "author", "marks"
SIDES: Final = ("x_min_px", "y_min_px", "x_max_px", "y_max_px")
LABEL_CLASS, SHAPE, IS_CROWD = "label_class", "shape", "is_crowd"


@dataclass(frozen=True, eq=False)
class Stretch:
    """Marks of a list column, cut by the lists they came from.

    Attributes:
        offsets: (n_lists + 1,) where each list begins.
        classes: (n,) numbers of `names`.
        names: class names.
        n_left_out: marks of other shapes and of crowds, which are not compared.
    """

    offsets: Longs
    classes: Ints
    names: list[str]
    n_left_out: int


@dataclass(frozen=True, eq=False)
class Block:
    """Some rows, ready to be compared; people and classes are numbered by the order of their names.

    Attributes:
        items: names of the items.
        first_row: number of the first row among all rows there are.
        people: names.
        classes: names.
        submissions: (n_people,) how many each handed in.
        marks: (n_people,) how many boxes they drew.
        pairs: (n_pairs, 2) people of each pair.
        people_compared: comparisons of every two people of a row.
        answers_compared: comparisons of every person with the accepted marks; None without such a column.
        n_marks_shared: boxes on rows that two people or more handed in.
        n_left_out: marks of other shapes and of crowds.
    """

    items: pa.Array
    first_row: int
    people: list[str]
    classes: list[str]
    submissions: Longs
    marks: Longs
    pairs: Longs
    people_compared: Comparisons
    answers_compared: Comparisons | None
    n_marks_shared: int
    n_left_out: int


def read_block(rows: pa.RecordBatch, first_row: int) -> Block:
    """Lay rows out for the kernel.

    Args:
        rows: a record batch with the columns of the module's layout; others are not looked at. No list of marks is
            someone who was asked and drew nothing; a row without submissions is an item nobody was asked about.
        first_row: number of the first row among all rows there are.

    Raises:
        RowsInvalidError: a column is missing or of another kind.
        RowInvalidError: a mark that is no box, an author without a name or twice on one item.
    """
    items = _column(rows, ITEM)
    per_row, submissions = _lists(_column(rows, SUBMISSIONS), SUBMISSIONS)
    author, people = _codes(_member(submissions, AUTHOR, SUBMISSIONS), AUTHOR)
    row = np.repeat(np.arange(len(items)), per_row)
    lists = [(_member(submissions, MARKS, SUBMISSIONS), row)]
    if ACCEPTED in rows.schema.names:
        lists.append((rows.column(ACCEPTED), np.arange(len(items))))
    boxes, stretches = _stretches(lists, items)
    order = np.lexsort((author, row)) if (np.diff(row * max(len(people), 1) + author) < 0).any() else None
    return _assemble(items, first_row, people, per_row, author, boxes, stretches, order)


def _assemble(
    items: pa.Array, first_row: int, people: list[str], per_row: Longs, author: Ints, boxes: NDArray[np.float64],
    stretches: list[Stretch], order: Longs | None,
) -> Block:  # fmt: skip
    drawn, gold = stretches[0], stretches[1] if len(stretches) > 1 else None
    classes = sorted({name for stretch in stretches for name in stretch.names})
    codes = np.concatenate([_renumber(stretch, classes) for stretch in stretches])
    begin, end = drawn.offsets[:-1], drawn.offsets[1:]
    row = np.repeat(np.arange(len(items)), per_row)
    if order is not None:
        begin, end, author = begin[order], end[order], author[order]
    _refuse_twice(items, row, author, people)
    one, two = _every_two(per_row)
    pairs, pair = _number_pairs(author[one], author[two], len(people))
    answers = None
    if gold is not None:
        signed = gold.offsets + len(drawn.classes)
        ranges = np.column_stack([signed[row], signed[row + 1], begin, end])
        answers = Comparisons(
            boxes, codes, ranges, row, author, author, np.zeros(len(row), np.int32), len(items), len(people), 0,
            len(classes),
        )  # fmt: skip
    compared = Comparisons(
        boxes, codes, np.column_stack([begin[one], end[one], begin[two], end[two]]), row[one], author[one], author[two],
        pair, len(items), len(people), len(pairs), len(classes),
    )  # fmt: skip
    n_drawn = np.bincount(author, end - begin, len(people)).astype(np.int64)
    n_handed_in = np.bincount(author, minlength=len(people)).astype(np.int64)
    left_out = sum(stretch.n_left_out for stretch in stretches)
    shared = int((end - begin)[per_row[row] > 1].sum())
    return Block(items, first_row, people, classes, n_handed_in, n_drawn, pairs, compared, answers, shared, left_out)


def _every_two(per_row: Longs) -> tuple[Longs, Longs]:
    """Every two submissions of one row, by row."""
    begins = np.cumsum(per_row) - per_row
    first, second = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for m in np.unique(per_row[per_row > 1]).tolist():
        a, b = np.array(list(combinations(range(m), 2)), np.int64).T
        here = begins[per_row == m][:, None]
        first.append((here + a).ravel())
        second.append((here + b).ravel())
    one, two = np.concatenate(first), np.concatenate(second)
    if len(first) > 2:  # noqa: PLR2004 - rows of one kind are in order already
        order = np.lexsort((two, one))
        return one[order], two[order]
    return one, two


def _number_pairs(one: Ints, two: Ints, n_people: int) -> tuple[Longs, Ints]:
    """Each pair of people that meets, and the number of the pair of each comparison."""
    key = one.astype(np.int64) * n_people + two
    if n_people**2 <= max(4 * len(key), 1 << 16):
        met = np.bincount(key, minlength=n_people**2) > 0
        found, number = np.flatnonzero(met), np.cumsum(met)[key] - 1
    else:
        found, number = np.unique(key, return_inverse=True)
    return np.column_stack(np.divmod(found, max(n_people, 1))), number.astype(np.int32)


def _refuse_twice(items: pa.Array, row: Longs, author: Ints, people: list[str]) -> None:
    twice = (np.diff(row) == 0) & (np.diff(author) == 0)
    if twice.any():
        place = int(np.argmax(twice))
        raise RowInvalidError(_name(items, int(row[place])), f"{people[author[place]]} handed it in twice")


def _stretches(lists: list[tuple[pa.Array, Longs]], items: pa.Array) -> tuple[NDArray[np.float64], list[Stretch]]:
    """The boxes of list columns one after another; beside each column the rows its lists belong to."""
    found = [(*_lists(column, MARKS), rows) for column, rows in lists]
    boxes = np.empty((sum(len(marks) for _, marks, _ in found), 4))
    out, first, parts = [], 0, []
    for counts, marks, rows in found:
        here = boxes[first : first + len(marks)]
        first += len(marks)
        kept = _kept(marks, len(marks))
        _pack(marks, here, kept, counts, (items, rows))
        codes, names = _codes(_member(marks, LABEL_CLASS, MARKS), LABEL_CLASS)
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        if kept is None or kept.all():
            out.append(Stretch(offsets, codes, names, 0))
            parts.append(here)
            continue
        inside = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)])
        out.append(Stretch(inside[offsets], codes[kept], names, int((~kept).sum())))
        parts.append(here[kept])
    return (np.concatenate(parts) if any(stretch.n_left_out for stretch in out) else boxes), out


def _pack(
    marks: pa.StructArray, out: NDArray[np.float64], kept: NDArray[np.bool_] | None, counts: Longs,
    whose: tuple[pa.Array, Longs],
) -> None:  # fmt: skip
    """Write the sides into `out`; refuses what is no box, unless it is not compared anyway."""
    sides = [_numbers(_member(marks, side, MARKS), side) for side in SIDES]
    if pack_boxes((sides[0], sides[1], sides[2], sides[3]), largest=LARGEST_PX, out=out) < 0:
        return
    bad = np.flatnonzero(~_right(out) & (True if kept is None else kept))
    if len(bad) == 0:
        return
    at = int(np.searchsorted(np.cumsum(counts), bad[0], side="right"))
    need = "a box needs finite sides, x_min < x_max and y_min < y_max"
    why = f"mark {int(bad[0] - counts[:at].sum())} is {tuple(out[bad[0]].tolist())}; {need}"
    items, rows = whose
    raise RowInvalidError(_name(items, int(rows[at])), why)


def _right(boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    low, high = boxes[:, :2], boxes[:, 2:]
    return np.asarray(((low >= -LARGEST_PX) & (high <= LARGEST_PX) & (low < high)).all(axis=1))


def _kept(marks: pa.StructArray, n: int) -> NDArray[np.bool_] | None:
    """Which marks are boxes and no crowds; None when there is nothing to tell."""
    names = [field.name for field in marks.type]
    kept = None
    if SHAPE in names:
        kept = pc.fill_null(pc.equal(_member(marks, SHAPE, MARKS), BBOX), fill_value=False).to_numpy(
            zero_copy_only=False
        )
    if IS_CROWD in names:
        crowd = pc.fill_null(_member(marks, IS_CROWD, MARKS), fill_value=False).to_numpy(zero_copy_only=False)
        kept = ~crowd if kept is None else kept & ~crowd
    return kept if kept is None else np.asarray(kept, np.bool_).reshape(n)


def _renumber(marks: Stretch, classes: list[str]) -> Ints:
    """Class numbers by the order of all names."""
    place = {name: number for number, name in enumerate(classes)}
    return np.array([place[name] for name in marks.names] or [0], np.int32)[marks.classes]


def _column(rows: pa.RecordBatch, name: str) -> pa.Array:
    if name not in rows.schema.names:
        raise RowsInvalidError(f"there is no column {name!r}")
    return rows.column(name)


def _lists(array: pa.Array, name: str) -> tuple[Longs, pa.StructArray]:
    """How many elements each list has, none for null, and the elements themselves."""
    kind = array.type
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind)) or not pa.types.is_struct(kind.value_type):
        raise RowsInvalidError(f"{name} are {kind}, not lists of structures")
    counts = pc.list_value_length(array).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    return counts, array.flatten()


def _member(structures: pa.StructArray, name: str, of: str) -> pa.Array:
    if structures.type.get_field_index(name) < 0:
        raise RowsInvalidError(f"{of} have no {name!r}")
    return pc.struct_field(structures, name)


def _numbers(column: pa.Array, name: str) -> NDArray[np.float64]:
    """Sides as float64; a missing one is NaN, which no box has."""
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
        raise RowsInvalidError(f"{name} is {column.type}, not a number")
    return np.ascontiguousarray(column.to_numpy(zero_copy_only=False), np.float64)


def _codes(column: Any, name: str) -> tuple[Ints, list[str]]:  # noqa: ANN401 - an array of one of several kinds
    """Numbers and the names they stand for, in order; only names that occur."""
    if column.null_count:
        raise RowsInvalidError(f"{column.null_count} of the column {name!r} have no value")
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind)):
        raise RowsInvalidError(f"{name} is {kind}, neither a name nor a number")
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    words = [str(word) for word in encoded.dictionary.to_pylist()]
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    used = np.bincount(codes, minlength=len(words)) > 0
    names = sorted({word for word, here in zip(words, used.tolist(), strict=True) if here})
    place = {word: number for number, word in enumerate(names)}
    table = np.array([place.get(word, 0) for word in words] or [0], np.int32)
    return table[codes], names


def _name(items: pa.Array, row: int) -> str:
    return str(items[row].as_py())
