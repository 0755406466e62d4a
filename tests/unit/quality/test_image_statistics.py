"""Image statistics against a plain oracle, one picture at a time."""

import numpy as np
import pytest
from scipy import ndimage
from tests.support.shared import shared_path

from assay.quality.drift import STATISTICS, PicturesMisshapenError, image_statistics


def plainly(tiles: list[np.ndarray]) -> list[float]:
    """The definition, for one picture's samples, with another library's filters."""
    kernel = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], float)
    colours = np.concatenate([t.reshape(-1, 3).astype(float) for t in tiles])
    greys = [t.astype(float).mean(axis=-1) for t in tiles]
    grey = np.concatenate([g.ravel() for g in greys])
    bends = np.concatenate([ndimage.convolve(g, kernel)[1:-1, 1:-1].ravel() for g in greys])
    across = np.concatenate([(g[:, 1:] - g[:, :-1]).ravel() for g in greys])
    down = np.concatenate([(g[1:] - g[:-1]).ravel() for g in greys])
    top, bottom = colours.max(axis=1), colours.min(axis=1)
    return [
        *colours.mean(axis=0), grey.std(), *np.percentile(grey, [5, 95]), ((top - bottom) / (top + 1)).mean(),
        np.log1p(bends.var()), np.log1p((across**2).mean()), np.log1p((down**2).mean()), np.log1p(np.abs(bends).mean()),
    ]  # fmt: skip


def test_statistics_of_a_stack_equal_the_definition_picture_by_picture() -> None:
    pictures = np.random.default_rng(1).integers(0, 256, (7, 12, 17, 3), np.uint8)
    found = image_statistics(pictures)
    assert found.shape == (7, len(STATISTICS))
    assert found == pytest.approx(np.array([plainly([p]) for p in pictures]), rel=1e-5, abs=1e-4)


def test_the_samples_of_a_picture_are_described_together_and_never_compared_across_their_edges() -> None:
    tiles = np.random.default_rng(2).integers(0, 256, (6, 8, 8, 3), np.uint8)
    found = image_statistics(tiles, tiles=3)
    assert found == pytest.approx(np.array([plainly(list(tiles[:3])), plainly(list(tiles[3:]))]), rel=1e-5, abs=1e-4)


@pytest.mark.parametrize(
    "pictures", [np.zeros((2, 8, 8), np.uint8), np.zeros((2, 8, 8, 3)), np.zeros((1, 2, 8, 3), np.uint8)]
)
def test_what_is_no_stack_of_colour_pictures_is_refused_by_its_shape(pictures: np.ndarray) -> None:
    with pytest.raises(PicturesMisshapenError, match=r"shape \("):
        image_statistics(pictures)


def test_no_pictures_have_no_statistics() -> None:
    assert image_statistics(np.zeros((0, 8, 8, 3), np.uint8)).shape == (0, 11)


@pytest.mark.slow
def test_statistics_of_real_photos_equal_those_computed_elsewhere() -> None:
    images = np.load(shared_path("data/annotators/cifar-10h/images_test.npz"))["images"][:1000]
    known = np.load(shared_path("data/annotators/cifar-n/statistics11.npz"))["test"][:1000]
    assert image_statistics(images) == pytest.approx(known, rel=1e-4, abs=2e-3)
