"""The generator draws what its labels say, the same for the same seed."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from assay.demo.pictures import CLASSES, DrawnPicture, PictureMaker


@pytest.fixture(scope="module")
def drawn() -> list[DrawnPicture]:
    return list(PictureMaker(3).draw(range(15)))


def test_the_same_seed_draws_the_same_bytes_and_labels(drawn: list[DrawnPicture]) -> None:
    again = list(PictureMaker(3).draw(range(2)))
    assert again == drawn[:2]
    assert next(PictureMaker(4).draw([0])).jpeg != drawn[0].jpeg


def test_pictures_are_jpegs_of_the_promised_size_with_names_of_their_own(drawn: list[DrawnPicture]) -> None:
    for picture in drawn:
        image = Image.open(io.BytesIO(picture.jpeg))
        assert image.format == "JPEG"
        assert image.size == (picture.truth.width_px, picture.truth.height_px) == (640, 480)
    assert len({p.truth.name for p in drawn}) == len(drawn)


def test_every_box_lies_in_the_picture_and_touches_its_edge_exactly_when_it_is_cut(drawn: list[DrawnPicture]) -> None:
    for picture in drawn:
        for o in picture.truth.objects:
            x0, y0, x1, y1 = o.box
            assert 0 <= x0 < x1 <= 640
            assert 0 <= y0 < y1 <= 480
            assert o.label_class in CLASSES
            margin = min(x0, y0, 640 - x1, 480 - y1)
            assert (margin < 3) == o.touches_edge
            fx0, fy0, fx1, fy1 = o.full_box
            assert fx0 <= x0 < x1 <= fx1
            assert fy0 <= y0 < y1 <= fy1
            if not o.touches_edge and o.covered_share == 0:
                assert o.full_box == o.box


def test_a_box_holds_something_that_differs_from_the_bare_tray(drawn: list[DrawnPicture]) -> None:
    for picture in drawn[:6]:
        grey = np.asarray(Image.open(io.BytesIO(picture.jpeg)).convert("L"), dtype=float)
        outside = np.ones(grey.shape, dtype=bool)
        for o in picture.truth.objects:
            x0, y0, x1, y1 = (int(v) for v in o.box)
            outside[y0:y1, x0:x1] = False
        for o in picture.truth.objects:
            x0, y0, x1, y1 = (int(v) for v in o.box)
            assert np.ptp(grey[y0:y1, x0:x1]) > 2.5 * grey[outside].std()


def test_a_reflection_hangs_below_its_part_and_only_on_glossy_trays(drawn: list[DrawnPicture]) -> None:
    trays: dict[str, list[bool]] = {}
    for picture in drawn:
        for o in picture.truth.objects:
            trays.setdefault(picture.truth.group_id, []).append(o.echo_box is not None)
            if o.echo_box is not None:
                height = o.box[3] - o.box[1]
                assert o.echo_box[3] - o.box[3] >= 0.5 * height
                assert o.echo_box[1] == o.box[1]
    shares = [np.mean(found) for found in trays.values()]
    assert min(shares) == 0.0
    assert max(shares) > 0.2


def test_the_set_has_all_the_difficulties_the_guideline_speaks_of(drawn: list[DrawnPicture]) -> None:
    objects = [o for p in drawn for o in p.truth.objects]
    assert {o.label_class for o in objects} == set(CLASSES)
    assert 0.2 < np.mean([o.touches_edge for o in objects]) < 0.4
    assert np.mean([o.covered_share >= 0.15 for o in objects]) > 0.08
    assert np.mean([o.echo_box is not None for o in objects]) > 0.1
    assert all(p.truth.origin.startswith("synthetic:") for p in drawn)


def test_five_pictures_share_a_tray(drawn: list[DrawnPicture]) -> None:
    groups = [p.truth.group_id for p in drawn]
    assert len(set(groups)) == 3
    assert all(groups.count(g) == 5 for g in groups)
