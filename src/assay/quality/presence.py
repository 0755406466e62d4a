"""Which things are really there, given who drew them and who did not: a latent-class model fitted by EM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, expit, logit

from assay.quality.clusters import Clusters

Floats = NDArray[np.float64]

# How much harder than ordinary, in log odds of being drawn: things are ordinary, hard, or hardly visible.
HARDNESS: Final = np.array([0.0, -1.5, -3.0])
# What one expects before seeing anything, as pseudo-clusters: ordinary, hard, hardly visible, not there.
PRIOR_SHARES: Final = np.array([6.0, 1.5, 0.5, 3.0])
PRIOR_FINDS: Final = 0.88
PRIOR_INVENTS: Final = 0.035
FINDS_SPREAD: Final = 0.7  # how much people differ, in log odds
# A place drawn by one person alone may be real and hard, so marks say little about who invents: the prior is worth 100
# places, and twice as many as were seen.
INVENTS_STRENGTH: Final = 100.0
INVENTS_SHARE: Final = 2.0
# Beta shapes of mean IoU, rescaled from the join threshold to 1: boxes around one thing, boxes that met by chance.
CLOSENESS_REAL: Final = (2.5, 1.7)
CLOSENESS_CHANCE: Final = (1.0, 2.5)
MAX_UNSEEN: Final = 50.0  # places nobody drew, at most, for each one that somebody drew
N_ROUNDS: Final = 60
SETTLED: Final = 1e-3  # no chance moves more than this in a round: enough for a decision


@dataclass(frozen=True, eq=False)
class Presence:
    """What the model found.

    Attributes:
        there: (n,) posterior chance that each cluster is a real thing.
        finds: (n_authors,) chance of drawing an ordinary thing.
        invents: (n_authors,) chance of drawing at a place where nothing is.
        shares: (4,) of the clusters: ordinary, hard, hardly visible, not there.
    """

    there: Floats
    finds: Floats
    invents: Floats
    shares: Floats


def judge_presence(
    clusters: Clusters,
    shown: NDArray[np.bool_],
    *,
    join_threshold: float,
    finds: Floats | None = None,
    invents: Floats | None = None,
) -> Presence:
    """Fit the model.

    A cluster exists only because somebody drew it, so its chance is taken given that at least one did. A real thing of
    hardness h is drawn by author a with chance expit(logit(finds_a) + h), a place where nothing is with `invents_a`.
    Where several drew, the closeness of their boxes speaks too: boxes around one real thing fit better than boxes that
    met by chance. Authors' abilities are drawn towards the mean of all; with few clusters the priors above decide.

    Args:
        clusters: who drew what.
        shown: (n_authors, n_items) who was asked to label each item; true wherever somebody drew.
        join_threshold: smallest mean IoU of boxes that were joined.
        finds: (n_authors,) known chances, NaN where they are to be estimated.
        invents: (n_authors,) the same for `invents`.
    """
    n_authors = len(shown)
    known_finds = np.full(n_authors, np.nan) if finds is None else finds
    known_invents = np.full(n_authors, np.nan) if invents is None else invents
    ability = np.where(np.isnan(known_finds), logit(PRIOR_FINDS), logit(_inside(known_finds)))
    invention = np.where(np.isnan(known_invents), PRIOR_INVENTS, _inside(known_invents))
    shares = PRIOR_SHARES / PRIOR_SHARES.sum()
    chance = np.empty((len(shares), len(clusters)))
    asked, fit = shown.astype(np.float64), _fit(clusters, join_threshold)
    before = np.zeros_like(chance)
    for _ in range(N_ROUNDS):
        chance, nobody = _chances(clusters, asked, ability, invention, shares, fit)
        if np.abs(chance - before).max(initial=0.0) < SETTLED:
            break
        before = chance
        shares = (chance.sum(axis=1) + PRIOR_SHARES) / (len(clusters) + PRIOR_SHARES.sum())
        places = chance * (1 + np.minimum(nobody / (1 - nobody), MAX_UNSEEN))
        drew = np.array([np.bincount(clusters.authors, row[clusters.owners], n_authors) for row in chance])
        could = np.array([asked @ np.bincount(clusters.items, row, clusters.n_items) for row in places])
        ability = np.where(np.isnan(known_finds), _abilities(ability, drew[:-1], could[:-1]), ability)
        belief = INVENTS_STRENGTH + INVENTS_SHARE * could[-1]
        learned = (drew[-1] + belief * PRIOR_INVENTS) / (could[-1] + belief)
        invention = np.where(np.isnan(known_invents), learned, invention)
    return Presence(1 - chance[-1], expit(ability), invention, shares)


def _fit(clusters: Clusters, join_threshold: float) -> Floats:
    """(n,) log odds for a real thing from how close the boxes are; 0 for a box alone."""
    closeness = np.clip((clusters.tightness - join_threshold) / (1 - join_threshold), 0.02, 0.98)
    odds = _log_beta_density(closeness, *CLOSENESS_REAL) - _log_beta_density(closeness, *CLOSENESS_CHANCE)
    return np.where(clusters.sizes > 1, odds, 0.0)


def _log_beta_density(x: Floats, a: float, b: float) -> Floats:
    return np.asarray((a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - betaln(a, b), np.float64)


def _inside(chance: Floats) -> Floats:
    return np.clip(chance, 0.005, 0.995)


def _chances(
    clusters: Clusters, asked: Floats, ability: Floats, invention: Floats, shares: Floats, fit: Floats
) -> tuple[Floats, Floats]:
    """(4, n) posterior of each kind, and the chance that nobody would have drawn a thing of that kind there."""
    rates = np.vstack([expit(ability[None, :] + HARDNESS[:, None]), invention[None, :]])  # (4, n_authors)
    lapse = np.log1p(-rates)
    all_lapse = (lapse @ asked)[:, clusters.items]
    gain = np.add.reduceat((np.log(rates) - lapse)[:, clusters.authors], clusters.starts[:-1], axis=1)
    nobody = np.exp(all_lapse)
    log_chance = gain + all_lapse - np.log1p(-nobody) + np.log(shares)[:, None]
    log_chance[:-1] += fit
    log_chance -= log_chance.max(axis=0)
    chance = np.exp(log_chance)
    return chance / chance.sum(axis=0), nobody


def _abilities(ability: Floats, drew: Floats, could: Floats) -> Floats:
    """One damped Newton step for every author's log odds of drawing an ordinary thing; both tables (3, n_authors)."""
    mean = (ability.sum() + logit(PRIOR_FINDS)) / (len(ability) + 1)
    rate = expit(ability[None, :] + HARDNESS[:, None])
    slope = (mean - ability) / FINDS_SPREAD**2 + (drew - could * rate).sum(axis=0)
    bend = 1 / FINDS_SPREAD**2 + (could * rate * (1 - rate)).sum(axis=0)
    return np.asarray(ability + np.clip(slope / bend, -1, 1), np.float64)
