"""Boards: what differs from a template is found, named and boxed; slopes of the network against differences."""

from __future__ import annotations

import numpy as np
import pytest

from assay.jobs.suggesting import ArtifactBrokenError, Picture, SuggesterWrongError
from assay.jobs.suggesting.boards import BoardBoxes, crops_of, pack_boards, propose
from assay.jobs.suggesting.boards import net as net_file
from assay.jobs.suggesting.boards.proposals import encode, place, windows_of
from assay.jobs.training.boards import Board, examples_of, growth_of, train_boards
from assay.quality.matching import box_iou


def _board(seed: int, n: int = 3, size: int = 200) -> Board:
    """Tracks on a template; on the board white blobs between them (0) and black holes in them (1)."""
    rng = np.random.default_rng(seed)
    template = np.zeros((size, size), np.uint8)
    for x in range(20, size, 50):
        template[:, x : x + 22] = 255
    board, boxes, classes = template.copy(), [], []
    for k in range(n):
        kind, side = int(rng.integers(0, 2)), int(rng.integers(8, 13))
        track = 20 + 50 * int(rng.integers(0, (size - 60) // 50))
        x, y = (track + 5 if kind else track + 32), 20 + k * 55 + int(rng.integers(0, 20))
        board[y : y + side, x : x + side] = 0 if kind else 255
        boxes.append([x - 4, y - 4, x + side + 4, y + side + 4])
        classes.append(kind)
    rgb = [np.repeat(a[:, :, None], 3, axis=2) for a in (board, template)]
    return Board(rgb[0], rgb[1], np.array(boxes, np.float64), np.array(classes, np.int64))


def test_every_difference_is_proposed_and_equal_boards_have_none() -> None:
    board = _board(1)
    found = propose(board.rgb[:, :, 0], board.template[:, :, 0])
    assert (box_iou(board.boxes, found).max(axis=1) > 0.3).all()
    assert len(propose(board.template[:, :, 0], board.template[:, :, 0])) == 0


def test_boxes_go_into_windows_and_back() -> None:
    board = _board(2)
    windows = windows_of(board.boxes)
    assert place(encode(board.boxes, windows), windows) == pytest.approx(board.boxes, abs=1e-3)
    assert crops_of(board.rgb[:, :, 0], board.template[:, :, 0], windows).shape == (3, 40, 40, 2)


def test_the_slopes_are_those_of_the_loss() -> None:
    rng = np.random.default_rng(3)
    weights = {k: v.astype(np.float64) for k, v in net_file._start(rng, 3 + 4).items()}
    x, y = rng.normal(size=(4, 40, 40, 2)), np.array([0, 1, 2, 1])
    boxes, counts = rng.normal(size=(4, 4)) * 0.2, rng.uniform(0.2, 2.0, 4)
    _, slopes = net_file._loss(weights, x, y, boxes, 2, counts)  # type: ignore[arg-type]
    for name in ("c0", "c1b", "c2", "h", "o", "ob"):
        place_ = tuple(int(rng.integers(0, n)) for n in weights[name].shape)
        step = 1e-5
        sides = []
        for sign in (1, -1):
            moved = {k: v.copy() for k, v in weights.items()}
            moved[name][place_] += sign * step
            sides.append(net_file._loss(moved, x, y, boxes, 2, counts)[0])  # type: ignore[arg-type]
        assert slopes[name][place_] == pytest.approx((sides[0] - sides[1]) / (2 * step), rel=1e-3, abs=1e-7)


@pytest.mark.slow
def test_a_trained_model_finds_and_names_defects_on_boards_it_has_not_seen() -> None:
    train = [_board(seed) for seed in range(24)]
    rng = np.random.default_rng(0)
    grow = growth_of(train)
    assert grow > 1
    net = train_boards([examples_of(b, 2, grow, rng) for b in train], 2, rng=rng, epochs=24)
    data = pack_boards(net, ["blob", "hole"], grow)
    model = BoardBoxes(data, {}, title="boards@1")
    right = total = 0
    for seed in range(100, 110):
        board = _board(seed)
        (answer,) = model.answer([Picture("i", board.rgb, board.template)])
        sure = [m for m in answer.marks if m.confidence >= 0.5]
        for box, number in zip(board.boxes, board.classes, strict=True):
            near = [m for m in sure if box_iou(box[None], np.array([m.mark.bbox]))[0, 0] > 0.5]
            right += bool(near) and near[0].mark.label_class == ["blob", "hole"][number]
            total += 1
    assert right / total > 0.85
    with pytest.raises(SuggesterWrongError, match="has no template"):
        model.answer([Picture("i", board.rgb)])
    with pytest.raises(SuggesterWrongError, match="200 x 200 px, its template 100 x 100"):
        model.answer([Picture("i", board.rgb, board.template[:100, :100])])
    with pytest.raises(ArtifactBrokenError):
        BoardBoxes(data[:-4], {}, title="boards@1")
