"""What the head of the trainer `cells` should give: centres, sizes, mirrored pictures, stretched maps."""

from __future__ import annotations

import numpy as np
import pytest

from assay.jobs.training.cell_targets import batches, flipped, joined, targets

CELLS = (30, 40)
BOXES = np.array([[4.0, 6.0, 12.0, 10.0], [20.0, 11.0, 23.0, 14.0]])


def test_hills_stand_on_centres_and_boxes_can_be_read_back() -> None:
    heat, aim, there = targets(BOXES, [0, 1], 2, CELLS)
    for k, (x_min, y_min, x_max, y_max) in enumerate(BOXES):
        i, j = int((y_min + y_max) / 2), int((x_min + x_max) / 2)
        assert heat[k, i, j] == heat[k].max() == 1.0
        assert there[i, j]
        centre = j + 0.5 + aim[0, i, j], i + 0.5 + aim[1, i, j]
        half = np.exp(aim[2:, i, j]) / 2
        read = [centre[0] - half[0], centre[1] - half[1], centre[0] + half[0], centre[1] + half[1]]
        assert read == pytest.approx([x_min, y_min, x_max, y_max], abs=1e-5)
    assert there.sum() == 2
    assert (heat[0] * (heat[1] == 1)).max() < 1


def test_of_two_things_in_one_cell_the_smaller_ones_size_counts() -> None:
    both = np.array([[10.0, 10.0, 12.0, 12.0], [6.0, 6.0, 16.0, 16.0]])
    _, aim, there = targets(both, [0, 0], 1, CELLS)
    assert there.sum() == 1
    assert np.exp(aim[2:, 11, 11]) == pytest.approx([2.0, 2.0])


def test_a_picture_without_marks_teaches_that_nothing_is_there() -> None:
    heat, _, there = targets(np.empty((0, 4)), [], 2, CELLS)
    assert heat.max() == 0
    assert not there.any()


@pytest.mark.parametrize("across", [True, False])
@pytest.mark.parametrize("down", [True, False])
def test_boxes_turn_with_the_picture_and_back(across: bool, down: bool) -> None:  # noqa: FBT001 - two flags
    turned = flipped(BOXES, CELLS, across=across, down=down)
    assert (turned[:, 2:] > turned[:, :2]).all()
    assert flipped(turned, CELLS, across=across, down=down) == pytest.approx(BOXES)
    picture = np.zeros(CELLS)
    picture[6:10, 4:12] = 1
    mirrored = picture[:: -1 if down else 1, :: -1 if across else 1]
    x_min, y_min, x_max, y_max = turned[0].astype(int)
    assert mirrored[y_min:y_max, x_min:x_max].sum() == picture.sum() == 32


def test_coarser_maps_are_stretched_to_the_finest_as_nearest_neighbours_are() -> None:
    fine, coarse = np.zeros((1, 2, 4, 6), np.float32), np.arange(6, dtype=np.float32).reshape(1, 1, 2, 3)
    found = joined([fine, coarse])
    assert found.shape == (3, 4, 6)
    assert np.array_equal(found[2], np.repeat(np.repeat(coarse[0, 0], 2, axis=0), 2, axis=1))


def test_every_row_comes_once_a_round() -> None:
    rows = np.concatenate(list(batches(7, 3, 2, np.random.default_rng(0))))
    assert sorted(rows[:7]) == sorted(rows[7:]) == list(range(7))
