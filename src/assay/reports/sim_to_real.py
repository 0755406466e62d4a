"""Reads scores of models on the same real gold and says how many real labels synthetic pictures are worth."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from assay.quality.sim_to_real import SimToReal, sim_to_real
from assay.reports.errors import ScoresUnreadableError

SYNTHETIC = "synthetic"


def sim_to_real_file(path: Path, *, seed: int = 0) -> SimToReal:
    """Compare the models of a CSV file.

    Args:
        path: a header `item,synthetic,<labels>,<labels>,...` and one row for each real gold item: the score of the
            model trained with synthetic pictures, and of models trained on so many real labels alone.
        seed: of the intervals.

    Raises:
        ScoresUnreadableError: names the line and what is wrong with it.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError) as error:
        what = (error.strerror or "it cannot be read").lower() if isinstance(error, OSError) else "it is not UTF-8"
        raise ScoresUnreadableError(path.name, 0, what) from None
    labels = _labels(path, rows[0] if rows else [])
    items: set[str] = set()
    table = [_scores(path, n, row, len(labels) + 1, items) for n, row in enumerate(rows[1:], 2) if row]
    if not table:
        raise ScoresUnreadableError(path.name, 1, "there is no row below the header")
    scores = np.array(table)
    real = {n: scores[:, k + 1] for k, n in enumerate(labels)}
    return sim_to_real(scores[:, 0], real, rng=np.random.default_rng(seed))


def _labels(path: Path, header: list[str]) -> list[int]:
    names = [name.strip() for name in header]
    if names[:2] != ["item", SYNTHETIC] or len(names) < 4:  # noqa: PLR2004 - a curve has two points
        raise ScoresUnreadableError(path.name, 1, "the header is not item,synthetic and two or more numbers of labels")
    if not all(name.isdigit() and int(name) > 0 for name in names[2:]) or len(set(names)) < len(names):
        raise ScoresUnreadableError(path.name, 1, "a column behind synthetic is not a number of labels, or comes twice")
    return [int(name) for name in names[2:]]


def _scores(path: Path, n: int, row: list[str], wanted: int, items: set[str]) -> list[float]:
    if len(row) != wanted + 1:
        raise ScoresUnreadableError(path.name, n, f"it has {len(row)} cells, not {wanted + 1}")
    if row[0] in items:
        raise ScoresUnreadableError(path.name, n, f"the item {row[0][:64]!r} comes twice")
    items.add(row[0])
    try:
        values = [float(cell) for cell in row[1:]]
    except ValueError:
        raise ScoresUnreadableError(path.name, n, "a score is not a number") from None
    if not all(0.0 <= value <= 1.0 for value in values):
        raise ScoresUnreadableError(path.name, n, "a score lies outside 0 to 1")
    return values
