"""One mask from several people's masks of the same thing: weighted vote, and STAPLE with each person's sensitivity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.quality.errors import TooFewAuthorsError, VotesInvalidError

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Runs = tuple[NDArray[np.int32], NDArray[np.int32]]

NEVER: Final = 1e-7  # no person is right or wrong with more certainty than this


@dataclass(frozen=True, eq=False)
class PixelPatterns:
    """Stretches of pixels that the same people set, instead of the pixels themselves.

    Attributes:
        edges: (n_stretches + 1,) pixel numbers, from the first pixel considered to the last.
        drawn: (n_stretches, n_people) who set the pixels of each stretch.
    """

    edges: Longs
    drawn: NDArray[np.bool_]

    @classmethod
    def of(cls, masks: Sequence[Runs], n_pixels: int) -> PixelPatterns:
        """Cut an image of `n_pixels` wherever any of the masks (runs of set pixels) begins or ends."""
        edges = np.unique(np.concatenate([[0, n_pixels], *(np.concatenate(runs) for runs in masks)]).astype(np.int64))
        begin = edges[:-1]
        drawn = [
            np.searchsorted(starts, begin, side="right") > np.searchsorted(ends, begin, side="right")
            for starts, ends in masks
        ]
        return cls(edges, np.array(drawn, np.bool_).reshape(len(masks), -1).T)

    @property
    def lengths(self) -> Longs:
        """(n_stretches,) pixels in each stretch."""
        return np.diff(self.edges)

    def runs_where(self, keep: NDArray[np.bool_]) -> Runs:
        """The stretches for which `keep` is true, as runs that neither are empty nor touch."""
        change = np.flatnonzero(np.diff(np.concatenate([[False], keep, [False]]).astype(np.int8)))
        return self.edges[change[0::2]].astype(np.int32), self.edges[change[1::2]].astype(np.int32)


@dataclass(frozen=True, eq=False)
class FusedMask:
    """One mask out of several.

    Attributes:
        runs: starts and ends of the pixels more likely inside than not.
        patterns: the stretches the answer was made of.
        probability: (n_stretches,) chance of each stretch to be inside.
        sensitivity: (n_people,) share of the inside that each person set; NaN for a vote.
        specificity: (n_people,) share of the outside that each person left; NaN for a vote.
        n_rounds: EM rounds that were run; 0 for a vote.
    """

    runs: Runs
    patterns: PixelPatterns = field(repr=False)
    probability: Floats
    sensitivity: Floats
    specificity: Floats
    n_rounds: int


def vote_mask(masks: Sequence[Runs], n_pixels: int, *, weights: ArrayLike | None = None) -> FusedMask:
    """Set the pixels that people with more than half of the weight set.

    Args:
        masks: starts and ends of each person's runs.
        n_pixels: height x width of the image.
        weights: (n_people,) above 0; alike when left out. Exactly half is not set.
    """
    patterns = _patterns(masks, n_pixels)
    weight = np.ones(len(masks)) if weights is None else np.asarray(weights, np.float64)
    if weight.shape != (len(masks),) or not (weight > 0).all():
        raise VotesInvalidError(f"Weights {weight.tolist()} are not one number above 0 for each of {len(masks)} masks.")
    share = patterns.drawn @ weight / weight.sum()
    unknown = np.full(len(masks), np.nan)
    return FusedMask(patterns.runs_where(share > 0.5 + 1e-12), patterns, share, unknown, unknown, 0)


def staple(
    masks: Sequence[Runs],
    n_pixels: int,
    *,
    prior: float | None = None,
    within: tuple[int, int] | None = None,
    n_rounds: int = 200,
    tolerance: float = 1e-9,
) -> FusedMask:
    """Estimate the true mask together with every person's sensitivity and specificity (EM).

    Pixels that the same people set are one unit, so the cost does not grow with the image.

    Args:
        masks: starts and ends of each person's runs, at least two people.
        n_pixels: height x width of the image.
        prior: chance of a pixel to be inside before seeing anybody's mask; the mean share set when left out.
        within: pixel numbers [first, last) that take part; the whole image when left out. With much empty image around,
            specificity is near 1 for everybody and the answer tends to what anybody set: keep to a neighbourhood then.
        n_rounds: EM rounds at most.
        tolerance: stop when no sensitivity or specificity moves by more than this.

    Reference: Warfield, Zou, Wells (2004), "Simultaneous Truth and Performance Level Estimation (STAPLE)", section II.
    """
    if len(masks) < 2:  # noqa: PLR2004 - one mask is its own answer
        raise TooFewAuthorsError(len(masks))
    first, last = (0, n_pixels) if within is None else within
    patterns = _patterns(masks, n_pixels)
    length = np.clip(patterns.edges[1:], first, last) - np.clip(patterns.edges[:-1], first, last)
    drawn, size = patterns.drawn.astype(np.float64), length.astype(np.float64)
    share = float(size @ drawn.mean(axis=1) / size.sum()) if prior is None else prior
    inside = np.full(len(masks), 0.99999)
    outside = inside.copy()
    probability = _posterior(drawn, inside, outside, share)
    rounds = 0
    moved = np.inf
    while rounds < n_rounds and moved > tolerance:
        rounds += 1
        weight = size * probability
        rest = size - weight
        new_inside = np.clip(weight @ drawn / max(weight.sum(), NEVER), NEVER, 1 - NEVER)
        new_outside = np.clip(rest @ (1 - drawn) / max(rest.sum(), NEVER), NEVER, 1 - NEVER)
        moved = float(max(np.abs(new_inside - inside).max(), np.abs(new_outside - outside).max()))
        inside, outside = new_inside, new_outside
        probability = _posterior(drawn, inside, outside, share)
    keep = (probability >= 0.5) & (length > 0)  # noqa: PLR2004 - more likely inside than not
    return FusedMask(patterns.runs_where(keep), patterns, probability, inside, outside, rounds)


def _posterior(drawn: Floats, inside: Floats, outside: Floats, prior: float) -> Floats:
    log_in = drawn @ np.log(inside) + (1 - drawn) @ np.log1p(-inside)
    log_out = drawn @ np.log1p(-outside) + (1 - drawn) @ np.log(outside)
    with np.errstate(over="ignore", divide="ignore"):
        odds = np.exp(log_out - log_in) * (1 - prior) / prior if prior > 0 else np.full(len(drawn), np.inf)
    return np.asarray(1 / (1 + odds), np.float64)


def _patterns(masks: Sequence[Runs], n_pixels: int) -> PixelPatterns:
    if len(masks) == 0:
        raise TooFewAuthorsError(0)
    patterns = PixelPatterns.of(masks, n_pixels)
    if patterns.edges[0] < 0 or patterns.edges[-1] > n_pixels:
        raise VotesInvalidError(f"A mask reaches beyond its image of {n_pixels} pixels.")
    return patterns
