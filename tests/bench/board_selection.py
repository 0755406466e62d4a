"""Active learning for boxes on DeepPCB: boards chosen by how unsure the model is of their defects, against random.

python -m tests.bench.board_selection --seeds 3 --first 8 --step 8 --rounds 6
"""

from __future__ import annotations

import argparse
import functools
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tests.support.shared import shared_path

from assay.jobs.suggesting.boards.net import SmallNet
from assay.jobs.suggesting.boards.proposals import crops_of, grey, place, propose, windows_of
from assay.jobs.suggesting.onnx_model import suppress
from assay.jobs.training.boards import LEAST_STEPS, Board, Examples, examples_of, train_boards
from assay.quality.average_precision import average_precision
from assay.quality.boxes import Boxes
from assay.quality.selection import Pool, SelectionRules, plain_embedding, select, unsureness

N_CLASSES = 6
GROW = 1.85
IOU = 0.33
SIDE = 64


@dataclass(frozen=True)
class Known:
    """One board with everything that does not depend on the model."""

    board: Board
    examples: Examples
    windows: NDArray[np.float64]
    crops: NDArray[np.float32]
    look: NDArray[np.uint8]


def read_boards() -> list[Known]:
    """Every pair of DeepPCB that is there."""
    rng, found = np.random.default_rng(0), []
    for text in sorted(shared_path("data/deeppcb").glob("group*/*_not/*.txt")):
        folder = text.parent.with_name(text.parent.name.removesuffix("_not"))
        rgb, template = (np.asarray(Image.open(folder / f"{text.stem}_{kind}.jpg").convert("RGB")) for kind in KINDS)
        rows = np.loadtxt(text, ndmin=2).reshape(-1, 5)
        board = Board(rgb, template, rows[:, :4], rows[:, 4].astype(np.int64) - 1)
        windows = windows_of(propose(grey(rgb), grey(template), GROW))
        small = np.asarray(
            Image.fromarray(np.abs(rgb.astype(np.int16) - template).astype(np.uint8)).resize((SIDE, SIDE))
        )
        crops = crops_of(grey(rgb), grey(template), windows)
        found.append(Known(board, examples_of(board, N_CLASSES, GROW, rng), windows, crops, small))
    return found


KINDS = ("test", "temp")


def mean_precision(net: SmallNet, boards: list[Known]) -> float:
    """Mean average precision over the six kinds of defect."""
    rows = []
    for number, known in enumerate(boards):
        p, encoded = net.look(known.crops)
        if len(p):
            best, score = p[:, :-1].argmax(axis=1), p[:, :-1].max(axis=1).astype(np.float64)
            boxes = place(encoded, known.windows)
            kept = suppress(boxes, score, np.zeros_like(best), 0.3)
            rows += [(number, boxes[k], int(best[k]), float(score[k])) for k in kept]
    return precision_of(rows, boards)


def precision_of(rows: list[tuple[int, NDArray[np.float64], int, float]], boards: list[Known]) -> float:
    """mAP at IOU of (board, box, class, score) answers."""
    marks: list[list[NDArray[np.float64]]] = [[] for _ in boards]
    classes: list[list[int]] = [[] for _ in boards]
    scores: list[list[float]] = [[] for _ in boards]
    for number, box, label, score in rows:
        marks[number].append(box)
        classes[number].append(label)
        scores[number].append(score)
    gold = Boxes.of([k.board.boxes for k in boards], [k.board.classes for k in boards])
    answers = Boxes.of([np.array(m).reshape(-1, 4) for m in marks], classes)
    flat = np.array([s for some in scores for s in some])
    found = average_precision(gold, answers, flat, N_CLASSES, iou=IOU, rng=np.random.default_rng(0), n_replicates=2)
    return float(found.mean.value or 0.0)


def doubt(net: SmallNet, boards: list[Known]) -> NDArray[np.float64]:
    """How much a board would teach: the sum over its proposals of 1 - margin, scaled to [0, 1]."""
    total = np.array([unsureness(net.look(k.crops)[0].astype(np.float64)).sum() if len(k.crops) else 0 for k in boards])
    return total / max(float(total.max()), 1e-9)


@functools.cache
def _fitted(key: tuple[int, tuple[int, ...], int]) -> list[SmallNet]:
    """A place for the network of these boards: both ways begin with the same ones."""
    del key
    return []


def trained(pool: list[Known], taken: tuple[int, ...], seed: int, steps: int) -> SmallNet:
    """A network trained on these boards for about so many steps, however few they are."""
    kept = _fitted((seed, taken, steps))
    if not kept:
        parts = [pool[k].examples for k in taken]
        epochs = max(1, round(steps * 32 / sum(len(p.crops) for p in parts)))
        kept.append(train_boards(parts, N_CLASSES, rng=np.random.default_rng([seed, len(taken)]), epochs=epochs))
    return kept[0]


def run(pool: list[Known], test: list[Known], chosen_by: str, seed: int, args: argparse.Namespace) -> list[list[float]]:
    """Label boards round after round; returns boards, marks and mAP of each round."""
    rng, taken, curve = np.random.default_rng(seed), [], []
    looks = plain_embedding(np.stack([k.look for k in pool]))
    net: SmallNet | None = None
    for number in range(args.rounds):
        rest = [k for k in range(len(pool)) if k not in taken]
        unsure = None if net is None or chosen_by == "random" else doubt(net, [pool[k] for k in rest])
        method = "margin" if unsure is not None else "random"
        rules = SelectionRules(method=method, random_share=0.1, alike=2.0)
        picks = select(Pool(looks[rest], looks[taken], unsure=unsure), args.step if number else args.first, rules, rng)
        taken += [rest[p.item] for p in picks]
        net = trained(pool, tuple(taken), seed, args.steps)
        marks = sum(len(pool[k].board.boxes) for k in taken)
        curve.append([len(taken), marks, mean_precision(net, test)])
    return curve


def main() -> None:
    """Print the curves of docs/selection.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in (
        ("seeds", 3),
        ("seed-from", 0),
        ("first", 8),
        ("step", 8),
        ("rounds", 6),
        ("steps", LEAST_STEPS),
    ):
        parser.add_argument(f"--{name}", type=int, default=value)
    args = parser.parse_args()
    boards, began = read_boards(), time.perf_counter()
    curves: dict[str, list[list[list[float]]]] = {"chosen": [], "random": []}
    for seed in range(args.seed_from, args.seed_from + args.seeds):
        order = np.random.default_rng(seed).permutation(len(boards))
        pool, test = ([boards[k] for k in part] for part in (order[:140], order[140:]))
        for name, found in curves.items():
            found.append(run(pool, test, name, seed, args))
            print(seed, name, [f"{b:.0f}/{m:.0f}: {p:.3f}" for b, m, p in found[-1]], flush=True)
    print(f"mAP at IoU {IOU} on 70 unseen boards, {args.seeds} seeds, {time.perf_counter() - began:.0f} s")
    print("boards   chosen: marks, mAP (range)              random: marks, mAP (range)")
    for k in range(args.rounds):
        cells = []
        for found in curves.values():
            table = np.array([c[k] for c in found])
            cells.append(
                f"{table[:, 1].mean():5.0f}  {table[:, 2].mean():.3f} ({table[:, 2].min():.3f}-{table[:, 2].max():.3f})"
            )
        print(f"{int(table[0, 0]):>6}   {cells[0]:<40}{cells[1]}")


if __name__ == "__main__":
    main()
