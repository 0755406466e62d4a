"""Votes: EM never gets less likely, learns who can be trusted, and both kernels agree."""

from __future__ import annotations

import numpy as np
import pytest

from assay.kernel import native_votes
from assay.quality import Votes, dawid_skene, majority, one_coin
from assay.quality.errors import VotesInvalidError


def some_votes(seed: int, n_items: int, skills: list[float], *, n_classes: int = 4) -> tuple[Votes, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, n_classes, n_items)
    rows = []
    for author, skill in enumerate(skills):
        seen = np.flatnonzero(rng.random(n_items) < 0.7)
        other = (truth[seen] + rng.integers(1, n_classes, len(seen))) % n_classes
        rows.append((seen, np.full(len(seen), author), np.where(rng.random(len(seen)) < skill, truth[seen], other)))
    items, authors, classes = (np.concatenate(column) for column in zip(*rows, strict=True))
    return Votes.of(items, authors, classes, n_items=n_items, n_classes=n_classes), truth


SKILLS = [0.95, 0.9, 0.85, 0.5, 0.3]


def test_the_likelihood_never_falls() -> None:
    votes, _ = some_votes(1, 200, SKILLS)
    for method in (dawid_skene, lambda v, **kw: one_coin(v, prior_votes=0, **kw)):
        runs = [method(votes, n_rounds=n, tolerance=0).log_likelihood for n in range(1, 25)]
        assert (np.diff(runs) > -1e-6).all()


def test_people_are_weighed_by_what_they_are_worth() -> None:
    votes, truth = some_votes(2, 2_000, SKILLS)
    right = {
        m.__name__: (m(votes).classes == truth)[np.diff(votes.starts) > 0].mean()
        for m in (majority, one_coin, dawid_skene)
    }
    assert right["one_coin"] > right["majority"] + 0.05
    assert right["dawid_skene"] > right["majority"] + 0.05
    for found in (one_coin(votes), dawid_skene(votes)):
        assert found.accuracy == pytest.approx(SKILLS, abs=0.05)
        assert found.confusion.sum(axis=2) == pytest.approx(np.ones((5, 4)))
        assert np.einsum("akk->ak", found.confusion) == pytest.approx(np.repeat(SKILLS, 4).reshape(5, 4), abs=0.1)


def test_posteriors_mean_what_they_say() -> None:
    votes, truth = some_votes(3, 6_000, [0.7, 0.7, 0.65, 0.6])
    found = one_coin(votes)
    voted = np.flatnonzero(np.diff(votes.starts) > 0)
    chance, right = found.posterior[voted].max(axis=1), found.classes[voted] == truth[voted]
    for low in (0.4, 0.6, 0.8, 0.9):
        here = (chance >= low) & (chance < low + 0.2)
        assert right[here].mean() == pytest.approx(chance[here].mean(), abs=0.04)


def test_both_kernels_do_the_same_round() -> None:
    votes, _ = some_votes(4, 300, SKILLS)
    rng = np.random.default_rng(4)
    error = rng.dirichlet(np.ones(4), (5, 4)).swapaxes(1, 2).copy()
    prior = rng.dirichlet(np.ones(4))
    rounds = [
        native_votes.skene_round(votes.starts, votes.authors, votes.classes, prior, error, backend=backend)
        for backend in ("compiled", "numpy")
    ]
    assert rounds[0][0] == pytest.approx(rounds[1][0], abs=1e-13)
    assert rounds[0][1] == pytest.approx(rounds[1][1], abs=1e-10)
    assert rounds[0][2] == pytest.approx(rounds[1][2])


def test_the_order_of_votes_does_not_matter() -> None:
    votes, _ = some_votes(5, 100, SKILLS)
    order = np.random.default_rng(5).permutation(len(votes.authors))
    shuffled = Votes.of(votes.items[order], votes.authors[order], votes.classes[order], n_items=100, n_classes=4)
    assert np.array_equal(dawid_skene(votes).posterior, dawid_skene(shuffled).posterior)


def test_items_and_people_without_votes_are_named_unknown() -> None:
    votes = Votes.of([0, 0, 2], [0, 1, 0], [1, 1, 0], n_items=4, n_authors=3)
    assert majority(votes).classes.tolist() == one_coin(votes).classes.tolist() == [1, -1, 0, -1]
    for found in (majority(votes), one_coin(votes), dawid_skene(votes, smoothing=1)):
        assert (found.classes < 0).tolist() == [False, True, False, True]
        assert found.posterior.sum(axis=1) == pytest.approx(np.ones(4))
        assert np.isnan(found.accuracy[2])


def test_votes_that_cannot_be_counted_are_refused() -> None:
    with pytest.raises(VotesInvalidError, match="class numbers run from 0 to 5"):
        Votes.of([0], [0], [5], n_classes=3)
    with pytest.raises(VotesInvalidError):
        Votes.of([0, 1], [0], [1])
    with pytest.raises(VotesInvalidError):
        Votes.of([-1], [0], [1])
    with pytest.raises(VotesInvalidError, match="no votes"):
        majority(Votes.of([], [], [], n_items=3, n_classes=2))


def test_very_many_votes_on_one_item_do_not_vanish_in_rounding() -> None:
    rng = np.random.default_rng(6)
    n_people = 900
    right = rng.random(n_people) < 0.6
    votes = Votes.of(np.zeros(n_people, int), np.arange(n_people), np.where(right, 1, 0), n_items=1)
    error = np.tile(np.array([[0.999999, 1e-6], [1e-6, 0.999999]]), (n_people, 1, 1))
    rounds = [
        native_votes.skene_round(
            votes.starts, votes.authors, votes.classes, np.array([0.5, 0.5]), error, backend=backend
        )
        for backend in ("compiled", "numpy")
    ]
    assert rounds[0][0].tolist() == rounds[1][0].tolist() == [[0.0, 1.0]]
    assert rounds[0][2] == pytest.approx(rounds[1][2])
