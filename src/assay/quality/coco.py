"""COCO's average precision and recall: the 12 statistics for boxes, the 12 for masks and the 10 for keypoints."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.kernel import native, native_coco
from assay.kernel.estimate import Estimate
from assay.quality.coco_side import CocoSide, Kind, make_groups, measure_groups
from assay.quality.errors import MarksMisshapenError, UnknownNameError
from assay.quality.keypoints import COCO_SIGMAS

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

THRESHOLDS: Final = np.linspace(0.5, 0.95, 10)
LEVELS: Final = np.linspace(0.0, 1.0, 101)
RANGES: Final[dict[str, tuple[float, float]]] = {
    "all": (0.0, 1e10),
    "small": (0.0, 32.0**2),
    "medium": (32.0**2, 96.0**2),
    "large": (96.0**2, 1e10),
}
_EVERY, _AT_50, _AT_75 = slice(None), slice(0, 1), slice(5, 6)


@dataclass(frozen=True)
class _Statistic:
    """One row of COCO's table: which thresholds, area range and number of answers a mean is taken over."""

    thresholds: slice
    area: str
    max_answers: int
    is_recall: bool


def _table(areas: tuple[str, ...], most: int) -> dict[str, _Statistic]:
    rows = {
        "AP": _Statistic(_EVERY, "all", most, is_recall=False),
        "AP50": _Statistic(_AT_50, "all", most, is_recall=False),
        "AP75": _Statistic(_AT_75, "all", most, is_recall=False),
    }
    return rows | {f"AP_{area}": _Statistic(_EVERY, area, most, is_recall=False) for area in areas}


_BY_AREA: Final = ("small", "medium", "large")
_BOX_TABLE: Final = (
    _table(_BY_AREA, 100)
    | {f"AR@{n}": _Statistic(_EVERY, "all", n, is_recall=True) for n in (1, 10, 100)}
    | {f"AR_{area}": _Statistic(_EVERY, area, 100, is_recall=True) for area in _BY_AREA}
)
_KEYPOINT_TABLE: Final = (
    _table(_BY_AREA[1:], 20)
    | {
        "AR": _Statistic(_EVERY, "all", 20, is_recall=True),
        "AR50": _Statistic(_AT_50, "all", 20, is_recall=True),
        "AR75": _Statistic(_AT_75, "all", 20, is_recall=True),
    }
    | {f"AR_{area}": _Statistic(_EVERY, area, 20, is_recall=True) for area in _BY_AREA[1:]}
)


@dataclass(frozen=True, eq=False)
class CocoStatistics:
    """COCO's table.

    Attributes:
        values: name to number, in COCO's order: `AP`, `AP50`, `AP75`, `AP_small` ... `AR_large`; None where COCO prints
            -1 because there is no gold.
        ap_by_class: (n_classes,) AP over all thresholds and sizes; NaN for a class without gold.
        backend: `compiled` or `numpy`.
    """

    values: dict[str, Estimate]
    ap_by_class: Floats = field(repr=False)
    backend: native.Backend


def coco_statistics(
    gold: CocoSide,
    answers: CocoSide,
    *,
    n_images: int,
    n_classes: int,
    kind: Kind = "bbox",
    rng: np.random.Generator | None = None,
    n_replicates: int = 200,
    sigmas: ArrayLike = COCO_SIGMAS,
) -> CocoStatistics:
    """Compute COCO's statistics exactly as its reference code does.

    Answers are matched greedily by falling score; crowd gold may match many and counts neither way; at most 100 answers
    an image and class count (20 for keypoints); precision is read at 101 recall levels.

    Args:
        gold: the marks that are there.
        answers: the marks to judge, with scores.
        n_images: how many images were judged, empty ones included.
        n_classes: how many classes there are.
        kind: what is compared: boxes, masks or keypoints.
        rng: gives every number an interval by drawing images; no intervals when left out, because they cost
            `n_replicates` more accumulations.
        n_replicates: draws.
        sigmas: (k,) how exactly each keypoint can be placed; for `keypoints`.

    Reference: cocodataset.org/#detection-eval; Lin et al. (2014), "Microsoft COCO".
    """
    if kind not in {"bbox", "segm", "keypoints"}:
        raise UnknownNameError("kind of evaluation", kind, ("bbox", "segm", "keypoints"))
    table = _KEYPOINT_TABLE if kind == "keypoints" else _BOX_TABLE
    run = _Evaluation(gold, answers, kind, n_images, n_classes, table, np.asarray(sigmas, np.float64))
    weights = np.ones(n_images)
    values, by_class = run.accumulate(weights)
    draws = np.empty((0, len(table)))
    if rng is not None and n_images > 1:
        drawn = rng.multinomial(n_images, np.full(n_images, 1 / n_images), size=n_replicates).astype(np.float64)
        draws = np.array([run.accumulate(line)[0] for line in drawn])
    n_gold = int(run.counted.sum())
    return CocoStatistics(
        values={
            name: _estimate(value, draws[:, place], n_gold, n_images)
            for place, (name, value) in enumerate(zip(table, values, strict=True))
        },
        ap_by_class=by_class,
        backend=native.BACKEND,
    )


def _estimate(value: float, draws: Floats, n: int, n_items: int) -> Estimate:
    method = "coco-bootstrap-images" if len(draws) else "coco"
    if np.isnan(value):
        return Estimate(None, None, None, n, n_items, method)
    known = draws[~np.isnan(draws)]
    if len(known) == 0:
        return Estimate(value, None, None, n, n_items, method)
    low, high = np.quantile(known, [0.025, 0.975])
    return Estimate(value, min(float(low), value), max(float(high), value), n, n_items, method)


class _Evaluation:
    """Everything that does not depend on how often an image counts: groups, matches, ranking."""

    def __init__(
        self, gold: CocoSide, answers: CocoSide, kind: Kind, n_images: int, n_classes: int,
        table: dict[str, _Statistic], sigmas: Floats,
    ) -> None:  # fmt: skip
        self.table, self.n_classes, self.n_images = table, n_classes, n_images
        if answers.scores is None:
            raise MarksMisshapenError("The answers have no scores.")
        most = max(row.max_answers for row in table.values())
        key = answers.classes.astype(np.int64) * n_images + answers.images
        kept = np.lexsort((-answers.scores, key))
        ranks = _ranks(key[kept])
        kept, ranks = kept[ranks < most], ranks[ranks < most]
        gold_key = gold.classes.astype(np.int64) * n_images + gold.images
        gold_order = np.argsort(gold_key, kind="stable")
        self.groups = make_groups(gold, answers, key[kept], gold_key[gold_order], kept, gold_order, kind)
        iou = measure_groups(gold, answers, kept, gold_order, self.groups, kind, sigmas)
        self.areas = {row.area: None for row in table.values()}
        ranges = np.array([RANGES[area] for area in self.areas])
        self.matched, self.ignored = native_coco.coco_match(self.groups, iou, THRESHOLDS, ranges)
        self.gold_class, self.gold_image = gold.classes[gold_order], gold.images[gold_order]
        area, ignored = self.groups.gold_area, self.groups.gold_ignored == 0
        self.counted = np.array([ignored & (area >= low) & (area <= high) for low, high in ranges])
        classes = answers.classes[kept]
        self.ranking = native_coco.Ranking(
            starts=np.searchsorted(classes, np.arange(n_classes + 1)).astype(np.int64),
            order=np.lexsort((-answers.scores[kept], classes)).astype(np.int64),
            images=answers.images[kept].astype(np.int64),
            ranks=ranks.astype(np.int32),
        )

    def accumulate(self, weights: Floats) -> tuple[Floats, Floats]:
        """The statistics, NaN where there is no gold, and AP by class, for images that count `weights` times."""
        whole = weights if (weights != 1).any() else None
        needed = {(row.area, row.max_answers): None for row in self.table.values()}
        precise = {(row.area, row.max_answers) for row in self.table.values() if not row.is_recall}
        done = {}
        for area, most in needed:
            place = list(self.areas).index(area)
            weight = np.bincount(self.gold_class, weights[self.gold_image] * self.counted[place], self.n_classes)
            done[area, most] = native_coco.coco_accumulate(
                self.ranking, self.matched[place], self.ignored[place],
                weight.astype(np.float64), LEVELS,
                max_answers=most, n_thresholds=len(THRESHOLDS), weights=whole, with_precision=(area, most) in precise,
            )  # fmt: skip
        values = []
        for row in self.table.values():
            precision, recall = done[row.area, row.max_answers]
            numbers = recall if row.is_recall else precision
            values.append(_mean_of_known(np.empty(0) if numbers is None else numbers[row.thresholds]))
        first = next(iter(self.table.values()))
        every, _ = done[first.area, first.max_answers]
        by_class = np.array(
            [_mean_of_known(every[:, :, k]) for k in range(self.n_classes)] if every is not None else []
        )
        return np.array(values), by_class


def _ranks(sorted_keys: Longs) -> Longs:
    """Place of each row among those with the same key."""
    starts = np.flatnonzero(np.diff(sorted_keys, prepend=-1))
    sizes = np.diff(np.append(starts, len(sorted_keys)))
    return np.arange(len(sorted_keys)) - np.repeat(starts, sizes)


def _mean_of_known(numbers: Floats) -> float:
    known = numbers[numbers > -1]
    return float(known.mean()) if known.size else float("nan")
