"""Masks are to the bit those of COCO's reference code: filling, strings, areas, boxes, set operations, IoU."""

from __future__ import annotations

import numpy as np
import pycocotools.mask as coco
import pytest

from assay.kernel import native, native_masks
from assay.quality import Masks, similar_pairs

BACKENDS: tuple[native.Backend, ...] = ("compiled", "numpy")


def polygon(rng: np.random.Generator, height: int, width: int, kind: int) -> np.ndarray:
    """Random, whole-numbered, round or nearly five-to-a-pixel outlines, partly beyond the image, many self-crossing."""
    n, far = int(rng.integers(3, 30)), max(height, width)
    if kind == 0:
        return rng.uniform(-20, far + 20, (n, 2))
    if kind == 1:
        return rng.integers(-3, far + 3, (n, 2)).astype(np.float64)
    if kind == 2:
        angle, radius = np.sort(rng.uniform(0, 2 * np.pi, n)), rng.uniform(0.3, 1, n) * min(height, width) * 0.6
        return np.column_stack([width / 2 + radius * np.cos(angle), height / 2 + radius * np.sin(angle)])
    return rng.integers(-10, 5 * far, (n, 2)) / 5 + rng.choice([0, 0.1, 1e-9], (n, 2))


def some_polygons(seed: int, n: int) -> tuple[list[np.ndarray], np.ndarray]:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 80, (n, 2)).astype(np.int32)
    return [polygon(rng, h, w, k % 4) for k, (h, w) in enumerate(sizes.tolist())], sizes


def one_per_item(outlines: list[np.ndarray], sizes: np.ndarray) -> Masks:
    return Masks.from_polygons(
        np.arange(len(sizes) + 1), sizes, [[[o]] for o in outlines], np.zeros(len(sizes), np.int32)
    )


def reference(outlines: list[np.ndarray], sizes: np.ndarray) -> list[dict]:
    return [
        coco.frPyObjects([outline.ravel().tolist()], h, w)[0]
        for outline, (h, w) in zip(outlines, sizes.tolist(), strict=True)
    ]


def test_ten_thousand_polygons_are_filled_as_coco_does_to_the_bit() -> None:
    outlines, sizes = some_polygons(1, 10_000)
    assert one_per_item(outlines, sizes).to_rle() == [r["counts"].decode() for r in reference(outlines, sizes)]


def test_large_polygons_with_thousands_of_points_are_filled_as_coco_does() -> None:
    rng = np.random.default_rng(2)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 50_000))
    radius = 900 + 80 * np.sin(40 * angle) + rng.normal(0, 3, 50_000)
    outline = np.column_stack([1_000 + radius * np.cos(angle), 950 + radius * np.sin(angle)])
    sizes = np.array([[1_900, 2_100]], np.int32)
    assert one_per_item([outline], sizes).to_rle() == [r["counts"].decode() for r in reference([outline], sizes)]


def test_both_kernels_fill_read_write_and_measure_alike() -> None:
    outlines, sizes = some_polygons(3, 400)
    masks = one_per_item(outlines, sizes)
    points = np.concatenate(outlines)
    ring_points = np.concatenate([[0], np.cumsum([len(o) for o in outlines])])
    heights = np.ascontiguousarray(sizes[:, 0])
    letters = [text.encode() for text in masks.to_rle()]
    starts = np.concatenate([[0], np.cumsum([len(text) for text in letters])])
    for backend in BACKENDS:
        filled = native_masks.rasterise(
            points, ring_points, np.zeros(400, np.uint8), np.arange(401), sizes, backend=backend
        )
        assert all(map(np.array_equal, filled, masks.runs))
        *read, wrong = native_masks.read_rle(np.frombuffer(b"".join(letters), np.uint8), starts, sizes, backend=backend)
        assert wrong == -1
        assert all(map(np.array_equal, read, masks.runs))
        for row in range(0, 400, 7):
            area = int(sizes[row].prod())
            assert native_masks.write_rle(masks.runs_of(row), area, backend=backend) == letters[row]
        area, boxes = native_masks.measure_masks(masks.runs, heights, backend=backend)
        assert np.array_equal(area, masks.areas)
        assert np.array_equal(boxes, masks.envelopes)


def crowded(seed: int, n: int) -> tuple[Masks, list[dict]]:
    rng = np.random.default_rng(seed)
    outlines = [polygon(rng, 60, 70, k % 4) for k in range(n - 2)]
    everything = np.array([(-9, -9), (-9, 99), (99, 99), (99, -9)], np.float64)
    nothing = np.array([(0.1, 0.1), (0.2, 0.1), (0.2, 0.2)])
    outlines += [everything, nothing]
    sizes = np.array([[60, 70]], np.int32)
    masks = Masks.from_polygons([0, n], sizes, [[[o]] for o in outlines], np.zeros(n, np.int32))
    return masks, reference(outlines, np.repeat(sizes, n, axis=0))


def test_areas_boxes_and_iou_of_150_000_pairs_are_those_of_coco_to_the_bit() -> None:
    n = 400
    left, left_reference = crowded(4, n)
    right, right_reference = crowded(5, n)
    # The reference counts masks in a byte and fails above 255 in one call.
    halves = [left_reference[:200], left_reference[200:]]
    assert np.array_equal(left.areas, np.concatenate([coco.area(half) for half in halves]))
    box = np.concatenate([coco.toBbox(half) for half in halves])
    some = left.areas > 0
    assert np.array_equal(left.envelopes[some], np.hstack([box[:, :2], box[:, :2] + box[:, 2:]])[some])
    others = [right_reference[:200], right_reference[200:]]
    wanted = np.vstack([np.hstack([coco.iou(a, b, [0] * len(b)) for b in others]) for a in halves])
    pairs = similar_pairs(left, right)
    got = np.zeros((n, n))
    got[pairs.rows, pairs.cols] = pairs.values
    assert wanted.size >= 150_000
    assert np.array_equal(got, wanted)


@pytest.mark.parametrize("backend", BACKENDS)
def test_masks_are_joined_and_cut_as_coco_does(backend: native.Backend) -> None:
    masks, coco_masks = crowded(6, 24)
    for a in range(24):
        for b in range(0, 24, 3):
            one, two = masks.runs_of(a), masks.runs_of(b)
            for keep, intersect in ((native_masks.OR, False), (native_masks.AND, True)):
                got = native_masks.combine_runs(one, two, keep, backend=backend)
                assert (
                    native_masks.write_rle(got, 4_200)
                    == coco.merge([coco_masks[a], coco_masks[b]], intersect)["counts"]
                )
            cut = native_masks.combine_runs(one, two, native_masks.MINUS, backend=backend)
            both = native_masks.combine_runs(one, two, native_masks.AND, backend=backend)
            assert (cut[1] - cut[0]).sum() == masks.areas[a] - (both[1] - both[0]).sum()


@pytest.mark.parametrize("backend", BACKENDS)
def test_overlaps_are_those_of_the_pictures(backend: native.Backend) -> None:
    masks, _ = crowded(7, 30)
    pictures = np.array([masks.to_bitmap(row).ravel() for row in range(30)], np.int64)
    rows, cols = (side.ravel() for side in np.indices((30, 30)))
    got = native_masks.overlap_masks(masks.runs, masks.runs, rows, cols, backend=backend)
    assert np.array_equal(got.reshape(30, 30), pictures @ pictures.T)


def test_holes_are_cut_out_and_parts_are_joined() -> None:
    outer, hole = [(0, 0), (0, 10), (10, 10), (10, 0)], [(2, 2), (2, 5), (5, 5), (5, 2)]
    far = [(15, 0), (15, 4), (19, 4), (19, 0)]
    polygon_with_hole = [[np.array(outer), np.array(hole)], [np.array(far)]]
    masks = Masks.from_polygons([0, 1], [[12, 20]], [polygon_with_hole], [0])
    picture = masks.to_bitmap(0)
    alone = [
        one_per_item([np.array(r, np.float64)], np.array([[12, 20]], np.int32)).to_bitmap(0) for r in (outer, hole, far)
    ]
    assert np.array_equal(picture, (alone[0] & ~alone[1]) | alone[2])


def test_pictures_survive_the_round_trip() -> None:
    rng = np.random.default_rng(8)
    pictures = [rng.random((13, 17)) < share for share in (0.0, 0.1, 0.5, 0.9, 1.0)]
    masks = Masks.from_bitmaps([0, 2, 5], pictures, [0, 1, 2, 3, 4])
    assert all(np.array_equal(masks.to_bitmap(row), picture) for row, picture in enumerate(pictures))
    again = Masks.from_rle(masks.offsets, masks.sizes, masks.to_rle(), masks.classes)
    assert all(map(np.array_equal, again.runs, masks.runs))
    assert [coco.encode(np.asfortranarray(p.astype(np.uint8)))["counts"].decode() for p in pictures] == masks.to_rle()


def test_taken_masks_keep_their_pictures() -> None:
    rng = np.random.default_rng(9)
    masks = Masks.from_bitmaps([0, 2, 3, 5], [rng.random((9, 8)) < 0.4 for _ in range(5)], [0, 1, 0, 1, 1])
    taken = masks.take([2, 0, 2])
    assert [taken.to_bitmap(row).tolist() for row in range(6)] == [
        masks.to_bitmap(r).tolist() for r in (3, 4, 0, 1, 3, 4)
    ]
    assert masks.only(1).counts.tolist() == [1, 0, 2]
