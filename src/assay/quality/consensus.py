"""One answer from several authors' marks, each author weighted by how far they can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypedDict

import numpy as np
from numpy.typing import NDArray

from assay.quality.agreement import check_authors
from assay.quality.boxes import Boxes
from assay.quality.clusters import Clusters, cluster_marks
from assay.quality.errors import ThresholdInvalidError, UnknownNameError
from assay.quality.keypoints import Keypoints
from assay.quality.marks import Marks
from assay.quality.masks import Masks
from assay.quality.matching import check_threshold
from assay.quality.placing import place_boxes
from assay.quality.placing_keypoints import place_keypoints
from assay.quality.placing_masks import place_masks
from assay.quality.presence import judge_presence

JOIN_THRESHOLD: Final = 0.3
PRIOR_RIGHT_CLASS: Final = 0.95
PRIOR_NOISE: Final = 0.06
PRIOR_MARKS: Final = 20.0  # marks' worth of belief behind the two priors above
N_CLASS_ROUNDS: Final = 20


@dataclass(frozen=True)
class AuthorSkill:
    """How far one author can be trusted.

    Attributes:
        finds: chance of drawing an ordinary thing that is there.
        invents: chance of drawing at a place where nothing is.
        right_class: chance of naming the right class of a thing drawn.
        noise: mean distance of a side from where it belongs, as a share of the box's width or height.
    """

    finds: float
    invents: float
    right_class: float = PRIOR_RIGHT_CLASS
    noise: float = PRIOR_NOISE

    def __post_init__(self) -> None:
        for name in ("finds", "invents", "right_class"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise ThresholdInvalidError(name, value)
        if not 0 < self.noise <= 1:
            raise ThresholdInvalidError("noise", self.noise)


@dataclass(frozen=True, eq=False)
class Inferred:
    """What several authors together say, apart from the geometry.

    Candidates are all things anybody drew, by item, then by coordinates.

    Attributes:
        confidence: (n,) posterior chance that the thing is there.
        class_confidence: (n,) posterior chance of its class, given that it is there.
        n_shown: (n,) authors who were asked about the item.
        clusters: whose marks each candidate was made of.
        skills: what was known or found about each author.
        keep_from: confidence from which a candidate is kept.
    """

    confidence: NDArray[np.float64]
    class_confidence: NDArray[np.float64]
    n_shown: NDArray[np.int64]
    clusters: Clusters = field(repr=False)
    skills: dict[str, AuthorSkill]
    keep_from: float

    @property
    def n_drawn(self) -> NDArray[np.int64]:
        """(n,) authors who drew each candidate."""
        return self.clusters.sizes

    def members(self, candidate: int) -> dict[str, int]:
        """Who drew one candidate: author to row among that author's marks."""
        here = slice(self.clusters.starts[candidate], self.clusters.starts[candidate + 1])
        names = (self.clusters.names[author] for author in self.clusters.authors[here])
        return dict(zip(names, map(int, self.clusters.rows[here]), strict=True))

    @property
    def kept(self) -> NDArray[np.bool_]:
        """(n,) whether each candidate belongs to the answer."""
        return self.confidence >= self.keep_from

    @property
    def sureness(self) -> NDArray[np.float64]:
        """(n_items,) how sure the least sure decision on each item is, in [0, 1]; 1 where nobody drew anything.

        A candidate is decided as well as its presence is, and when it is kept also as well as its class is.
        """
        sure = np.where(self.kept, self.confidence * self.class_confidence, 1 - self.confidence)
        answer = np.ones(self.clusters.n_items)
        np.minimum.at(answer, self.clusters.items, sure)
        return answer


@dataclass(frozen=True, eq=False)
class Fused(Inferred):
    """What several authors' boxes together say (see `Inferred`).

    Attributes:
        candidates: one fused box per candidate.
    """

    candidates: Boxes

    @property
    def boxes(self) -> Boxes:
        """The answer: the candidates that are kept."""
        return self.candidates.where(self.kept)


@dataclass(frozen=True, eq=False)
class FusedMasks(Inferred):
    """What several authors' masks together say (see `Inferred`).

    Attributes:
        candidates: one fused mask per candidate.
    """

    candidates: Masks

    @property
    def masks(self) -> Masks:
        """The answer: the candidates that are kept."""
        return self.candidates.where(self.kept)


@dataclass(frozen=True, eq=False)
class FusedKeypoints(Inferred):
    """What several authors' keypoints together say (see `Inferred`).

    Attributes:
        candidates: one fused set of keypoints per candidate.
    """

    candidates: Keypoints

    @property
    def keypoints(self) -> Keypoints:
        """The answer: the candidates that are kept."""
        return self.candidates.where(self.kept)


def fuse_boxes(
    authors: Mapping[str, Boxes],
    *,
    assigned: Mapping[str, NDArray[np.bool_]] | None = None,
    skills: Mapping[str, AuthorSkill] | None = None,
    join_threshold: float = JOIN_THRESHOLD,
    keep_from: float = 0.5,
) -> Fused:
    """Infer the boxes that are there from several authors' boxes on one item or many.

    Boxes of different authors are joined by average linkage; whether each group is a real thing follows from who drew
    it and who, though asked, did not (`judge_presence`); its class is the one with the highest posterior; its sides
    are robust weighted means (Huber), each author weighted by 1 / noise. The order of the authors does not matter.

    Args:
        authors: at least two authors' boxes over the same items.
        assigned: (n_items,) per author: which items they were asked to label; everything when left out.
        skills: what is known about authors, from gold for example; the others are estimated from these items. On few
            items an estimate is little more than the prior, so give skills where there are any.
        join_threshold: smallest mean IoU of boxes joined into one.
        keep_from: confidence from which a candidate is part of the answer; .5 makes the fewest errors of both kinds.
    """
    run = _Inference(authors, assigned, skills or {}, join_threshold, keep_from)
    clusters = run.clusters
    xyxy = clusters.gather({name: boxes.xyxy for name, boxes in authors.items()})
    sides, noise = place_boxes(
        clusters, xyxy, run.there, prior_noise=PRIOR_NOISE, prior_marks=PRIOR_MARKS, known=run.known["noise"]
    )
    return Fused(**run.facts(noise), candidates=Boxes(clusters.offsets, sides, run.label_class))


def fuse_masks(
    authors: Mapping[str, Masks],
    *,
    method: Literal["staple", "vote"] = "staple",
    assigned: Mapping[str, NDArray[np.bool_]] | None = None,
    skills: Mapping[str, AuthorSkill] | None = None,
    join_threshold: float = JOIN_THRESHOLD,
    keep_from: float = 0.5,
) -> FusedMasks:
    """Infer the masks that are there; as `fuse_boxes`, except for the geometry.

    `staple` estimates, thing by thing, how much of the inside each person covers and how much of the surroundings they
    leave free, on the box around all their masks. With two people, and with `vote`, a pixel is set when people with
    more than half of the weight (1 / noise) set it; of two people alike that is what both set. An author's noise is a
    quarter of 1 - IoU with the vote, which is what moving all four sides by that share costs.
    """
    if method not in {"staple", "vote"}:
        raise UnknownNameError("way to fuse masks", method, ("staple", "vote"))
    run = _Inference(authors, assigned, skills or {}, join_threshold, keep_from)
    masks, noise = place_masks(
        run.clusters, authors, run.there, use_staple=method == "staple", label_class=run.label_class,
        prior_noise=PRIOR_NOISE, prior_marks=PRIOR_MARKS, known=run.known["noise"],
    )  # fmt: skip
    return FusedMasks(**run.facts(noise), candidates=masks)


def fuse_keypoints(
    authors: Mapping[str, Keypoints],
    *,
    assigned: Mapping[str, NDArray[np.bool_]] | None = None,
    skills: Mapping[str, AuthorSkill] | None = None,
    join_threshold: float = JOIN_THRESHOLD,
    keep_from: float = 0.5,
) -> FusedKeypoints:
    """Infer the keypoints that are there; as `fuse_boxes`, except for the geometry.

    Sets are joined by object keypoint similarity, taken both ways; a point's place is the weighted median of those who
    labelled it, and whether it is labelled and visible is their weighted vote (`place_keypoints`). An author's noise is
    the mean distance of a point, as a share of the root of the object's area.
    """
    run = _Inference(authors, assigned, skills or {}, join_threshold, keep_from)
    c = run.clusters
    points = c.gather({name: marks.points for name, marks in authors.items()})
    areas = c.gather({name: marks.areas for name, marks in authors.items()})
    placed, area, noise = place_keypoints(
        c, points, areas, run.there, prior_noise=PRIOR_NOISE, prior_marks=PRIOR_MARKS, known=run.known["noise"]
    )
    return FusedKeypoints(**run.facts(noise), candidates=Keypoints(c.offsets, placed, area, run.label_class))


class _Facts(TypedDict):
    confidence: NDArray[np.float64]
    class_confidence: NDArray[np.float64]
    n_shown: NDArray[np.int64]
    clusters: Clusters
    skills: dict[str, AuthorSkill]
    keep_from: float


class _Inference:
    """Groups, presence and classes, which are inferred alike for every shape."""

    def __init__(
        self, authors: Mapping[str, Marks], assigned: Mapping[str, NDArray[np.bool_]] | None,
        skills: Mapping[str, AuthorSkill], join_threshold: float, keep_from: float,
    ) -> None:  # fmt: skip
        check_threshold("join_threshold", join_threshold)
        check_threshold("keep_from", keep_from)
        names, shown = check_authors(authors, assigned)
        self.keep_from, self.clusters = keep_from, cluster_marks(authors, threshold=join_threshold)
        known = {
            what: np.array([getattr(skills[name], what) if name in skills else np.nan for name in names], np.float64)
            for what in ("finds", "invents", "right_class", "noise")
        }
        self.known = known
        self.asked = np.array([shown[name] for name in names])
        presence = judge_presence(
            self.clusters, self.asked, join_threshold=join_threshold, finds=known["finds"], invents=known["invents"]
        )
        self.there, self.finds, self.invents = presence.there, presence.finds, presence.invents
        self.label_class, self.class_confidence, self.right_class = _name_classes(
            self.clusters, self.there, known["right_class"]
        )

    def facts(self, noise: NDArray[np.float64]) -> _Facts:
        """Everything but the geometry."""
        found = zip(self.finds, self.invents, self.right_class, noise, strict=True)
        skills = {name: AuthorSkill(*map(float, skill)) for name, skill in zip(self.clusters.names, found, strict=True)}
        return _Facts(
            confidence=self.there,
            class_confidence=self.class_confidence,
            n_shown=self.asked.sum(axis=0)[self.clusters.items],
            clusters=self.clusters,
            skills=skills,
            keep_from=self.keep_from,
        )


def _name_classes(
    clusters: Clusters, there: NDArray[np.float64], known: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """Class and its posterior per cluster, and each author's chance to be right (one-coin model, EM).

    Only classes somebody named get a cell; all others of a cluster are equally likely and only count.
    """
    n_classes = len(np.unique(clusters.classes))
    cells, cell = np.unique(
        clusters.owners * (int(clusters.classes.max(initial=0)) + 1) + clusters.classes, return_inverse=True
    )
    owner, label_class = np.divmod(cells, int(clusters.classes.max(initial=0)) + 1)
    n_unnamed = n_classes - np.bincount(owner, minlength=len(clusters))
    right = np.where(np.isnan(known), PRIOR_RIGHT_CLASS, np.clip(known, 0.01, 0.99))
    says = there[clusters.owners]
    tries = np.bincount(clusters.authors, says, len(known))
    chance = np.zeros(len(cells))
    starts = np.searchsorted(owner, np.arange(len(clusters)))
    for _ in range(N_CLASS_ROUNDS if len(cells) else 0):
        gain = np.log(right) - np.log((1 - right) / max(n_classes - 1, 1))
        score = np.bincount(cell, gain[clusters.authors], len(cells))
        top = np.maximum(np.maximum.reduceat(score, starts), 0.0)
        weight = np.exp(score - top[owner])
        total = np.add.reduceat(weight, starts) + n_unnamed * np.exp(-top)
        chance = weight / total[owner]
        hits = np.bincount(clusters.authors, says * chance[cell], len(known))
        learned = (hits + PRIOR_RIGHT_CLASS * PRIOR_MARKS) / (tries + PRIOR_MARKS)
        right = np.where(np.isnan(known), learned, right)
    # The first of the best in each cluster: the lowest class number wins a tie.
    best = np.lexsort((label_class, -chance, owner))[starts] if len(cells) else np.empty(0, np.int64)
    return label_class[best].astype(np.int32), chance[best], right
