"""Rows of items with everybody's boxes, drawn at random or written out, for tests of the batch engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

SIDES = ("x_min_px", "y_min_px", "x_max_px", "y_max_px")
MARK = pa.struct([("label_class", pa.string()), *((side, pa.float64()) for side in SIDES)])
SCHEMA = pa.schema(
    [
        ("item", pa.string()),
        ("submissions", pa.list_(pa.struct([("author", pa.string()), ("marks", pa.list_(MARK))]))),
        ("accepted", pa.list_(MARK)),
    ]
)

Drawn = list[tuple[str, float, float, float, float]]


def mark(label_class: str, x_min: float, y_min: float, x_max: float, y_max: float) -> dict[str, Any]:
    return {"label_class": label_class, **dict(zip(SIDES, (x_min, y_min, x_max, y_max), strict=True))}


def rows_of(items: list[tuple[str, dict[str, Drawn], Drawn]]) -> pa.RecordBatch:
    """Items given as name, author to boxes, accepted boxes."""
    values = [
        {
            "item": name,
            "submissions": [{"author": a, "marks": [mark(*m) for m in drawn]} for a, drawn in people.items()],
            "accepted": [mark(*m) for m in accepted],
        }
        for name, people, accepted in items
    ]
    return pa.RecordBatch.from_pylist(values, schema=SCHEMA)


def random_rows(n_items: int, seed: int, *, n_people: int = 4, on_a_grid: bool = False) -> pa.RecordBatch:
    """Two or three of the people on most items, few or none on some; on a grid many IoU are equal."""
    rng = np.random.default_rng(seed)
    return rows_of([_item(number, rng, n_people, on_a_grid) for number in range(n_items)])


def _item(number: int, rng: np.random.Generator, n_people: int, on_a_grid: bool) -> tuple[str, dict[str, Drawn], Drawn]:  # noqa: FBT001 - a helper
    n = int(rng.poisson(3)) if rng.random() > 0.15 else 0
    things = []
    for _ in range(n):
        x, y, w, h = (
            rng.integers([0, 0, 1, 1], [6, 6, 7, 7]) if on_a_grid else rng.uniform([0, 0, 5, 5], [60, 60, 30, 30])
        )
        things.append((str(rng.choice(["cat", "dog", "eel"])), float(x), float(y), float(x + w), float(y + h)))
    chosen = rng.permutation(n_people)[: rng.integers(0, n_people)]
    return f"item-{number:04}", {f"p{p}": _seen(things, rng, on_a_grid) for p in chosen}, things


def _seen(things: Drawn, rng: np.random.Generator, on_a_grid: bool) -> Drawn:  # noqa: FBT001 - a helper
    drawn = []
    for name, *box in things:
        if rng.random() < 0.15:
            continue
        step = rng.integers(-1, 2, 4) * 0.5 if on_a_grid else rng.normal(0, 1.5, 4)
        x_min, y_min, x_max, y_max = (float(side + s) for side, s in zip(box, step, strict=True))
        said = "eel" if rng.random() < 0.1 else name
        drawn.append((said, x_min, y_min, max(x_max, x_min + 0.5), max(y_max, y_min + 0.5)))
    return drawn
