"""Perceptual hashes and the search for near pairs, against plain definitions."""

import io
import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from assay.jobs.intake import near_groups, near_pairs, perceptual_hash


def luma(picture: Image.Image) -> bytes:
    return picture.convert("L").resize((32, 32), Image.Resampling.BOX).tobytes()


def scene(seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (9, 9, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((320, 240), Image.Resampling.BICUBIC)


def distance(one: Image.Image, other: Image.Image) -> int:
    return (perceptual_hash(luma(one)) ^ perceptual_hash(luma(other))).bit_count()


def test_the_hash_follows_its_definition() -> None:
    grey = np.frombuffer(luma(scene(3)), np.uint8).reshape(32, 32).astype(float)

    def coefficient(v: int, u: int) -> float:
        return math.fsum(
            grey[y, x] * math.cos(math.pi * v * (2 * y + 1) / 64) * math.cos(math.pi * u * (2 * x + 1) / 64)
            for y in range(32)
            for x in range(32)
        )

    table = [coefficient(v, u) for v in range(1, 9) for u in range(1, 9)]
    bits = "".join("1" if value > np.median(table) else "0" for value in table)
    assert perceptual_hash(luma(scene(3))) == int(bits, 2)


@pytest.mark.parametrize("seed", range(6))
def test_a_picture_that_only_looks_slightly_different_stays_near(seed: int) -> None:
    picture = scene(seed)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=40)
    changed = [Image.open(buffer), picture.resize((160, 120)), picture.filter(ImageFilter.GaussianBlur(1.5))]
    changed.append(picture.point(lambda value: min(255, int(value * 0.9 + 12))))
    assert max(distance(picture, other) for other in changed) <= 6


def test_different_pictures_are_far_apart() -> None:
    assert min(distance(a, b) for a, b in combinations([scene(seed) for seed in range(12)], 2)) >= 16


def test_a_picture_of_one_grey_has_hash_zero() -> None:
    assert perceptual_hash(bytes([77]) * 1024) == 0


def brute(hashes: NDArray[np.uint64], most: int) -> list[tuple[int, int, int]]:
    found = [(i, j, (int(a) ^ int(b)).bit_count()) for (i, a), (j, b) in combinations(enumerate(hashes), 2)]
    return [pair for pair in found if pair[2] <= most]


def as_list(hashes: NDArray[np.uint64], most: int) -> list[tuple[int, int, int]]:
    pairs = near_pairs(hashes, most)
    return list(zip(pairs.first.tolist(), pairs.second.tolist(), pairs.distance.tolist(), strict=True))


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 2**32), n=st.integers(0, 60), n_roots=st.integers(1, 6), most=st.integers(0, 16))
def test_near_pairs_are_exactly_those_of_the_full_comparison(seed: int, n: int, n_roots: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    roots = rng.integers(0, 2**64, n_roots, dtype=np.uint64)
    hashes = roots[rng.integers(0, n_roots, n)]
    for _ in range(10):
        flip = np.uint64(1) << rng.integers(0, 64, n).astype(np.uint64)
        hashes = np.where(rng.random(n) < 0.6, hashes ^ flip, hashes)
    assert as_list(hashes, most) == brute(hashes, most)


def test_a_larger_set_agrees_with_the_full_comparison() -> None:
    rng = np.random.default_rng(11)
    hashes = rng.integers(0, 2**64, 1500, dtype=np.uint64)
    hashes[1000:] = hashes[:500] ^ (np.uint64(0b1011) << rng.integers(0, 60, 500).astype(np.uint64))
    assert as_list(hashes, 5) == brute(hashes, 5)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), most=st.integers(0, 8))
def test_groups_join_what_chains_of_pairs_join(seed: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    hashes = rng.integers(0, 2**64, 4, dtype=np.uint64)[rng.integers(0, 4, 30)]
    hashes = hashes ^ (np.uint64(1) << rng.integers(0, 64, 30).astype(np.uint64))
    group = list(range(30))
    for first, second, _ in brute(hashes, most):
        low, high = sorted((group[first], group[second]))
        group = [low if g == high else g for g in group]
    order = {g: i for i, g in enumerate(dict.fromkeys(group))}
    assert near_groups(hashes, most).tolist() == [order[g] for g in group]


def test_many_equal_hashes_are_grouped_without_listing_their_pairs() -> None:
    hashes = np.zeros(200_000, dtype=np.uint64)
    hashes[::2] = np.uint64(2**64 - 1)
    assert set(near_groups(hashes, 4).tolist()) == {0, 1}


@pytest.mark.parametrize("most", [-1, 17])
def test_a_distance_that_makes_no_sense_is_refused(most: int) -> None:
    with pytest.raises(ValueError, match="max_distance"):
        near_pairs(np.zeros(2, dtype=np.uint64), most)
