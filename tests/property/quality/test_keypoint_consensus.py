"""Keypoints of several people fused: medians, votes on visibility, whoever comes first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality import Keypoints, fuse_keypoints
from assay.quality.placing_keypoints import weighted_median

K, N_ITEMS = 5, 60


def things(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Offsets, points (n, K, 3) all visible, and areas of two objects an item, far apart."""
    middle = np.tile([[100.0, 100.0], [400.0, 300.0]], (N_ITEMS, 1))
    places = middle[:, None, :] + rng.uniform(-40, 40, (2 * N_ITEMS, K, 2))
    return (
        np.arange(0, 2 * N_ITEMS + 1, 2),
        np.concatenate([places, np.full((2 * N_ITEMS, K, 1), 2.0)], axis=2),
        np.full(2 * N_ITEMS, 6_400.0),
    )


def drawn(rng: np.random.Generator, noise_px: float) -> Keypoints:
    offsets, points, areas = things(np.random.default_rng(0))
    points = points.copy()
    points[..., :2] += rng.normal(0, noise_px, points[..., :2].shape)
    return Keypoints(offsets, points, areas, np.zeros(len(points), np.int32))


def test_the_answer_is_closer_than_anybody_and_the_exact_count_more() -> None:
    rng = np.random.default_rng(1)
    people = {name: drawn(rng, noise) for name, noise in zip("abcde", (2.0, 2.0, 2.5, 2.5, 8.0), strict=True)}
    fused = fuse_keypoints(people)
    truth = things(np.random.default_rng(0))[1]
    assert len(fused.keypoints) == len(truth)
    apart = {
        name: np.hypot(*(points[..., :2] - truth[..., :2]).transpose(2, 0, 1)).mean()
        for name, points in [("all", fused.keypoints.points), *((n, p.points) for n, p in people.items())]
    }
    assert apart["all"] < 0.75 * min(error for name, error in apart.items() if name != "all")
    noise = {name: skill.noise for name, skill in fused.skills.items()}
    assert noise["a"] < noise["c"] < noise["e"]


def test_names_do_not_matter() -> None:
    rng = np.random.default_rng(2)
    one, two, three = drawn(rng, 2.0), drawn(rng, 2.0), drawn(rng, 4.0)
    first = fuse_keypoints({"a": one, "b": two, "c": three})
    second = fuse_keypoints({"c": one, "a": two, "b": three})
    assert np.array_equal(first.keypoints.points, second.keypoints.points)
    assert first.confidence == pytest.approx(second.confidence, abs=1e-12)


def test_points_are_labelled_and_visible_by_vote() -> None:
    offsets, points, areas = things(np.random.default_rng(0))
    sheets = []
    for person in range(3):
        mine = points.copy()
        mine[:, 0, 2] = 0 if person < 2 else 2  # two of three did not label the first point
        mine[:, 1, 2] = 1 if person < 2 else 2  # two of three saw that the second is hidden
        mine[:, 2, 2] = 0 if person == 0 else 1
        mine[mine[..., 2] == 0, :2] = 0
        sheets.append(Keypoints(offsets, mine, areas, np.zeros(len(mine), np.int32)))
    found = fuse_keypoints(dict(zip("abc", sheets, strict=True))).keypoints.points
    assert found[:, :, 2].tolist() == [[0, 1, 1, 2, 2]] * len(points)
    assert np.array_equal(found[:, 2:, :2], points[:, 2:, :2])


@settings(deadline=None)
@given(values=st.lists(st.integers(-9, 9), min_size=1, max_size=9), data=st.data())
def test_a_weighted_median_leaves_at_most_half_of_the_weight_on_each_side(
    values: list[int], data: st.DataObject
) -> None:
    weights = data.draw(st.lists(st.integers(1, 5), min_size=len(values), max_size=len(values)))
    x, w = np.array(values, np.float64), np.array(weights, np.float64)
    middle = weighted_median(x, w)
    assert 2 * w[x < middle].sum() <= w.sum()
    assert 2 * w[x > middle].sum() <= w.sum()
    assert weighted_median(np.repeat(x, weights), np.ones(int(w.sum()))) == np.median(np.repeat(x, weights)) == middle
