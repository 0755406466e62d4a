"""The trainer `boards` on DeepPCB: how good it gets with how many boards, and on a product line it has never seen.

python -m tests.bench.boards [--train 20 140] [--epochs 20] [--seeds 1] [--unseen-group]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from PIL import Image
from tests.support.shared import SHARED

from assay.jobs.suggesting import Picture
from assay.jobs.suggesting.boards import BoardBoxes, pack_boards
from assay.jobs.training.boards import LEAST_STEPS, Board, examples_of, growth_of, train_boards
from assay.models.evaluating import GoldAnswer, measure_boxes

CLASSES = ("open", "short", "mousebite", "spur", "copper", "pin-hole")


def read_boards(folder: Path) -> dict[str, list[Board]]:
    """Every board with its template and marked defects, by product line."""
    found: dict[str, list[Board]] = {}
    for test in sorted(folder.glob("group*/*/*_test.jpg")):
        stem = test.name.removesuffix("_test.jpg")
        marks = (test.parent.parent / f"{test.parent.name}_not" / f"{stem}.txt").read_text()
        rows = np.array([line.replace(",", " ").split() for line in marks.splitlines() if line.strip()], np.float64)
        rows = rows.reshape(-1, 5)
        pictures = [np.asarray(Image.open(p).convert("RGB")) for p in (test, test.with_name(f"{stem}_temp.jpg"))]
        group = test.parent.parent.name
        found.setdefault(group, []).append(Board(*pictures, rows[:, :4], rows[:, 4].astype(np.int64) - 1))
    return found


def train(boards: list[Board], epochs: int, seed: int) -> BoardBoxes:
    """A model of these boards, through its file."""
    rng = np.random.default_rng(seed)
    grow = growth_of(boards[:40])
    parts = [examples_of(b, len(CLASSES), grow, rng) for b in boards]
    net = train_boards(parts, len(CLASSES), rng=rng, epochs=epochs, least_steps=LEAST_STEPS)
    return BoardBoxes(pack_boards(net, CLASSES, grow), {}, title="boards@1")


def measure(model: BoardBoxes, boards: list[Board]) -> dict[str, float]:
    """Its figures on boards it has not seen, by the code that measures registered models."""
    gold, said = [], {}
    for n, b in enumerate(boards):
        marks = tuple((CLASSES[c], tuple(box)) for c, box in zip(b.classes, b.boxes.tolist(), strict=True))
        gold.append(GoldAnswer(str(n), 1, marks))
        said[str(n)] = model.answer([Picture(str(n), b.rgb, b.template)])[0].marks
    found = measure_boxes(gold, said, CLASSES).measures
    return {name: round(found[name].value or 0.0, 3) for name in ("map33", "map50", "f1")}


def main() -> None:
    """Print one line a training."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=int, nargs="+", default=[20, 140])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--unseen-group", action="store_true", help="test on the last product line only")
    options = parser.parse_args()
    groups = read_boards(SHARED / "data/deeppcb")
    names = sorted(groups)
    if options.unseen_group:
        pool, test = [b for g in names[:-1] for b in groups[g]], groups[names[-1]]
    else:
        pool = [b for g in names for n, b in enumerate(groups[g]) if n % 3]
        test = [b for g in names for n, b in enumerate(groups[g]) if n % 3 == 0]
    print(f"{len(pool)} boards to train on, {len(test)} to test on")
    for n in options.train:
        for seed in range(options.seeds):
            chosen = np.random.default_rng(seed).permutation(len(pool))[:n]
            began = time.process_time()
            model = train([pool[i] for i in chosen], options.epochs, seed)
            spent = time.process_time() - began
            print(f"{len(chosen):4} boards, seed {seed}: {measure(model, test)}, {spent:.0f} CPU s", flush=True)


if __name__ == "__main__":
    main()
