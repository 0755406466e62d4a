"""Boards of the second round: drawn ones whose labels are right, views of real ones, and a model that loses a class."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from tests.support.shared import shared_path

from assay.demo.boards.drawing import SIDE_PX
from assay.demo.boards.drawn import DrawnBoards
from assay.demo.boards.model import CLASSES, DRAWN, REAL, SMALL, Sizes
from assay.demo.boards.real import RealBoards, is_boards
from assay.demo.errors import DemoDataError
from assay.demo.material import boards_material
from assay.demo.scene_setting import Stage, _chosen_for_gold
from assay.demo.second.comparing import precision_of
from assay.demo.second.models import damaged
from assay.jobs.suggesting.answer import Picture
from assay.jobs.suggesting.boards import BoardBoxes, pack_boards
from assay.jobs.suggesting.boards.net import train_net

FEW = replace(SMALL, work=6, frozen=2, clean=(2,), changed=(4,))


def pixels(picture: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(picture)).convert("L"), np.float64)


def test_drawn_boards_depend_on_the_seed_alone_and_the_change_dims_them() -> None:
    boards, again, other = DrawnBoards(3, FEW), DrawnBoards(3, FEW), DrawnBoards(4, FEW)
    assert (len(boards.before), len(boards.after)) == (10, 4)
    assert boards.before == again.before
    assert boards.before != other.before
    first = boards.before[0].name
    assert boards.shot(first).board == again.shot(first).board
    old, new = (pixels(boards.shot(part[0].name).board) for part in (boards.before, boards.after))
    assert new.mean() < 0.75 * old.mean()


def test_a_drawn_board_differs_from_its_template_where_its_boxes_are_and_nowhere_else() -> None:
    boards = DrawnBoards(5, replace(FEW, work=20))
    kinds = set()
    for truth in boards.before:
        shot = boards.shot(truth.name)
        apart = np.abs(pixels(shot.board) - pixels(shot.template)) > 60
        inside = np.zeros((SIDE_PX, SIDE_PX), bool)
        for found in truth.objects:
            x0, y0, x1, y1 = (round(v) for v in found.box)
            assert apart[y0:y1, x0:x1].any(), found
            inside[y0:y1, x0:x1] = True
            kinds.add(found.label_class)
        assert not (apart & ~inside).any()
    assert kinds == set(CLASSES)


def test_every_size_has_gold_enough_for_a_diagnosis_and_a_gate() -> None:
    for sizes in (SMALL, DRAWN, REAL):
        n_gold = min(36, round(0.3 * sizes.work)) + sizes.frozen
        assert n_gold >= 100
        assert min(sizes.now, sizes.then) >= 30
        assert all(n >= sizes.window for n in (*sizes.clean, *sizes.changed))
        assert sizes.work + sizes.frozen >= 5 * sizes.window


def real(sizes: Sizes = REAL) -> RealBoards:
    return RealBoards(shared_path("data/deeppcb"), 7, sizes)


def test_views_of_real_boards_keep_every_defect_and_no_board_is_on_both_sides_of_the_change() -> None:
    boards = real()
    assert boards.change == "product line group92000 joins group12100 and group20085"
    assert (len(boards.before), len(boards.after)) == (REAL.n_before, REAL.n_after)
    assert not {b.group_id for b in boards.before} & {b.group_id for b in boards.after}
    assert sum(len(b.objects) for b in boards.after) == 390  # all of the third line's
    shot = boards.shot(boards.after[0].name)
    assert pixels(shot.board).shape == pixels(shot.template).shape == (shot.truth.height_px, shot.truth.width_px)
    assert all(0 <= o.box[0] < o.box[2] <= b.width_px for b in boards.after for o in b.objects)


def test_too_few_boards_and_folders_without_any_are_refused() -> None:
    with pytest.raises(DemoDataError, match="70 boards after it, in 280 views"):
        real(replace(REAL, changed=(400,)))
    blood = shared_path("data/bccd/BCCD")
    assert not is_boards(blood)
    with pytest.raises(DemoDataError, match="no printed boards"):
        RealBoards(blood, 7, REAL)


def test_gold_is_drawn_by_whole_boards() -> None:
    stage = Stage(boards_material(real(), REAL), 7)
    chosen = _chosen_for_gold(stage, stage.material.work)
    assert len(chosen) == 36
    groups = {item.group_id for item in chosen}
    assert chosen == [item for item in stage.material.work if item.group_id in groups]


def test_a_damaged_model_never_names_the_class_it_lost_and_is_the_same_otherwise() -> None:
    boards = DrawnBoards(3, FEW)
    rng = np.random.default_rng(0)
    crops = rng.normal(0, 1, (64, 40, 40, 2)).astype(np.float32)
    kinds = rng.integers(0, len(CLASSES) + 1, 64)
    net = train_net(crops, kinds, np.zeros((64, 4), np.float32), len(CLASSES), rng=rng, epochs=1)
    whole = pack_boards(net, CLASSES, 1.5)
    before, after = (BoardBoxes(data, {"min_confidence": 0.0}, title="m") for data in (whole, damaged(whole, "spur")))
    p, boxes = before.net.look(crops)
    lost, same = after.net.look(crops)
    place = CLASSES.index("spur")
    assert lost[:, place].max() < 1e-6
    kept = np.delete(p, place, axis=1)
    assert np.delete(lost, place, axis=1) == pytest.approx(kept / kept.sum(axis=1, keepdims=True), abs=1e-5)
    assert np.array_equal(boxes, same)
    shots = [boards.shot(b.name) for b in boards.before]
    picture = Picture("x", *(np.repeat(pixels(d)[..., None], 3, 2).astype(np.uint8) for d in (shots[0].board,) * 2))
    assert after.answer([picture])[0].marks == ()  # nothing differs from itself
    assert 0 <= (precision_of(after, shots).mean.value or 0) <= 1
