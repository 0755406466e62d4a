"""What each author does, by class, seen against what everybody's marks together say is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp, log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.kernel.estimate import Estimate
from assay.quality.agreement import check_authors
from assay.quality.consensus import AuthorSkill, Fused, FusedMasks
from assay.quality.marks import Marks
from assay.quality.ratios import share_in_closed_form
from assay.quality.similarity import similar_pairs

Floats = NDArray[np.float64]

FEWEST_TO_PLACE: Final = 2  # marks of one thing before they say who is inexact


@dataclass(frozen=True, slots=True)
class AuthorRecord:
    """One author on all classes, or on one.

    Attributes:
        misses: share of what somebody else drew and what is there that this author, though asked, did not draw.
        spurious: share of this author's marks where nothing is.
        right_class: share of this author's marks on real things that name their class.
        noise: mean distance of a side from where it belongs, as a share of width or height; for masks a quarter of
            1 - IoU with the fused mask. The author's own pull on the fused mark is taken out.
        confusion: class named to how many of the author's marks on these things, weighted by the chance that the thing
            is there.
    """

    misses: Estimate
    spurious: Estimate
    right_class: Estimate
    noise: Estimate
    confusion: dict[int, float]


@dataclass(frozen=True, slots=True)
class AuthorTable:
    """An author's record in all, and by class of what is there (of spurious marks: by class named)."""

    overall: AuthorRecord
    by_class: dict[int, AuthorRecord]


def record_authors(
    fused: Fused | FusedMasks,
    authors: Mapping[str, Marks],
    *,
    assigned: Mapping[str, NDArray[np.bool_]] | None = None,
) -> dict[str, AuthorTable]:
    """Say what each author misses, invents, misnames and misplaces.

    Everything is weighted by the chance that a thing is there. Misses are counted on what somebody else drew, because
    what this author drew would not be known otherwise; what nobody drew is known to nobody. With two people on an item
    the answer leans on the prior of `fuse_boxes`.

    Args:
        fused: what the marks together say.
        authors: the same marks.
        assigned: as given to `fuse_boxes`.
    """
    _, shown = check_authors(authors, assigned)
    facts = _Facts(fused, authors, shown)
    classes = np.unique(np.concatenate([fused.clusters.classes, fused.candidates.classes])).tolist()
    return {
        name: AuthorTable(facts.record(number, None), {int(c): facts.record(number, int(c)) for c in classes})
        for number, name in enumerate(fused.clusters.names)
    }


def skill_measured(skill: AuthorSkill, record: AuthorRecord) -> dict[str, Estimate]:
    """The numbers of a skill with intervals: as wide as what the author's record leaves open, around the model's value.

    Returns:
        `finds`, `invents`, `right_class` and `noise`; their method is `latent-class`.
    """
    finds = replace(
        record.misses,
        value=None if record.misses.value is None else 1 - record.misses.value,
        low=None if record.misses.high is None else 1 - record.misses.high,
        high=None if record.misses.low is None else 1 - record.misses.low,
    )
    return {
        "finds": _around(skill.finds, finds),
        "invents": _around(skill.invents, record.spurious),
        "right_class": _around(skill.right_class, record.right_class),
        "noise": _around(skill.noise, record.noise),
    }


def _around(value: float, seen: Estimate) -> Estimate:
    """The interval of `seen`, moved on the scale of log odds so that it holds `value` where it held its own."""
    if seen.value is None or seen.low is None or seen.high is None:
        return Estimate(value, None, None, seen.n, seen.n_items, "latent-class")
    if not 0 < seen.value < 1:  # all items say the same, and the end of the scale has no odds
        return Estimate(value, min(seen.low, value), max(seen.high, value), seen.n, seen.n_items, "latent-class")
    middle, here = _odds(seen.value), _odds(value)
    ends = [1 / (1 + exp(-(here + _odds(end) - middle))) for end in (seen.low, seen.high)]
    return Estimate(value, min(ends[0], value), max(ends[1], value), seen.n, seen.n_items, "latent-class")


def _odds(share: float) -> float:
    inside = min(max(share, 1e-6), 1 - 1e-6)
    return log(inside / (1 - inside))


class _Facts:
    """Everything about clusters and members that the records are sums of."""

    def __init__(
        self, fused: Fused | FusedMasks, authors: Mapping[str, Marks], shown: Mapping[str, NDArray[np.bool_]]
    ) -> None:
        clusters = fused.clusters
        self._clusters, self._there = clusters, fused.confidence
        self._classes = np.asarray(fused.candidates.classes)
        self._asked = np.array([shown[name] for name in clusters.names])
        self._off = _distances(fused, authors)

    def record(self, author: int, label_class: int | None) -> AuthorRecord:
        """One author's record on things of one class, or of all."""
        c, n_items = self._clusters, self._clusters.n_items
        mine = np.flatnonzero(c.authors == author)
        owner, named = c.owners[mine], c.classes[mine]
        drew = np.zeros(len(c), np.bool_)
        drew[owner] = True
        of_class = np.ones(len(c), np.bool_) if label_class is None else self._classes == label_class
        by_others = (c.sizes - drew > 0) & self._asked[author][c.items] & of_class
        chance = np.where(by_others, self._there, 0.0)
        there, item = self._there[owner], c.items[owner]
        on_class = of_class[owner]
        said = np.ones(len(mine), np.bool_) if label_class is None else named == label_class
        right = named == self._classes[owner]
        shared = on_class & (c.sizes[owner] >= FEWEST_TO_PLACE)
        weight = np.where(shared, there, 0.0)

        def share(places: NDArray[np.int64], part: Floats, whole: Floats, n: int) -> Estimate:
            return share_in_closed_form(np.bincount(places, part, n_items), np.bincount(places, whole, n_items), n=n)

        cells = named[on_class], there[on_class]
        return AuthorRecord(
            misses=share(c.items, chance * ~drew, chance, int(by_others.sum())),
            spurious=share(item, (1 - there) * said, said.astype(np.float64), int(said.sum())),
            right_class=share(item, there * right * on_class, there * on_class, int(on_class.sum())),
            noise=share(item, weight * self._off[mine], weight, int(shared.sum())),
            confusion={int(k): float(cells[1][cells[0] == k].sum()) for k in np.unique(cells[0]).tolist()},
        )


def _distances(fused: Fused | FusedMasks, authors: Mapping[str, Marks]) -> Floats:
    """(n_members,) how far each mark is from the fused one, in [0, 1], the mark's own pull on it taken out."""
    clusters = fused.clusters
    if isinstance(fused, Fused):
        xyxy = clusters.gather({name: np.asarray(marks.sort_keys) for name, marks in authors.items()})
        whole = fused.candidates.xyxy
        size = np.maximum(np.tile(whole[:, 2:] - whole[:, :2], 2), 1e-9)
        off = (np.abs(xyxy - whole[clusters.owners]) / size[clusters.owners]).mean(axis=1)
    else:
        off = _mask_distances(fused, authors)
    m = clusters.sizes[clusters.owners].astype(np.float64)
    pull = np.sqrt(np.where(m > 1, m / np.maximum(m - 1, 1), 1.0))
    return np.asarray(np.minimum(off * pull, 1.0), np.float64)


def _mask_distances(fused: FusedMasks, authors: Mapping[str, Marks]) -> Floats:
    clusters = fused.clusters
    off = np.full(len(clusters.rows), 0.25)
    for number, name in enumerate(clusters.names):
        mine = np.flatnonzero(clusters.authors == number)
        pairs = similar_pairs(authors[name], fused.candidates)
        wanted = clusters.rows[mine] * len(clusters) + clusters.owners[mine]
        order = np.argsort(wanted)
        keys = pairs.rows * len(clusters) + pairs.cols
        at = np.searchsorted(wanted[order], keys)
        at[at == len(wanted)] = 0
        hit = wanted[order][at] == keys if len(wanted) else np.zeros(len(keys), np.bool_)
        off[mine[order[at[hit]]]] = (1 - pairs.values[hit]) / 4
    return off
