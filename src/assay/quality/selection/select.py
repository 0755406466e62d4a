"""Chooses what to label next: a start of typical items, then unsure and spread out, with quotas and a random share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from assay.quality.drift.errors import FeaturesMisshapenError, FeaturesNotFiniteError
from assay.quality.selection.errors import SelectionSettingError
from assay.quality.selection.ranking import Ranked, by_clustered_margin, by_margin, by_typicality, unsureness

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

Method = Literal["auto", "typical", "clustered-margin", "margin", "random"]
METHODS: Final[tuple[Method, ...]] = ("auto", "typical", "clustered-margin", "margin", "random")
_TYPICAL_BELOW: Final = 2
_CLUSTERED_BELOW: Final = 20


@dataclass(frozen=True, slots=True)
class SelectionRules:
    """How to choose.

    Attributes:
        method: `auto` takes typical items below 2 labels a class, clustered margin below 20, then margin.
        typical_start: whether `auto` may begin with typical items; without, it begins at random. Switch it off where
            classes are rare: typical items are the frequent ones.
        random_share: share drawn at random in [0, 1]: the only part that tells the true quality of what arrives.
        quotas: at least so many items by likeliest class.
        alike: cosine similarity from which two items show the same and only one is taken; above 1 for never.
    """

    method: Method = "auto"
    typical_start: bool = True
    random_share: float = 0.1
    quotas: Mapping[int, int] = field(default_factory=dict)
    alike: float = 0.995

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise SelectionSettingError("method", self.method, allowed=f"one of {', '.join(METHODS)}")
        if not 0 <= self.random_share <= 1:
            raise SelectionSettingError("random_share", self.random_share, allowed="between 0 and 1")
        if any(count < 0 for count in self.quotas.values()):
            raise SelectionSettingError("quotas", dict(self.quotas), allowed="numbers of items, 0 or more")


@dataclass(frozen=True, slots=True)
class Pick:
    """An item to label next, and why.

    Attributes:
        item: position in the pool.
        reason: `typical`, `clustered-margin`, `margin`, `quota` or `random`.
        score: what it was chosen by, in [0, 1]; None for random picks.
        cluster: group of alike items it stands for; None without groups.
        likeliest: class the model takes it for; None without a model.
        passed_over: nearly equal items that were left out for its sake.
    """

    item: int
    reason: str
    score: float | None
    cluster: int | None
    likeliest: int | None
    passed_over: int

    def to_json(self) -> dict[str, Any]:
        """Everything but the position."""
        return {
            "reason": self.reason,
            "score": self.score,
            "cluster": self.cluster,
            "likeliest": self.likeliest,
            "passed_over": self.passed_over,
        }


@dataclass(frozen=True, slots=True)
class Pool:
    """What can be chosen, and what is labelled already.

    Attributes:
        embeddings: (N, D) of the items to choose from.
        labelled: (L, D) of items that have labels.
        probabilities: (N, K) by a model; None before there is one.
        unsure: (N,) in [0, 1], in place of 1 - margin, such as from boxes; None to take the margin.
        groups: (N,) number of the near-duplicate group or physical object; one item a group is taken; None without.
        items: names for messages.
        n_classes: K, when there are no probabilities yet.
    """

    embeddings: Floats
    labelled: Floats
    probabilities: Floats | None = None
    unsure: Floats | None = None
    groups: Longs | None = None
    items: Sequence[str] | None = None
    n_classes: int = 2

    def checked(self) -> Pool:
        """The same, when it fits together and every value is a number.

        Raises:
            FeaturesMisshapenError: numbers of rows that differ.
            FeaturesNotFiniteError: NaN or infinity; the item is named.
        """
        n = len(self.embeddings)
        for what in ("probabilities", "unsure", "groups"):
            rows = getattr(self, what)
            if rows is not None and len(rows) != n:
                raise FeaturesMisshapenError(f"There are {len(rows)} {what} for {n} items.")
        if len(self.labelled) and self.labelled.shape[1] != self.embeddings.shape[1]:
            raise FeaturesMisshapenError("Labelled items have embeddings of another width.")
        for what, rows in (("embeddings", self.embeddings), ("probabilities", self.probabilities)):
            bad = np.flatnonzero(~np.isfinite(rows).all(axis=1)) if rows is not None else np.empty(0, np.int64)
            if len(bad):
                name = str(bad[0]) if self.items is None else self.items[int(bad[0])]
                raise FeaturesNotFiniteError(what, name, n_bad=len(bad))
        return self


def select(pool: Pool, n: int, rules: SelectionRules, rng: np.random.Generator) -> list[Pick]:
    """Choose `n` items, in the order to label them.

    Quotas are filled first, then the random share, then the method's own picks; each item is chosen once, and nearly
    equal ones only once. When alike items leave too few, they are taken after all.

    Args:
        pool: what there is.
        n: how many are wanted; all of the pool when it is smaller.
        rules: how to choose.
        rng: fixes starts and random picks.
    """
    pool = pool.checked()
    if n < 1:
        raise SelectionSettingError("n", n, allowed="1 or more")
    basket = _Basket(pool, min(n, len(pool.embeddings)), rules.alike)
    unsure = _unsure(pool)
    method = method_for(rules, len(pool.labelled), _n_classes(pool), has_model=unsure is not None)
    if pool.probabilities is not None and unsure is not None:
        _fill_quotas(basket, pool.probabilities, unsure, rules.quotas)
    draw = rng.permutation(len(pool.embeddings))
    n_random = basket.wanted if method == "random" else round(rules.random_share * basket.wanted)
    basket.add(Ranked(draw, np.full(len(draw), np.nan), np.full(len(draw), -1)), "random", n_random)
    if method != "random":
        ranked = _ranked(method, pool, unsure, max(1, basket.room), rng)
        basket.add(ranked, method, basket.room)
        if basket.room and unsure is not None:
            basket.add(by_margin(unsure), "margin", basket.room)
    basket.add(Ranked(draw, np.full(len(draw), np.nan), np.full(len(draw), -1)), "random", basket.room)
    return basket.picks(pool.probabilities)


def method_for(rules: SelectionRules, n_labelled: int, n_classes: int, *, has_model: bool) -> Method:
    """What `auto` means at this point; other methods stay unless they need a model that is not there."""
    if rules.method in {"random", "typical"}:
        return rules.method
    cold: Method = "typical" if rules.typical_start else "random"
    if not has_model:
        return cold
    if rules.method != "auto":
        return rules.method
    if n_labelled < _TYPICAL_BELOW * n_classes:
        return cold
    return "clustered-margin" if n_labelled < _CLUSTERED_BELOW * n_classes else "margin"


def _n_classes(pool: Pool) -> int:
    return pool.n_classes if pool.probabilities is None else max(pool.n_classes, pool.probabilities.shape[1])


def _unsure(pool: Pool) -> Floats | None:
    if pool.unsure is not None:
        return pool.unsure
    return None if pool.probabilities is None else unsureness(pool.probabilities)


def _ranked(method: Method, pool: Pool, unsure: Floats | None, n: int, rng: np.random.Generator) -> Ranked:
    if method == "typical":
        return by_typicality(pool.embeddings, pool.labelled, n, rng)
    assert unsure is not None, "method_for asks for a model only where there is one"
    if method == "clustered-margin":
        return by_clustered_margin(pool.embeddings, unsure, n, rng)
    return by_margin(unsure)


def _fill_quotas(basket: _Basket, probabilities: Floats, unsure: Floats, quotas: Mapping[int, int]) -> None:
    """Items the model takes for a class, likeliest first; where it takes too few for it, those nearest to it."""
    for label_class, count in sorted(quotas.items()):
        if label_class >= probabilities.shape[1]:
            raise SelectionSettingError("quotas", label_class, allowed=f"by class below {probabilities.shape[1]}")
        chance = probabilities[:, label_class]
        taken_for = probabilities.argmax(axis=1) == label_class
        order = np.lexsort((-chance, -unsure * taken_for, ~taken_for))
        basket.add(Ranked(order, chance[order], np.full(len(order), -1)), "quota", count)


class _Basket:
    """Picks so far; refuses what is in it already, or nearly equals something in it."""

    def __init__(self, pool: Pool, wanted: int, alike: float) -> None:
        self.wanted = wanted
        length = np.linalg.norm(pool.embeddings, axis=1, keepdims=True)
        self._unit = pool.embeddings / np.maximum(length, 1e-12)
        self._alike, self._groups = alike, pool.groups
        self._taken: dict[int, tuple[str, float, int]] = {}
        self._passed: dict[int, int] = {}
        self._owner: dict[int, int] = {}
        self._similar = np.full(len(self._unit), -np.inf)
        self._closest = np.full(len(self._unit), -1)

    @property
    def room(self) -> int:
        """How many more are wanted."""
        return self.wanted - len(self._taken)

    def add(self, ranked: Ranked, reason: str, most: int) -> None:
        """Take from the front of an order, nearly equal items only when nothing else is left."""
        left = min(most, self.room)
        late: list[int] = []
        for place, item in enumerate(ranked.order.tolist()):
            if left <= 0:
                return
            if item in self._taken:
                continue
            owner = self._double_of(item)
            if owner >= 0:
                late.append(place)
                self._passed[owner] = self._passed.get(owner, 0) + 1
                continue
            self._take(item, reason, float(ranked.score[place]), int(ranked.cluster[place]))
            left -= 1
        for place in late[:left]:
            self._take(int(ranked.order[place]), reason, float(ranked.score[place]), int(ranked.cluster[place]))

    def _double_of(self, item: int) -> int:
        if self._groups is not None and int(self._groups[item]) in self._owner:
            return self._owner[int(self._groups[item])]
        return int(self._closest[item]) if self._similar[item] >= self._alike else -1

    def _take(self, item: int, reason: str, score: float, cluster: int) -> None:
        self._taken[item] = (reason, score, cluster)
        if self._groups is not None:
            self._owner.setdefault(int(self._groups[item]), item)
        similar = self._unit @ self._unit[item]
        closer = similar > self._similar
        self._similar[closer], self._closest[closer] = similar[closer], item

    def picks(self, probabilities: Floats | None) -> list[Pick]:
        """Everything taken, in the order it was taken."""
        return [
            Pick(
                item,
                reason,
                None if np.isnan(score) else score,
                None if cluster < 0 else cluster,
                None if probabilities is None else int(probabilities[item].argmax()),
                self._passed.get(item, 0),
            )
            for item, (reason, score, cluster) in self._taken.items()
        ]
