"""Was the choice of what to label worth it: as many boards chosen as drawn at random, same trainer, same test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, Final

import numpy as np

from assay.demo.answers import DrawnMark
from assay.demo.boards.model import CLASSES, Shot
from assay.demo.second.ground import Ground
from assay.demo.second.production import picture_of
from assay.demo.seeds import rng_for
from assay.demo.threads import one_thread_each
from assay.jobs.suggesting.answer import Picture
from assay.jobs.suggesting.boards import BoardBoxes, pack_boards
from assay.jobs.training.boards import Board, examples_of, growth_of, train_boards
from assay.kernel.estimate import Estimate
from assay.quality.average_precision import AveragePrecision, average_precision
from assay.quality.boxes import Boxes

IOU: Final = 0.33
_GROWTH_BOARDS: Final = 40
_TAILS: Final = (2.5, 97.5)


def selected_against_random(
    ground: Ground, selected: Sequence[str], at_random: Sequence[str], marks: Mapping[str, Sequence[DrawnMark]]
) -> dict[str, Any]:
    """Train twice from the same base, once with the chosen boards and once with as many drawn ones, on released labels.

    Args:
        selected: item ids of the chosen boards.
        at_random: item ids of boards that people looked at because they were drawn.
        marks: released marks by item id; what the release leaves out, such as gold, teaches nothing.

    Returns:
        Average precision at IoU .33 of both on the new kind of board in the frozen test, and the paired difference.
    """
    names = {item: name for name, item in ground.stage.item_of.items()}
    old = [b.name for b in ground.stage.material.work if b.name not in ground.gold]
    chosen = [names[item] for item in selected if item in marks]
    others = [names[item] for item in at_random if item in marks]
    n = min(len(chosen), len(others))
    drawn = [others[k] for k in rng_for(ground.seed, "random arm").permutation(len(others))[:n]]
    arms = [[_board(ground, name, marks) for name in (*old, *more)] for more in (chosen[:n], drawn)]
    jobs = [(arm, ground.seed, ground.sizes.epochs, ground.sizes.least_steps) for arm in arms]
    with one_thread_each(), ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        models = list(pool.map(_trained, *zip(*jobs, strict=True)))
    test = [ground.boards.shot(name) for name in ground.gold if name in ground.after_change]
    found = [precision_of(model, test) for model in models]
    return {
        "n_boards": n,
        "selected": found[0].mean.to_json(),
        "random": found[1].mean.to_json(),
        "difference": _difference(*found).to_json(),
        "iou": IOU,
        "note": "One training each; another start of the network moves either by a few points.",
    }


def _board(ground: Ground, name: str, marks: Mapping[str, Sequence[DrawnMark]]) -> Board:
    picture = picture_of(ground.boards.shot(name), name)
    found = marks[ground.stage.item_of[name]]
    boxes = np.array([m.box for m in found], np.float64).reshape(-1, 4)
    classes = np.array([CLASSES.index(m.label_class) for m in found], np.int64)
    assert picture.template is not None, "boards come with their templates"
    return Board(picture.rgb, picture.template, boxes, classes)


def _trained(boards: Sequence[Board], seed: int, epochs: int, least_steps: int) -> BoardBoxes:
    """What the trainer `boards` makes of them."""
    rng = np.random.default_rng(seed)
    grow = growth_of(boards[:_GROWTH_BOARDS])
    parts = [examples_of(board, len(CLASSES), grow, rng) for board in boards]
    net = train_boards(parts, len(CLASSES), rng=rng, epochs=epochs, least_steps=least_steps)
    return BoardBoxes(pack_boards(net, CLASSES, grow), {}, title="an arm of the comparison")


def precision_of(model: BoardBoxes, test: Sequence[Shot]) -> AveragePrecision:
    """Average precision of a model on boards whose truth is known; the same draws for every model."""
    pictures: list[Picture] = [picture_of(shot, shot.truth.name) for shot in test]
    said = [answer.marks for answer in model.answer(pictures)]
    code = {name: number for number, name in enumerate(CLASSES)}
    gold = Boxes.of(
        [[o.box for o in shot.truth.objects] for shot in test],
        [[code[o.label_class] for o in shot.truth.objects] for shot in test],
    )
    answers = Boxes.of(
        [[m.mark.bbox for m in marks] for marks in said], [[code[m.mark.label_class] for m in marks] for marks in said]
    )
    scores = np.array([m.confidence for marks in said for m in marks], np.float64)
    return average_precision(gold, answers, scores, len(CLASSES), iou=IOU, rng=np.random.default_rng(0))


def _difference(first: AveragePrecision, second: AveragePrecision) -> Estimate:
    """The first less the second, with the interval of the paired draws of images."""
    assert first.mean.value is not None
    assert second.mean.value is not None
    low, high = np.nanpercentile(first.draws[:, -1] - second.draws[:, -1], _TAILS)
    value = first.mean.value - second.mean.value
    n, n_items = first.mean.n, first.mean.n_items
    return Estimate(value, min(float(low), value), max(float(high), value), n, n_items, "paired-bootstrap-images")
