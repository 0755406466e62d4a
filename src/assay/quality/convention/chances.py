"""Who of the people asked about a unit drew it, given how many did: exact chances and random draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from assay.quality.convention.evidence import Cells, Flags, Floats
from assay.quality.marks import Longs

_CELLS_AT_ONCE: Final = 4_000_000


@dataclass(frozen=True, eq=False)
class Lineup:
    """Units with the people asked about them, as a table padded to the largest number of people.

    Attributes:
        chance: (n_cells,) of having drawn the unit, given how many did.
        steps: (n_units, width, width + 1) chance that the person at a place drew it when so many are to be placed yet.
        n_drew: (n_units,) how many drew it.
        place: (n_cells,) position of each cell in the flattened (n_units, width) table.
    """

    chance: Floats
    steps: Floats
    n_drew: Longs
    place: Longs

    def draws(self, n: int, rng: np.random.Generator) -> Iterator[Flags]:
        """Who drew each unit, drawn anew: chunks of (n_cells, n_draws), n draws in all."""
        n_units, width, depth = self.steps.shape
        at_once = max(1, _CELLS_AT_ONCE // max(1, n_units * width))
        flat = self.steps.astype(np.float32).ravel()
        begins = (np.arange(n_units, dtype=np.int32) * (width * depth))[:, None]
        for start in range(0, n, at_once):
            size = min(at_once, n - start)
            missing = np.repeat(self.n_drew.astype(np.int32)[:, None], size, axis=1)
            table = np.empty((n_units, width, size), np.bool_)
            for column in range(width):
                chance = flat.take(missing + (begins + np.int32(column * depth)))
                takes = rng.random((n_units, size), np.float32) < chance
                table[:, column] = takes
                missing -= takes
            yield table.reshape(n_units * width, size)[self.place]


def lineup(cells: Cells, eta: Floats) -> Lineup:
    """Work out the chances: a set of people is as likely as the product of their exp(eta).

    Elementary symmetric functions from the last person to the first; the cost grows with the square of the people
    asked about one unit.
    """
    n_units = int(cells.unit[-1]) + 1 if len(cells) else 0
    asked = np.bincount(cells.unit, minlength=n_units)
    width = int(asked.max(initial=0))
    column = np.arange(len(cells)) - np.repeat(np.cumsum(asked) - asked, asked)
    place = cells.unit * width + column
    flat = np.zeros(n_units * width)
    top = np.full(n_units, -np.inf)
    np.maximum.at(top, cells.unit, eta)
    flat[place] = np.exp(np.maximum(eta - top[cells.unit], -30.0))
    weight = flat.reshape(n_units, width)
    n_drew = np.bincount(cells.unit, cells.drew, n_units).astype(np.int64)
    steps = _steps(weight)
    chance = _inclusion(steps, n_drew)
    return Lineup(chance.ravel()[place], steps, n_drew, place)


def _steps(weight: Floats) -> Floats:
    n_units, width = weight.shape
    steps = np.zeros((n_units, width, width + 2))
    after = np.zeros((n_units, width + 2))  # symmetric functions of the people behind
    after[:, 0] = 1.0
    for column in range(width - 1, -1, -1):
        here = after.copy()
        here[:, 1:] += weight[:, column, None] * after[:, :-1]
        with np.errstate(invalid="ignore", divide="ignore"):
            taken = weight[:, column, None] * after[:, :-1] / here[:, 1:]
        steps[:, column, 1:] = np.where(here[:, 1:] > 0, taken, 0.0)
        after = here
    return steps[:, :, : width + 1]


def _inclusion(steps: Floats, n_drew: Longs) -> Floats:
    """(n_units, width) chance of each place, by following how many are still to be placed."""
    n_units, width, _ = steps.shape
    state = np.zeros((n_units, width + 1))
    state[np.arange(n_units), n_drew] = 1.0
    chance = np.zeros((n_units, width))
    for column in range(width):
        takes = state * steps[:, column]
        chance[:, column] = takes.sum(axis=1)
        state = state - takes
        state[:, :-1] += takes[:, 1:]
    return chance
