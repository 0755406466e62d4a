"""Perceptual hash of a picture, and pairs of hashes that are nearly alike, for millions of pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from assay.jobs.intake.protocol import LUMA_PX

BITS = 64
_EDGE = 8
_SCALE = 1 << 12
_SORT_COST = 8.0
"""What sorting one hash costs, counted in comparisons of one pair; only steers the choice of blocks."""


def _cosines() -> NDArray[np.int64]:
    """(8, 32) int64: rows 1 to 8 of the cosine transform, rounded to 1/4096 so that every machine agrees."""
    rows = np.arange(1, _EDGE + 1)[:, None]
    columns = (2 * np.arange(LUMA_PX) + 1)[None, :]
    cosines: NDArray[np.float64] = np.rint(_SCALE * np.cos(np.pi * rows * columns / (2 * LUMA_PX)))
    return cosines.astype(np.int64)


_COSINES = _cosines()


def perceptual_hash(luma: bytes) -> int:
    """Hash what a picture looks like: small changes of size, compression and brightness move few of its 64 bits.

    The cosine transform of the 32 x 32 grey picture, its 8 x 8 coefficients of lowest frequency without those that are
    constant along an edge, each bit telling whether a coefficient is above their median; row by row, highest bit first.
    Whole numbers throughout: the same bytes give the same hash on every machine. A picture of one grey gives 0.

    Args:
        luma: 1024 grey values, row by row.

    Returns:
        0 to 2^64 - 1.

    Reference: Zauner (2010), "Implementation and Benchmarking of Perceptual Image Hash Functions", section 3.2.1,
    with coefficients 1 to 8 of each axis, in whole numbers.
    """
    grey = np.frombuffer(luma, dtype=np.uint8).reshape(LUMA_PX, LUMA_PX).astype(np.int64)
    low = _COSINES @ grey @ _COSINES.T
    ordered = np.sort(low, axis=None)
    doubled_median = ordered[BITS // 2 - 1] + ordered[BITS // 2]
    bits = (2 * low > doubled_median).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


@dataclass(frozen=True, slots=True)
class NearPairs:
    """Pairs of pictures that look alike.

    Attributes:
        first: (P,) int64 index, ascending.
        second: (P,) int64 index, above `first`, ascending within it.
        distance: (P,) int64 bits that differ.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    distance: NDArray[np.int64]


def near_pairs(hashes: NDArray[np.uint64], max_distance: int) -> NearPairs:
    """Find every pair of hashes that differ in at most `max_distance` bits.

    Exact. The 64 bits are cut into m blocks; hashes within d bits agree on at least m - d of them, so it is enough to
    compare hashes that fall together under a choice of m - d blocks. m is chosen for the least work: a million
    random hashes within 6 bits take seconds. The result is as large as there are pairs: of k equal hashes k(k-1)/2; use
    `near_groups` when there may be many.

    Args:
        hashes: (N,) uint64.
        max_distance: bits, 0 to 16.

    Reference: Manku, Jain and Das Sarma (2007), "Detecting Near-Duplicates for Web Crawling", section 3.
    """
    if not 0 <= max_distance <= BITS // 4:
        raise ValueError(f"max_distance is {max_distance}; 0 to {BITS // 4} make sense")
    n = len(hashes)
    found = [np.empty(0, dtype=np.int64)]
    found += [_pairs_under(hashes, mask, max_distance) for mask in _masks(n, max_distance)]
    codes = np.unique(np.concatenate(found))
    first, second = np.divmod(codes, max(n, 1))
    return NearPairs(first, second, np.bitwise_count(hashes[first] ^ hashes[second]).astype(np.int64))


def near_groups(hashes: NDArray[np.uint64], max_distance: int) -> NDArray[np.int64]:
    """Group pictures linked by chains of near pairs; linear in the number of equal hashes.

    Args:
        hashes: (N,) uint64.
        max_distance: bits, 0 to 16.

    Returns:
        (N,) int64 group of each hash; groups are numbered by their first member.
    """
    distinct, where = np.unique(hashes, return_inverse=True)
    pairs = near_pairs(distinct, max_distance)
    ones = np.ones(len(pairs.first), dtype=np.int8)
    links = coo_array((ones, (pairs.first, pairs.second)), shape=(len(distinct), len(distinct)))
    _, component = connected_components(links, directed=False)
    _, first_seen, group = np.unique(component[where], return_index=True, return_inverse=True)
    rank = np.empty(len(first_seen), dtype=np.int64)
    rank[np.argsort(first_seen)] = np.arange(len(first_seen))
    return rank[group]


def _masks(n: int, max_distance: int) -> list[np.uint64]:
    """Choose the number of blocks for the least expected work and list the choices of those that must agree."""
    if max_distance == 0:
        return [np.uint64(2**BITS - 1)]

    def work(n_blocks: int) -> float:
        n_agreeing = n_blocks - max_distance
        n_pairs = n * n / math.pow(2.0, BITS * n_agreeing / n_blocks + 1)
        return math.comb(n_blocks, n_agreeing) * (n * _SORT_COST + n_pairs)

    n_blocks = min(range(max_distance + 1, max_distance + 6), key=work)
    edges = [round(i * BITS / n_blocks) for i in range(n_blocks + 1)]
    blocks = [(1 << stop) - (1 << start) for start, stop in pairwise(edges)]
    return [np.uint64(sum(chosen)) for chosen in combinations(blocks, n_blocks - max_distance)]


def _pairs_under(hashes: NDArray[np.uint64], mask: np.uint64, max_distance: int) -> NDArray[np.int64]:
    """Compare the hashes that are equal under `mask`; each pair as `first * N + second`."""
    n = len(hashes)
    keys = hashes & mask
    order = np.argsort(keys, kind="stable")
    keys, ordered = keys[order], hashes[order]
    at = np.flatnonzero(keys[1:] == keys[:-1])  # rows whose next neighbour, `step` further on, falls together with it
    found: list[NDArray[np.int64]] = []
    step = 1
    while len(at):
        near = at[np.bitwise_count(ordered[at] ^ ordered[at + step]) <= max_distance]
        a, b = order[near], order[near + step]
        found.append(np.minimum(a, b) * n + np.maximum(a, b))
        step += 1
        at = at[at + step < n]
        at = at[keys[at] == keys[at + step]]
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)
