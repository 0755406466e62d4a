"""Orders of items worth labelling: typical of what is not covered, unsure, unsure and spread out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.quality.selection.clusters import k_means, squared_distances

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

_NEIGHBOURS: Final = 20
_MOST_CLUSTERS: Final = 500
_WIDE: Final = 10
"""Clustered margin chooses among so many times the wanted number of the least sure items."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Items in the order they are wanted.

    Attributes:
        order: positions in the pool, best first; may be fewer than the pool.
        score: (len(order),) what they were ordered by, in [0, 1], higher is more wanted.
        cluster: (len(order),) group they stand for; -1 without groups.
    """

    order: Longs
    score: Floats
    cluster: Longs


def unsureness(probabilities: Floats) -> Floats:
    """1 minus the margin between the two likeliest classes, in [0, 1]; with one class, 1 minus its probability."""
    if probabilities.shape[1] == 1:
        return np.asarray(1 - np.abs(2 * probabilities[:, 0] - 1), np.float64)
    top = np.sort(probabilities, axis=1)[:, -2:]
    return np.asarray(1 - (top[:, 1] - top[:, 0]), np.float64)


def by_margin(unsure: Floats) -> Ranked:
    """Least sure first; the lower position wins a tie. Reference: Scheffer et al. (2001)."""
    order = np.argsort(-unsure, kind="stable")
    return Ranked(order, unsure[order], np.full(len(order), -1))


def by_clustered_margin(pool: Floats, unsure: Floats, n: int, rng: np.random.Generator) -> Ranked:
    """Least sure first, one from each group of alike items in turn, small groups first.

    Reference: Citovsky et al. (2021), "Batch Active Learning at Scale", with k-means in place of linkage.
    """
    first = by_margin(unsure)
    wide = first.order[: _WIDE * n]
    groups = k_means(pool[wide], n, rng)
    sizes = np.bincount(groups)
    turn = _turns(groups)
    order = np.lexsort((first.order[: len(wide)], sizes[groups], turn))
    return Ranked(wide[order], unsure[wide[order]], groups[order])


def by_typicality(pool: Floats, labelled: Floats, n: int, rng: np.random.Generator) -> Ranked:
    """The most typical item of each region that no label covers, large regions first.

    Typical is a small mean distance to the nearest neighbours of its own region. Regions come from k-means on pool
    and labels together, as many as there are labels and wanted items.

    Reference: Hacohen, Dekel, Weinshall (2022), "Active Learning on a Budget", algorithm 1.
    """
    k = min(len(labelled) + n, _MOST_CLUSTERS)
    groups = k_means(np.concatenate([pool, labelled]), k, rng)
    n_groups = int(groups.max()) + 1
    covered = np.bincount(groups[len(pool) :], minlength=n_groups)
    mine = groups[: len(pool)]
    sizes = np.bincount(mine, minlength=n_groups)
    typical = _typicality(pool, mine, n_groups)
    place = np.lexsort((np.arange(len(pool)), -typical, mine))
    turn = np.empty(len(pool), np.int64)
    turn[place] = _turns(mine[place])
    order = np.lexsort((np.arange(len(pool)), -sizes[mine], turn + covered[mine]))
    return Ranked(order, typical[order], mine[order])


def _typicality(pool: Floats, groups: Longs, n_groups: int) -> Floats:
    """1 / (1 + mean distance to the nearest neighbours inside the group)."""
    typical = np.ones(len(pool))
    for group in range(n_groups):
        members = np.flatnonzero(groups == group)
        if len(members) > 1:
            distance = np.sqrt(squared_distances(pool[members], pool[members]))
            k = min(_NEIGHBOURS, len(members) - 1)
            closest = np.partition(distance, k, axis=1)[:, : k + 1]
            typical[members] = 1 / (1 + closest.sum(axis=1) / k)
    return typical


def _turns(groups: Longs) -> Longs:
    """How many of the same group came before each row."""
    order = np.argsort(groups, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(groups))])[:-1]
    turn = np.empty(len(groups), np.int64)
    turn[order] = np.arange(len(groups)) - starts[groups[order]]
    return turn
