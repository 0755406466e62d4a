"""The trainer `boards`: difference proposals from board and template, named and refined by a small network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.jobs.suggesting.boards.net import Array, SmallNet, n_batches, train_net
from assay.jobs.suggesting.boards.proposals import crops_of, encode, grey, propose, windows_of
from assay.quality.matching import box_iou

Floats = NDArray[np.float64]

SAME: Final = 0.2
"""From this IoU on a proposal belongs to a marked defect."""
COPIES: Final = 1
"""Shifted copies of each marked defect, so that also those count that no proposal found."""
SHIFT: Final = 0.2
LEAST_STEPS: Final = 1200
"""On DeepPCB 500 steps were too few for 8 and 24 boards; 2,500 were no better than 1,200 (docs/models.md)."""


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """A board with its template and its marked defects.

    Attributes:
        rgb: (H, W, 3) uint8.
        template: (H, W, 3) uint8.
        boxes: (n, 4) px.
        classes: (n,) class numbers.
        weight: how much it counts.
    """

    rgb: NDArray[np.uint8]
    template: NDArray[np.uint8]
    boxes: Floats
    classes: NDArray[np.int64]
    weight: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Crops with their class (the last: nothing there), encoded box, and how much they count."""

    crops: Array
    classes: NDArray[np.int64]
    boxes: Array
    weights: Array


def growth_of(boards: Sequence[Board]) -> float:
    """How much larger people draw a defect than the difference is: the median ratio of sides; 1 without any."""
    ratios = [1.0]
    for board in boards:
        proposals = propose(grey(board.rgb), grey(board.template))
        if len(proposals) == 0 or len(board.boxes) == 0:
            continue
        overlap = box_iou(proposals, board.boxes)
        found = np.flatnonzero(overlap.max(axis=0) > SAME / 2)
        best = proposals[overlap.argmax(axis=0)[found]]
        sides, drawn = best[:, 2:] - best[:, :2], board.boxes[found, 2:] - board.boxes[found, :2]
        ratios += np.sqrt((drawn / sides).prod(axis=1)).tolist()
    return float(np.clip(np.median(ratios), 1.0, 4.0))


def examples_of(board: Board, n_classes: int, grow: float, rng: np.random.Generator) -> Examples:
    """What one board teaches: its proposals, and shifted copies of its marked defects."""
    picture, template = grey(board.rgb), grey(board.template)
    proposals = propose(picture, template, grow)
    moved = _shifted(board.boxes, rng)
    overlap = box_iou(proposals, board.boxes) if len(proposals) and len(board.boxes) else np.zeros((len(proposals), 0))
    best = overlap.argmax(axis=1) if overlap.shape[1] else np.full(len(proposals), -1)
    near = overlap.max(axis=1) >= SAME if overlap.shape[1] else np.zeros(len(proposals), bool)
    owner = np.concatenate([np.where(near, best, -1), np.tile(np.arange(len(board.boxes)), COPIES)]).astype(np.int64)
    windows = windows_of(np.concatenate([proposals, moved]))
    classes = np.full(len(owner), n_classes, np.int64)
    boxes = np.zeros((len(owner), 4), np.float32)
    mine = owner >= 0
    classes[mine] = board.classes[owner[mine]]
    boxes[mine] = encode(board.boxes[owner[mine]], windows[mine])
    weights = np.full(len(owner), board.weight, np.float32)
    return Examples(crops_of(picture, template, windows), classes, boxes, weights)


def _shifted(boxes: Floats, rng: np.random.Generator) -> Floats:
    size = boxes[:, 2:] - boxes[:, :2]
    copies = []
    for _ in range(COPIES):
        move = rng.uniform(-SHIFT, SHIFT, size.shape) * size
        grow = rng.uniform(0.8, 1.25, (len(boxes), 1))
        centre = (boxes[:, :2] + boxes[:, 2:]) / 2 + move
        copies.append(np.concatenate([centre - grow * size / 2, centre + grow * size / 2], axis=1))
    return np.concatenate(copies) if copies else np.empty((0, 4))


def join(parts: Sequence[Examples]) -> Examples:
    """Several boards' examples as one."""
    return Examples(
        np.concatenate([p.crops for p in parts]),
        np.concatenate([p.classes for p in parts]),
        np.concatenate([p.boxes for p in parts]),
        np.concatenate([p.weights for p in parts]),
    )


def train_boards(
    parts: Sequence[Examples],
    n_classes: int,
    *,
    rng: np.random.Generator,
    epochs: int,
    least_steps: int = 0,
    log: Callable[[str], None] = lambda _: None,
) -> SmallNet:
    """Train the network on the examples of all boards.

    Args:
        parts: examples, by board.
        n_classes: of defects.
        rng: the start and the order.
        epochs: rounds through the examples.
        least_steps: more rounds where these would be fewer steps: a few boards alone do not let it converge.
        log: is told each round's mean loss.
    """
    every = join(parts)
    rounds = max(epochs, -(-least_steps // n_batches(len(every.crops))))
    weights = every.weights / every.weights.mean()
    return train_net(
        every.crops, every.classes, every.boxes, n_classes, rng=rng, weights=weights, epochs=rounds, log=log
    )
