"""Pairs of pictures from before and after a change."""

from __future__ import annotations

import numpy as np

from assay.quality.drift import alike_pairs


def test_the_same_scenes_are_paired_though_all_got_darker_and_flatter() -> None:
    rng = np.random.default_rng(0)
    scenes = rng.normal(size=(40, 12))
    order = rng.permutation(40)
    now = 0.4 * scenes[order] - 3.0
    pairs = alike_pairs(scenes, now, 10)
    assert len(pairs) == 10
    assert all(order[column] == row for row, column in pairs)


def test_no_picture_stands_in_two_pairs_and_a_small_side_ends_the_list() -> None:
    rng = np.random.default_rng(1)
    pairs = alike_pairs(rng.normal(size=(3, 5)), rng.normal(size=(8, 5)), 6)
    rows, columns = zip(*pairs, strict=True)
    assert sorted(rows) == [0, 1, 2]
    assert len(set(columns)) == 3


def test_pictures_without_any_difference_are_paired_in_their_order() -> None:
    assert alike_pairs(np.ones((2, 4)), np.ones((3, 4)), 5) == [(0, 0), (1, 1)]
