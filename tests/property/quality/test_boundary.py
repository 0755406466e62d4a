"""Boundary IoU is what the definition says, pixel by pixel, and finds outlines that areas hide."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from assay.kernel.errors import AssayError
from assay.quality import Masks
from assay.quality.boundary import boundary_iou
from assay.quality.findings import find_loose_outlines

N = 24


def blobs(seed: int, shape: tuple[int, int] = (60, 80)) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: shape[0], : shape[1]]
    pictures = []
    for _ in range(N):
        centre, radius = rng.uniform((5, 5), shape), rng.uniform(6, 30, 2)
        picture = ((y - centre[0]) / radius[0]) ** 2 + ((x - centre[1]) / radius[1]) ** 2 < 1
        picture[tuple(centre.astype(int))] = True
        pictures.append(picture & (rng.random(shape) > 0.01))
    return pictures


def masks_of(pictures: list[np.ndarray]) -> Masks:
    return Masks.from_bitmaps(np.arange(len(pictures) + 1), pictures, np.zeros(len(pictures), np.int64))


def by_hand(a: np.ndarray, b: np.ndarray, reach: int) -> float:
    square = np.ones((3, 3), np.bool_)
    bands = [p & ~binary_erosion(p, square, iterations=reach, border_value=0) for p in (a, b)]
    union = (bands[0] | bands[1]).sum()
    return float((bands[0] & bands[1]).sum() / union) if union else 0.0


@pytest.mark.parametrize(("band", "reach"), [(0.02, 2), (0.06, 6), (0.001, 1)])
def test_it_is_the_iou_of_the_bands_inside_the_outlines(band: float, reach: int) -> None:
    a, b = blobs(1), blobs(2)
    left, right = masks_of(a), masks_of(b)
    found = boundary_iou(left, np.arange(N), right, np.arange(N), band=band)
    assert found == pytest.approx([by_hand(p, q, reach) for p, q in zip(a, b, strict=True)], abs=1e-15)
    assert np.array_equal(found, boundary_iou(right, np.arange(N), left, np.arange(N), band=band))


def test_an_outline_is_like_itself_and_nothing_like_nothing() -> None:
    pictures = [*blobs(3), np.zeros((60, 80), np.bool_)]
    masks = masks_of(pictures)
    rows = np.arange(len(pictures))
    assert boundary_iou(masks, rows, masks, rows).tolist() == [1.0] * N + [0.0]


def test_masks_of_different_pictures_are_not_compared() -> None:
    masks = masks_of(blobs(4))
    with pytest.raises(AssayError):
        boundary_iou(masks, [0], masks, [1])


def test_a_loose_outline_of_a_large_thing_is_found_though_its_area_fits() -> None:
    exact = np.zeros((200, 300), np.bool_)
    exact[20:180, 20:280] = True
    loose = exact.copy()
    loose[12:188, 12:288] = True
    other = [exact, exact]
    suspects = find_loose_outlines(masks_of([loose, exact]), masks_of(other))
    assert [(s.kind, s.item) for s in suspects] == [("badly_placed", 0)]
    assert suspects[0].evidence["iou"] > 0.85
    assert suspects[0].evidence["boundary_iou"] < 0.5
    assert find_loose_outlines(masks_of(other), masks_of(other)) == []
