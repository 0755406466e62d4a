"""How strongly a person's errors come by whole images, estimated for one person and for the project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.quality.calibration.answers import GoldAnswers

FloatArray = NDArray[np.float64]

PRIOR_RHO = 0.10
PRIOR_IMAGES = 30
OWN_SHRINK_IMAGES = 25
MIN_IMAGES = 4
MAX_RHO = 0.9
NOTE_RATIO = 2.0


@dataclass(frozen=True, slots=True)
class PersonClustering:
    """A person's own moment estimate.

    Attributes:
        rho: intra-image correlation in [0, .9]; None when the answers cannot tell (fewer than four images with two
            or more units, or all right, or all wrong).
        n_images: gold images of the person; its weight in the pool when `rho` is known.
    """

    rho: float | None
    n_images: int


@dataclass(frozen=True, slots=True)
class RhoUsed:
    """The correlation an interval of one person is built with.

    Attributes:
        rho: the larger of `pool` and `own`.
        pool: the project's value.
        own: the person's value, shrunk towards the pool.
        by_whole_images: `own` exceeds twice the pool: show the note "errors come by whole images".
    """

    rho: float
    pool: float
    own: float
    by_whole_images: bool


def moment_rho(n_units: ArrayLike, n_errors: ArrayLike) -> FloatArray:
    """Estimate the intra-image correlation by analysis of variance.

    Args:
        n_units: (..., T) units an image; images with fewer than two units are left out.
        n_errors: (..., T) errors an image.

    Returns:
        (...) float64 clipped to [0, .9]; NaN with fewer than four usable images or without both right and wrong units.

    Reference: Ridout, Demetrio and Firth (1999), "Estimating intraclass correlation for binary data", eq. 4.
    """
    n, y = np.broadcast_arrays(np.asarray(n_units, np.float64), np.asarray(n_errors, np.float64))
    usable = n >= 2  # noqa: PLR2004 - one unit alone has no pair to correlate
    n, y = np.where(usable, n, 0.0), np.where(usable, y, 0.0)
    images, total, errors = usable.sum(-1), n.sum(-1), y.sum(-1)
    per_image = np.where(usable, y**2 / np.where(usable, n, 1.0), 0.0).sum(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (per_image - errors**2 / total) / (images - 1)
        within = (errors - per_image) / (total - images)
        typical = (total - (n**2).sum(-1) / total) / (images - 1)
        rho = (between - within) / (between + (typical - 1) * within)
    told = (images >= MIN_IMAGES) & (errors > 0) & (errors < total)
    return np.where(told, np.clip(rho, 0.0, MAX_RHO), np.nan)


def person_clustering(answers: GoldAnswers) -> PersonClustering:
    """Estimate how strongly the errors of one person cluster by image."""
    rho = float(moment_rho(answers.n_units, answers.n_errors))
    return PersonClustering(None if np.isnan(rho) else rho, len(answers))


def pool_rho(people: Iterable[PersonClustering]) -> float:
    """Pool the correlation over the people of a project, with a prior of 30 images at .10.

    People whose answers cannot tell are left out; with nobody the prior stands. The order of people does not matter.
    """
    known = sorted((p.rho, p.n_images) for p in people if p.rho is not None)
    weight = sum(n for _, n in known) + PRIOR_IMAGES
    return (sum(n * rho for rho, n in known) + PRIOR_IMAGES * PRIOR_RHO) / weight


def rho_for(person: PersonClustering, pool: float) -> RhoUsed:
    """Choose the correlation for one person's intervals: the pooled one, or their own where it is larger.

    The larger of the two, because a person who skips whole images is exactly the one a pooled value would
    make look well measured.
    """
    if person.rho is None:
        return RhoUsed(pool, pool, pool, by_whole_images=False)
    weight = person.n_images + OWN_SHRINK_IMAGES
    own = (person.n_images * person.rho + OWN_SHRINK_IMAGES * pool) / weight
    return RhoUsed(max(pool, own), pool, own, by_whole_images=own > NOTE_RATIO * pool)
