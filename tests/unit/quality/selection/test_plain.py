"""The description that needs no model."""

import numpy as np
import pytest

from assay.quality.drift import PicturesMisshapenError
from assay.quality.selection import PLAIN_WIDTH, plain_embedding


def test_colours_stand_where_they_lie_and_edges_by_direction() -> None:
    picture = np.zeros((1, 16, 16, 3), np.uint8)
    picture[0, :4, :4, 0] = 255
    found = plain_embedding(picture)
    assert found.shape == (1, PLAIN_WIDTH)
    assert found[0, :3] == pytest.approx([1, 0, 0])
    assert not found[0, 3:48].any()
    upright = np.tile(np.linspace(0, 255, 16).astype(np.uint8)[None, None, :, None], (1, 16, 1, 3))
    across = plain_embedding(upright)[0, 48:].reshape(16, 8)
    lying = plain_embedding(upright.transpose(0, 2, 1, 3))[0, 48:].reshape(16, 8)
    assert across.argmax(axis=1).tolist() == [0] * 16
    assert lying.argmax(axis=1).tolist() == [4] * 16


def test_edge_shares_sum_to_one_and_a_flat_picture_has_none() -> None:
    rng = np.random.default_rng(0)
    found = plain_embedding(rng.integers(0, 256, (3, 32, 64, 3), np.uint8))
    assert np.square(found[:, 48:]).sum(axis=1) == pytest.approx(1)
    assert not plain_embedding(np.full((1, 8, 8, 3), 90, np.uint8))[0, 48:].any()


def test_other_shapes_are_refused() -> None:
    with pytest.raises(PicturesMisshapenError):
        plain_embedding(np.zeros((1, 9, 16, 3), np.uint8))
