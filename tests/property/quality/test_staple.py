"""Votes on pixels and STAPLE equal a pixel-by-pixel computation and find who is careless."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality import Masks, staple, vote_mask
from assay.quality.errors import TooFewAuthorsError, VotesInvalidError


def people(seed: int, *, blind: float = 0.0) -> tuple[np.ndarray, list[np.ndarray]]:
    """A disc, and four people who draw it with noisy edges; the last one sees only part of it."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:50, :60]
    distance = np.hypot(x - 30, y - 25)
    truth = distance < 15
    drawn = [distance < 15 + rng.normal(0, 1.2) + rng.normal(0, 1, distance.shape) for _ in range(4)]
    drawn[3] &= x > 15 + 30 * blind
    return truth, drawn


def runs_of(pictures: list[np.ndarray]) -> list[tuple[np.ndarray, np.ndarray]]:
    masks = Masks.from_bitmaps([0, len(pictures)], pictures, np.zeros(len(pictures), np.int32))
    return [masks.runs_of(row) for row in range(len(pictures))]


def picture_of(runs: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    flat = np.zeros(3_000, np.bool_)
    for start, end in zip(*runs, strict=True):
        flat[start:end] = True
    return flat.reshape(60, 50).T


def staple_by_pixel(drawn: list[np.ndarray], rounds: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The published update, one pixel at a time."""
    votes = np.array([picture.ravel() for picture in drawn], np.float64)
    prior = votes.mean()
    p = q = np.full(len(votes), 0.99999)
    for _ in range(rounds + 1):
        a = prior * np.where(votes == 1, p[:, None], 1 - p[:, None]).prod(axis=0)
        b = (1 - prior) * np.where(votes == 1, 1 - q[:, None], q[:, None]).prod(axis=0)
        w = a / (a + b)
        last = w, p, q
        p, q = (votes * w).sum(axis=1) / w.sum(), ((1 - votes) * (1 - w)).sum(axis=1) / (1 - w).sum()
    return last


@pytest.mark.parametrize("seed", range(5))
def test_staple_on_stretches_is_staple_on_pixels(seed: int) -> None:
    _, drawn = people(seed, blind=0.4)
    fused = staple(runs_of(drawn), 3_000, n_rounds=12, tolerance=0)
    probability, inside, outside = staple_by_pixel(drawn, 12)
    assert fused.n_rounds == 12
    assert fused.sensitivity == pytest.approx(inside, abs=2e-7)
    assert fused.specificity == pytest.approx(outside, abs=2e-7)
    assert np.array_equal(picture_of(fused.runs), probability.reshape(50, 60) >= 0.5)


def test_staple_names_the_person_who_saw_only_a_part() -> None:
    truth, drawn = people(7, blind=0.6)
    fused = staple(runs_of(drawn), 3_000)
    assert fused.sensitivity[3] < 0.7
    assert fused.sensitivity[:3].min() > 0.85
    answer = picture_of(fused.runs)
    union = (answer | truth).sum()
    assert (answer & truth).sum() / union > 0.85


def test_a_vote_sets_what_more_than_half_of_the_weight_set() -> None:
    _, drawn = people(8, blind=0.5)
    pictures = np.array(drawn)
    assert np.array_equal(picture_of(vote_mask(runs_of(drawn), 3_000).runs), pictures.sum(axis=0) > 2)
    weights = np.array([3.0, 1, 1, 0.5])
    got = picture_of(vote_mask(runs_of(drawn), 3_000, weights=weights).runs)
    assert np.array_equal(got, np.tensordot(weights, pictures, 1) > weights.sum() / 2)


def test_the_order_of_people_does_not_matter() -> None:
    _, drawn = people(9, blind=0.3)
    one, other = staple(runs_of(drawn), 3_000), staple(runs_of(drawn[::-1]), 3_000)
    assert np.array_equal(picture_of(one.runs), picture_of(other.runs))
    assert one.sensitivity == pytest.approx(other.sensitivity[::-1], abs=1e-9)


def test_empty_full_and_equal_masks_are_their_own_answer() -> None:
    empty, full = np.zeros((50, 60), np.bool_), np.ones((50, 60), np.bool_)
    _, (disc, *_) = people(10)
    for picture in (empty, full, disc):
        for fused in (staple(runs_of([picture] * 3), 3_000), vote_mask(runs_of([picture] * 3), 3_000)):
            assert np.array_equal(picture_of(fused.runs), picture)


def test_what_cannot_be_fused_is_refused() -> None:
    _, drawn = people(11)
    with pytest.raises(TooFewAuthorsError):
        staple(runs_of(drawn[:1]), 3_000)
    with pytest.raises(TooFewAuthorsError):
        vote_mask([], 3_000)
    with pytest.raises(VotesInvalidError, match="beyond"):
        vote_mask(runs_of(drawn), 100)
    with pytest.raises(VotesInvalidError, match="Weights"):
        vote_mask(runs_of(drawn), 3_000, weights=[1, 1, 0, 1])
