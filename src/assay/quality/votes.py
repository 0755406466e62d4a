"""The class of each item from several people's votes: majority, one coin per person, Dawid and Skene."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.kernel import native, native_votes
from assay.quality.errors import VotesInvalidError
from assay.quality.marks import whole_numbers

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

LEAST: Final = 1e-10  # no chance is smaller than this; the same floor as in crowd-kit


@dataclass(frozen=True, eq=False)
class Votes:
    """Who gave which item which class; sorted by item, votes of one item in the order of the authors.

    Attributes:
        starts: (n_items + 1,) int64, where each item's votes begin; an item may have none.
        authors: (n_votes,) int32, number of each vote's author.
        classes: (n_votes,) int32, class named.
        n_authors: how many authors there are.
        n_classes: how many classes there are.
    """

    starts: Longs
    authors: Ints
    classes: Ints
    n_authors: int
    n_classes: int

    @classmethod
    def of(
        cls,
        items: ArrayLike,
        authors: ArrayLike,
        classes: ArrayLike,
        *,
        n_items: int | None = None,
        n_authors: int | None = None,
        n_classes: int | None = None,
    ) -> Votes:
        """Sort votes given as three columns of numbers from 0; the totals are the largest numbers plus 1 by default."""
        item = whole_numbers("Items", items, np.int64)
        author, named = whole_numbers("Authors", authors, np.int32), whole_numbers("Classes", classes, np.int32)
        sizes = []
        for name, column, size in (("item", item, n_items), ("author", author, n_authors), ("class", named, n_classes)):
            if column.shape != item.shape or column.ndim != 1:
                raise VotesInvalidError(f"There are {item.shape} items but {column.shape} of {name}.")
            largest = int(column.max(initial=-1))
            if column.min(initial=0) < 0 or (size is not None and largest >= size):
                raise VotesInvalidError(f"The {name} numbers run from {column.min(initial=0)} to {largest}.")
            sizes.append(largest + 1 if size is None else size)
        order = np.lexsort((named, author, item))
        starts = np.searchsorted(item[order], np.arange(sizes[0] + 1)).astype(np.int64)
        return cls(starts, author[order], named[order], sizes[1], sizes[2])

    @property
    def n_items(self) -> int:
        """How many items there are, those without votes included."""
        return len(self.starts) - 1

    @property
    def items(self) -> Longs:
        """(n_votes,) the item each vote is about."""
        return np.repeat(np.arange(self.n_items, dtype=np.int64), np.diff(self.starts))

    @property
    def counts(self) -> Longs:
        """(n_items, n_classes) votes for each class."""
        cells = np.bincount(self.items * self.n_classes + self.classes, minlength=self.n_items * self.n_classes)
        return cells.reshape(self.n_items, self.n_classes)


@dataclass(frozen=True, eq=False)
class VoteConsensus:
    """What the votes together say.

    Attributes:
        posterior: (n_items, n_classes) chance of each class.
        classes: (n_items,) the most likely class, the lowest of equals; -1 for an item without votes.
        accuracy: (n_authors,) expected share of right votes, given the posterior; NaN for somebody who never voted.
        confusion: (n_authors, n_classes, n_classes) chance that an author says the column when the row is true.
        prior: (n_classes,) share of each class.
        log_likelihood: of the votes; NaN for majority.
        n_rounds: EM rounds that were run.
        method: `majority`, `one-coin` or `dawid-skene`.
        backend: `compiled` or `numpy`.
    """

    posterior: Floats
    classes: Longs
    accuracy: Floats
    confusion: Floats = field(repr=False)
    prior: Floats
    log_likelihood: float
    n_rounds: int
    method: Literal["majority", "one-coin", "dawid-skene"]
    backend: native.Backend


def majority(votes: Votes) -> VoteConsensus:
    """Take vote shares as the posterior; an item without votes gets the overall shares."""
    shares = _vote_shares(votes)
    return _consensus(votes, shares, _expected_confusion(votes, shares), shares.mean(axis=0), np.nan, 0, "majority")


def dawid_skene(votes: Votes, *, n_rounds: int = 100, tolerance: float = 1e-6, smoothing: float = 0.0) -> VoteConsensus:
    """Infer classes and each author's confusion table together (EM from vote shares).

    Args:
        votes: the votes.
        n_rounds: EM rounds at most.
        tolerance: stop when a round raises the log likelihood by less than this share of a vote; 0 runs all rounds.
        smoothing: pseudo-votes added to every cell of every table. With few votes a table is guesswork; then use
            `one_coin`, or about 1 here.

    Reference: Dawid and Skene (1979), "Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm".
    """
    posterior = _vote_shares(votes)
    counts = _counts(votes, posterior) + smoothing
    state = {"error": _normalised(counts), "prior": posterior.mean(axis=0)}

    def step() -> tuple[Floats, float]:
        found, tally, likelihood = native_votes.skene_round(
            votes.starts, votes.authors, votes.classes,
            np.maximum(state["prior"], LEAST), np.maximum(state["error"], LEAST),
        )  # fmt: skip
        state["error"], state["prior"] = _normalised(tally + smoothing), found.mean(axis=0)
        return found, likelihood

    posterior, likelihood, rounds = _iterate(step, len(votes.authors), n_rounds, tolerance)
    confusion = np.swapaxes(state["error"], 1, 2)
    return _consensus(votes, posterior, confusion, state["prior"], likelihood, rounds, "dawid-skene")


def one_coin(
    votes: Votes, *, n_rounds: int = 100, tolerance: float = 1e-6, prior_right: float = 0.8, prior_votes: float = 2.0
) -> VoteConsensus:
    """Infer classes and each author's chance of being right, wrong votes spread evenly over the other classes (EM).

    One number an author instead of a table: the better choice below some 20 votes a class and author.

    Args:
        votes: the votes.
        n_rounds: EM rounds at most.
        tolerance: stop when a round raises the log likelihood by less than this share of a vote; 0 runs all rounds.
        prior_right: chance of being right expected before seeing anything.
        prior_votes: how many votes that expectation is worth; 0 for plain maximum likelihood.
    """
    item, n_classes = votes.items, votes.n_classes
    cell = item * n_classes + votes.classes
    n_votes = np.bincount(votes.authors, minlength=votes.n_authors)
    posterior = _vote_shares(votes)
    state = {"posterior": posterior}

    def learn() -> Floats:
        hits = np.bincount(votes.authors, state["posterior"].ravel()[cell], votes.n_authors)
        rate = (hits + prior_right * prior_votes) / np.maximum(n_votes + prior_votes, LEAST)
        return np.asarray(np.clip(rate, LEAST, 1 - LEAST), np.float64)

    def step() -> tuple[Floats, float]:
        right = learn()
        wrong = np.log((1 - right) / max(n_classes - 1, 1))
        gain = np.bincount(cell, (np.log(right) - wrong)[votes.authors], state["posterior"].size)
        score = gain.reshape(-1, n_classes) + np.log(np.maximum(state["posterior"].mean(axis=0), LEAST))
        top = score.max(axis=1, keepdims=True)
        total = np.exp(score - top).sum(axis=1, keepdims=True)
        state["posterior"] = np.exp(score - top) / total
        return state["posterior"], float((top + np.log(total)).sum() + wrong[votes.authors].sum())

    posterior, likelihood, rounds = _iterate(step, len(votes.authors), n_rounds, tolerance)
    right = learn()
    wrong = ((1 - right) / max(n_classes - 1, 1))[:, None, None]
    confusion = np.where(np.eye(n_classes, dtype=np.bool_), right[:, None, None], wrong)
    return _consensus(votes, posterior, confusion, posterior.mean(axis=0), likelihood, rounds, "one-coin")


def _iterate(
    step: Callable[[], tuple[Floats, float]], n_votes: int, n_rounds: int, tolerance: float
) -> tuple[Floats, float, int]:
    posterior, likelihood = step()
    rounds = 1
    while rounds < n_rounds:
        before = likelihood
        posterior, likelihood = step()
        rounds += 1
        if tolerance > 0 and likelihood - before < tolerance * n_votes:
            break
    return posterior, likelihood, rounds


def _vote_shares(votes: Votes) -> Floats:
    counts = votes.counts.astype(np.float64)
    total = counts.sum(axis=1, keepdims=True)
    if len(votes.authors) == 0:
        raise VotesInvalidError("There are no votes.")
    overall = counts.sum(axis=0) / counts.sum()
    return np.asarray(np.where(total > 0, counts / np.maximum(total, 1), overall), np.float64)


def _counts(votes: Votes, posterior: Floats) -> Floats:
    """(n_authors, class named, true class) votes weighted by the posterior."""
    counts = np.zeros((votes.n_authors, votes.n_classes, votes.n_classes))
    np.add.at(counts, (votes.authors, votes.classes), posterior[votes.items])
    return counts


def _normalised(counts: Floats) -> Floats:
    raised = np.maximum(counts, LEAST)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float64)


def _expected_confusion(votes: Votes, posterior: Floats) -> Floats:
    return np.swapaxes(_normalised(_counts(votes, posterior)), 1, 2)


def _consensus(
    votes: Votes, posterior: Floats, confusion: Floats, prior: Floats, likelihood: float, rounds: int,
    method: Literal["majority", "one-coin", "dawid-skene"],
) -> VoteConsensus:  # fmt: skip
    n_votes = np.bincount(votes.authors, minlength=votes.n_authors)
    hits = np.bincount(votes.authors, posterior[votes.items, votes.classes], votes.n_authors)
    accuracy = np.divide(hits, n_votes, out=np.full(votes.n_authors, np.nan), where=n_votes > 0)
    classes = np.where(np.diff(votes.starts) > 0, posterior.argmax(axis=1), -1)
    return VoteConsensus(posterior, classes, accuracy, confusion, prior, likelihood, rounds, method, native.BACKEND)
