"""Run lengths, filling and small PNGs against the libraries that others use for them."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from pycocotools import mask as coco

from assay.formats import rle, shapes
from assay.formats.brush_rle import decode_brush, encode_brush
from assay.formats.png_mask import decode_mask, encode_mask
from assay.formats.values import RowError

masks = st.tuples(st.integers(1, 13), st.integers(1, 13)).flatmap(lambda size: arrays(np.bool_, size))


@settings(max_examples=150, deadline=None)
@given(mask=masks)
def test_run_lengths_equal_those_of_pycocotools(mask: np.ndarray) -> None:
    height, width = mask.shape
    theirs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    counts = rle.counts_of_mask(mask)
    assert rle.string_of_counts(counts) == theirs["counts"].decode()
    assert rle.counts_of_string(theirs["counts"].decode()) == counts
    rle.check_counts(counts, width, height)
    assert (rle.mask_of_counts(counts, width, height) == mask).all()
    assert rle.area_of_counts(counts) == int(coco.area(theirs))
    if mask.any():
        x, y, w, h = (float(v) for v in coco.toBbox(theirs))
        assert rle.box_of_counts(counts, height) == (x, y, x + w, y + h)
    else:
        with pytest.raises(RowError, match="empty"):
            rle.box_of_counts(counts, height)


def test_long_runs_and_large_differences_survive_the_string() -> None:
    counts = [0, 100_000_000, 1, 7, 99_999_999, 3]
    assert rle.counts_of_string(rle.string_of_counts(counts)) == counts


@pytest.mark.parametrize("text", ["P", "PPPPPPPPPPPPPPPPPPPPPP", "ä", "/", "0\x7f", "p" * 5])
def test_a_broken_string_is_refused(text: str) -> None:
    with pytest.raises(RowError):
        rle.check_counts(rle.counts_of_string(text), 4, 4)


@st.composite
def simple_rings(draw: st.DrawFn) -> list[float]:
    """Star-shaped rings with corners anywhere, on pixel edges and centres as well."""
    n = draw(st.integers(3, 9))
    on_grid = draw(st.booleans())
    ring: list[float] = []
    for i in range(n):
        radius, turn = draw(st.floats(1, 9)), 2 * math.pi * (i + draw(st.floats(0, 0.9))) / n
        x, y = 10 + radius * math.cos(turn), 9 + radius * math.sin(turn)
        ring += [round(2 * x) / 2, round(2 * y) / 2] if on_grid else [x, y]
    return ring


@settings(max_examples=80, deadline=None)
@given(outer=simple_rings(), hole=simple_rings())
def test_a_pixel_is_filled_when_its_centre_lies_inside(outer: list[float], hole: list[float]) -> None:
    filled = shapes.rasterise([[outer, hole]], 20, 18)
    areas = [shapely.Polygon(list(zip(ring[::2], ring[1::2], strict=True))) for ring in (outer, hole)]
    if not all(area.is_valid for area in areas):
        return
    for y in range(18):
        for x in range(20):
            centre = shapely.Point(x + 0.5, y + 0.5)
            if all(area.boundary.distance(centre) > 1e-9 for area in areas):
                inside = areas[0].contains(centre) != areas[1].contains(centre)
                assert filled[y, x] == inside, (x, y)


def test_boxes_side_by_side_share_no_pixel_and_leave_none_out() -> None:
    def box(x0: float, x1: float) -> np.ndarray:
        return shapes.rasterise([[[x0, 0, x1, 0, x1, 4, x0, 4]]], 10, 4)

    for cut in (3.0, 3.5, 3.49, 4.0):
        left, right = box(0, cut), box(cut, 10)
        assert not (left & right).any()
        assert (left | right).all()


@settings(max_examples=60, deadline=None)
@given(mask=masks)
def test_small_pngs_are_read_as_pillow_reads_and_writes_them(mask: np.ndarray) -> None:
    assert (decode_mask(encode_mask(mask)) == mask).all()
    assert (np.asarray(Image.open(io.BytesIO(encode_mask(mask)))) == mask).all()
    for image in (Image.fromarray(mask.astype(np.uint8) * 200), Image.fromarray(mask)):
        stream = io.BytesIO()
        image.save(stream, "PNG")
        assert (decode_mask(stream.getvalue()) == mask).all()


def test_every_png_filter_is_undone() -> None:
    rng = np.random.default_rng(3)
    smooth = np.clip(np.add.outer(np.arange(40), np.arange(50)) + rng.integers(0, 3, (40, 50)), 0, 255).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(smooth).save(stream, "PNG")
    assert (decode_mask(stream.getvalue()) == (smooth != 0)).all()


def test_other_or_damaged_pngs_are_refused() -> None:
    good = encode_mask(np.ones((3, 3), dtype=bool))
    colour = io.BytesIO()
    Image.new("RGB", (3, 3)).save(colour, "PNG")
    for data in (b"", b"GIF89a", good[:-20], good[:30] + b"\x00" + good[31:], colour.getvalue()):
        with pytest.raises(RowError):
            decode_mask(data)


def test_a_brush_mask_is_packed_as_label_studio_s_own_packer_does() -> None:
    # Made with label-studio-brush-rle-rs 0.1.1 from this mask and the sizes 3, 4, 8, 16.
    theirs = bytes([0, 0, 0, 96, 57, 27, 254, 31, 0, 183, 255, 108, 2, 223, 254, 27, 0, 0])
    mask = np.zeros((4, 6), dtype=bool)
    mask[1:3, 2:5] = True
    assert (decode_brush(list(theirs), 6, 4) == mask).all()
    assert bytes(encode_brush(mask)).rstrip(b"\0") == theirs.rstrip(b"\0")


@settings(max_examples=60, deadline=None)
@given(mask=masks)
def test_a_brush_mask_comes_back(mask: np.ndarray) -> None:
    height, width = mask.shape
    assert (decode_brush(encode_brush(mask), width, height) == mask).all()


def test_a_large_brush_mask_takes_several_blocks() -> None:
    mask = np.ones((200, 300), dtype=bool)
    mask[0, 0] = False
    assert (decode_brush(encode_brush(mask), 300, 200) == mask).all()


@pytest.mark.parametrize("data", [[], [0] * 20, [255] * 30, [0, 0, 0, 96, 57, 27, 254, 31]])
def test_a_broken_brush_mask_is_refused(data: list[int]) -> None:
    with pytest.raises(RowError):
        decode_brush(data, 6, 4)


def test_a_brush_for_a_giant_picture_is_refused_before_it_takes_the_memory() -> None:
    with pytest.raises(RowError, match="over the limit"):
        decode_brush([0] * 20, 100_000, 100_000)
