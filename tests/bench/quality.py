"""Time the quality engine beside released peers, in one run and by CPU time, and check that they agree.

Run `python tests/bench/quality.py` where the peers are installed (dependency group `bench`, crowd-kit besides); a peer
that is not there is left out. Nothing here passes or fails by the clock.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from assay.kernel import native
from assay.quality import (
    Boxes,
    CocoSide,
    Masks,
    Votes,
    coco_statistics,
    dawid_skene,
    fuse_boxes,
    match_boxes,
    score_boxes,
    similar_pairs,
    weighted_boxes_fusion,
)


@dataclass
class Table:
    """Rows of one comparison: method, microseconds of CPU per unit."""

    title: str
    unit: str
    n: int
    rows: list[tuple[str, float]] = field(default_factory=list)

    def time(self, name: str, run: Callable[[], Any], *, repeat: int, n: int | None = None) -> Any:
        """Median CPU time of `repeat` runs; answers what the last run gave."""
        spent, answer = [], None
        for _ in range(repeat):
            start = time.process_time()
            answer = run()
            spent.append(time.process_time() - start)
        self.rows.append((name, statistics.median(spent) / (n or self.n) * 1e6))
        return answer

    def show(self) -> None:
        first = self.rows[0][1]
        print(f"\n### {self.title}\n\n| method | us / {self.unit} (CPU) | x Assay |\n|---|---|---|")
        for name, value in self.rows:
            print(f"| {name} | {value:.3g} | {value / first:.3g} |")


def has(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()):
        yield


def two_annotators(n_images: int, seed: int = 0) -> tuple[Boxes, Boxes]:
    """Counts as in COCO (7 a picture, up to 86, a tenth empty), 80 classes, 6 % jitter, 8 % misses, 6 % inventions."""
    rng = np.random.default_rng(seed)
    counts = np.minimum(rng.negative_binomial(0.9, 0.9 / 8.0, n_images), 86)

    def boxes(n: int) -> np.ndarray:
        centre, size = rng.uniform((0, 0), (640, 480), (n, 2)), np.exp(rng.normal(3.8, 1.0, (n, 2))).clip(4, 400)
        return np.hstack([centre - size / 2, centre + size / 2])

    n = int(counts.sum())
    gold, classes = boxes(n), rng.integers(0, 80, n)
    seen = rng.random(n) > 0.08
    extra = rng.poisson(0.06 * counts + 0.02)
    size = np.tile(gold[:, 2:] - gold[:, :2], 2)
    near = gold + rng.normal(0, 0.06, gold.shape) * size
    near[:, 2:] = np.maximum(near[:, 2:], near[:, :2] + 1)
    said = np.where(rng.random(n) < 0.04, rng.integers(0, 80, n), classes)
    image = np.repeat(np.arange(n_images), counts)
    images = np.concatenate([image[seen], np.repeat(np.arange(n_images), extra)])
    xyxy = np.concatenate([near[seen], boxes(int(extra.sum()))])
    codes = np.concatenate([said[seen], rng.integers(0, 80, int(extra.sum()))])
    order = np.argsort(images, kind="stable")
    offsets = np.concatenate([[0], np.cumsum(np.bincount(images, minlength=n_images))])
    return (
        Boxes(np.concatenate([[0], np.cumsum(counts)]), gold, classes),
        Boxes(offsets, xyxy[order], codes[order]),
    )


def xywh_of(boxes: Boxes) -> np.ndarray:
    return np.hstack([boxes.xyxy[:, :2], boxes.xyxy[:, 2:] - boxes.xyxy[:, :2]])


def coco_data(gold: Boxes, answer: Boxes, scores: np.ndarray) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    box = xywh_of(gold)
    marks = [
        {
            "id": i + 1,
            "image_id": int(item) + 1,
            "category_id": int(c) + 1,
            "bbox": b,
            "area": b[2] * b[3],
            "iscrowd": 0,
        }
        for i, (item, c, b) in enumerate(zip(gold.items, gold.classes, box.tolist(), strict=True))
    ]
    given = [
        {"image_id": int(item) + 1, "category_id": int(c) + 1, "bbox": b, "score": float(s)}
        for item, c, b, s in zip(answer.items, answer.classes, xywh_of(answer).tolist(), scores, strict=True)
    ]
    images = [{"id": i + 1, "width": 640, "height": 480} for i in range(gold.n_items)]
    return {"images": images, "annotations": marks, "categories": [{"id": k + 1} for k in range(80)]}, given


def coco_object(module: Any, data: dict[str, Any]) -> Any:
    with quiet():
        made = module()
        made.dataset = data
        made.createIndex()
    return made


def bench_boxes(args: argparse.Namespace) -> None:
    """Match two annotators' boxes and count precision, recall, F1; peers evaluate at IoU .5."""
    gold, answer = two_annotators(args.images)
    table = Table("Boxes: optimal matching, precision, recall, F1", "image", args.images)

    def ours() -> tuple[int, int, int]:
        matches = match_boxes(gold, answer, mode="class_agnostic")
        return int((matches.right_of_left >= 0).sum()), len(gold), len(answer)

    table.time(f"Assay ({native.BACKEND}), optimal", ours, repeat=args.repeat)
    table.time("Assay, two passes and verdict on every mark", lambda: score_boxes(gold, answer), repeat=args.repeat)
    small = min(args.images, 2_000)
    few, some = gold.take(np.arange(small)), answer.take(np.arange(small))
    if has("hotcoco"):
        _time_hotcoco(table, gold, answer, args)
    if has("scipy"):
        table.time("numpy + scipy linear_sum_assignment", lambda: _numpy_scipy(few, some), repeat=3, n=small)
    if has("pycocotools"):
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval

        _time_coco_at_half(table, "pycocotools evaluate", COCO, COCOeval, few, some)
    if has("faster_coco_eval"):
        from faster_coco_eval import COCO as FASTER_COCO
        from faster_coco_eval import COCOeval_faster

        _time_coco_at_half(table, "faster-coco-eval evaluate", FASTER_COCO, COCOeval_faster, few, some)
    table.show()


def _time_coco_at_half(table: Table, name: str, coco: Any, evaluation: Any, gold: Boxes, answer: Boxes) -> None:
    data, given = coco_data(gold, answer, np.ones(len(answer)))
    truth = coco_object(coco, data)
    with quiet():
        results = truth.loadRes(given)

    def run() -> None:
        with quiet():
            judge = evaluation(truth, results, "bbox")
            judge.params.iouThrs, judge.params.areaRng, judge.params.areaRngLbl = np.array([0.5]), [[0, 1e10]], ["all"]
            judge.params.useCats = 0
            judge.evaluate()

    table.time(f"{name}, one threshold, class-agnostic", run, repeat=3, n=gold.n_items)


def _time_hotcoco(table: Table, gold: Boxes, answer: Boxes, args: argparse.Namespace) -> None:
    import hotcoco

    data, given = coco_data(gold, answer, np.ones(len(answer)))
    truth = hotcoco.COCO(data)
    with quiet():
        results = truth.load_res(given) if hasattr(truth, "load_res") else truth.loadRes(given)

    def run() -> None:
        with quiet():
            judge = hotcoco.COCOeval(truth, results, "bbox")
            params = judge.params
            for ours, theirs, value in (
                ("iou_thrs", "iouThrs", [0.5]), ("area_rng", "areaRng", [[0, 1e10]]),
                ("area_rng_lbl", "areaRngLbl", ["all"]), ("use_cats", "useCats", False),
            ):  # fmt: skip
                setattr(params, ours if hasattr(params, ours) else theirs, value)
            judge.evaluate()

    table.time("hotcoco evaluate, one threshold, class-agnostic", run, repeat=args.repeat)


def _numpy_scipy(gold: Boxes, answer: Boxes) -> int:
    from scipy.optimize import linear_sum_assignment

    hits = 0
    for item in range(gold.n_items):
        a = gold.xyxy[gold.offsets[item] : gold.offsets[item + 1], None]
        b = answer.xyxy[None, answer.offsets[item] : answer.offsets[item + 1]]
        extent = np.clip(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0, None)
        inter = extent[..., 0] * extent[..., 1]
        sizes = [(side[..., 2] - side[..., 0]) * (side[..., 3] - side[..., 1]) for side in (a, b)]
        iou = inter / (sizes[0] + sizes[1] - inter)
        iou[iou < 0.5] = 0
        rows, cols = linear_sum_assignment(iou, maximize=True)
        hits += int((iou[rows, cols] > 0).sum())
    return hits


def some_polygons(n_images: int, seed: int = 1) -> tuple[list[list[np.ndarray]], np.ndarray]:
    rng = np.random.default_rng(seed)
    counts, angle = rng.poisson(10, n_images), np.linspace(0, 2 * np.pi, 30, endpoint=False)
    images = []
    for count in counts:
        centre = rng.uniform((0, 0), (640, 480), (count, 2))
        radius = np.exp(rng.normal(3.6, 0.7, (count, 1))) * rng.uniform(0.7, 1.3, (count, 30))
        x, y = centre[:, :1] + radius * np.cos(angle), centre[:, 1:] + radius * np.sin(angle)
        images.append([np.column_stack(pair).ravel() for pair in zip(x, y, strict=True)])
    return images, counts


def masks_of(images: list[list[np.ndarray]]) -> Masks:
    polygons = [[[outline]] for image in images for outline in image]
    offsets = np.concatenate([[0], np.cumsum([len(image) for image in images])])
    sizes = np.tile(np.array([[480, 640]]), (len(images), 1))
    return Masks.from_polygons(offsets, sizes, polygons, np.zeros(len(polygons), np.int32))


def bench_masks(args: argparse.Namespace) -> None:
    """IoU of all masks of two annotators, image by image, and filling the polygons they come from."""
    n = min(args.images, 1_500)
    left, _ = some_polygons(n, 1)
    right = [[outline + 3 for outline in image] for image in left]
    n_objects = sum(map(len, left))
    filling = Table("Polygons of 30 points filled at 480 x 640", "object", n_objects)
    mine = filling.time("Assay", lambda: masks_of(left), repeat=3)
    other = masks_of(right)
    table = Table("Masks: IoU of all pairs of an image", "image", n)
    pairs = table.time("Assay", lambda: _fresh_pairs(mine, other), repeat=args.repeat)
    if has("pycocotools"):
        import pycocotools.mask as coco

        def fill(images: list[list[np.ndarray]]) -> list[list[Any]]:
            return [coco.frPyObjects([o.tolist() for o in image], 480, 640) if image else [] for image in images]

        given = filling.time("pycocotools", lambda: fill(left), repeat=3)
        others = fill(right)

        def iou() -> float:
            return sum(float(coco.iou(a, b, [0] * len(b)).sum()) for a, b in zip(given, others, strict=True) if a and b)

        total = table.time("pycocotools", iou, repeat=3)
        print(f"sum of all IoU: Assay {pairs.values.sum():.9f}, pycocotools {total:.9f}")
    if has("hotcoco"):
        import hotcoco

        rles = [[{"size": [480, 640], "counts": m["counts"].decode()} for m in image] for image in given]
        others_h = [[{"size": [480, 640], "counts": m["counts"].decode()} for m in image] for image in others]
        with contextlib.suppress(Exception):
            table.time(
                "hotcoco mask iou",
                lambda: [hotcoco.mask.iou(a, b, [False] * len(b)) for a, b in zip(rles, others_h, strict=True) if a],
                repeat=3,
            )
    filling.show()
    table.show()


def _fresh_pairs(left: Masks, right: Masks) -> Any:
    """Without the areas and boxes a mask keeps after the first use."""
    for masks in (left, right):
        for name in ("_measures", "areas", "envelopes"):
            masks.__dict__.pop(name, None)
    return similar_pairs(left, right)


def bench_coco(args: argparse.Namespace) -> None:
    """All 12 statistics of COCO, from arrays or objects that are loaded already."""
    n = min(args.images, 20_000)
    gold, answer = two_annotators(n)
    scores = np.random.default_rng(2).random(len(answer))
    table = Table("COCO: 12 statistics for boxes", "image", n)
    box, given_box = xywh_of(gold), xywh_of(answer)
    truth = CocoSide(gold.items, gold.classes, box[:, 2] * box[:, 3], xywh=box)
    given = CocoSide(answer.items, answer.classes, given_box[:, 2] * given_box[:, 3], xywh=given_box, scores=scores)
    got = table.time("Assay", lambda: coco_statistics(truth, given, n_images=n, n_classes=80), repeat=args.repeat)
    ours = [number.value for number in got.values.values()]
    if has("hotcoco"):
        import hotcoco

        data, marks = coco_data(gold, answer, scores)
        hot = hotcoco.COCO(data)
        results = hot.load_res(marks) if hasattr(hot, "load_res") else hot.loadRes(marks)

        hotly = partial(_all_statistics, hotcoco.COCOeval, hot, results)
        _compare("hotcoco", ours, table.time("hotcoco", hotly, repeat=args.repeat))
    small = min(n, 2_000)
    few, some = gold.take(np.arange(small)), answer.take(np.arange(small))
    data, marks = coco_data(few, some, scores[: len(some)])
    for name, module, loader, judge_name in (
        ("faster-coco-eval", "faster_coco_eval", "faster_coco_eval", "COCOeval_faster"),
        ("pycocotools", "pycocotools", "pycocotools.coco", "COCOeval"),
    ):
        if not has(module):
            continue
        coco = importlib.import_module(loader)
        evaluation = coco if hasattr(coco, judge_name) else importlib.import_module("pycocotools.cocoeval")
        made = coco_object(coco.COCO, data)
        with quiet():
            loaded = made.loadRes(marks)

        judge_class = getattr(evaluation, judge_name)
        table.time(f"{name} ({small:,} images)", partial(_all_statistics, judge_class, made, loaded), repeat=1, n=small)
    table.show()


def _all_statistics(judge_class: Any, truth: Any, results: Any) -> Any:
    with quiet():
        judge = judge_class(truth, results, "bbox")
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    return judge.stats


def _compare(name: str, ours: list[float | None], theirs: Any) -> None:
    gap = max(abs((-1 if a is None else a) - b) for a, b in zip(ours, list(theirs)[:12], strict=True))
    print(f"largest difference to {name}: {gap:.2e}")


def bench_votes(args: argparse.Namespace) -> None:
    """50 rounds of Dawid and Skene's model on few and on many votes."""
    rng = np.random.default_rng(args.seed)
    for n_items, n_authors, per_item, n_classes in ((108, 39, 39, 2), (50_000, 747, 3, 10), (184_962, 85, 5, 3)):
        truth, skill = rng.integers(0, n_classes, n_items), rng.uniform(0.5, 0.95, n_authors)
        item = np.repeat(np.arange(n_items), per_item)
        author = np.concatenate([rng.choice(n_authors, per_item, replace=False) for _ in range(n_items)])
        right = rng.random(len(item)) < skill[author]
        said = np.where(right, truth[item], (truth[item] + rng.integers(1, n_classes, len(item))) % n_classes)
        votes = Votes.of(item, author, said, n_items=n_items, n_authors=n_authors, n_classes=n_classes)
        title = f"Dawid-Skene, {n_items:,} items, {n_authors} people, {len(item):,} votes, {n_classes} classes"
        table = Table(title, "fit of 50 rounds", 1)
        found = table.time("Assay", partial(dawid_skene, votes, n_rounds=50, tolerance=0), repeat=3)
        if has("crowdkit"):
            import pandas as pd
            from crowdkit.aggregation import DawidSkene

            frame = pd.DataFrame({"task": item, "worker": author, "label": said})
            model = table.time("crowd-kit", partial(DawidSkene(n_iter=50, tol=-1e9).fit, frame), repeat=1)
            theirs = model.probas_.sort_index().reindex(columns=range(n_classes)).to_numpy()
            same = (theirs.argmax(axis=1) == found.posterior.argmax(axis=1)).mean()
            gap = np.abs(theirs - found.posterior).max()
            print(f"largest difference to crowd-kit: {gap:.1e}; same class on {100 * same:.3f} % of items")
        table.show()


def bench_fusion(args: argparse.Namespace) -> None:
    """Weighted boxes fusion of two annotators, and consensus of five people."""
    n = min(args.images, 20_000)
    gold, answer = two_annotators(n)
    rng = np.random.default_rng(4)
    scores = [rng.uniform(0.1, 1, len(boxes)) for boxes in (gold, answer)]
    table = Table("Weighted boxes fusion of two annotators", "image", n)
    got = table.time("Assay", lambda: weighted_boxes_fusion([gold, answer], scores), repeat=args.repeat)
    if has("ensemble_boxes"):
        _time_ensemble(table, gold, answer, scores, got)
    table.show()
    people = {"a": gold}
    for name in "bc":
        shift = np.tile(rng.normal(0, 2.0, (len(answer), 2)), 2)
        people[name] = Boxes(answer.offsets, answer.xyxy + shift, answer.classes)
    table = Table("Consensus of three people with presence, class and skills", "image", n)
    table.time("Assay", lambda: fuse_boxes(people), repeat=3)
    table.show()


def _time_ensemble(table: Table, gold: Boxes, answer: Boxes, scores: list[np.ndarray], got: Any) -> None:
    from ensemble_boxes import weighted_boxes_fusion as peer

    small = min(table.n, 2_000)
    # The peer wants sides within [0, 1].
    low, span = min(b.xyxy.min() for b in (gold, answer)), 4_096.0
    scaled = [np.asarray((b.xyxy - low) / span) for b in (gold, answer)]

    def run() -> list[Any]:
        out = []
        for item in range(small):
            here = [slice(b.offsets[item], b.offsets[item + 1]) for b in (gold, answer)]
            sides = [s[h].tolist() for s, h in zip(scaled, here, strict=True)]
            labels = [b.classes[h].tolist() for b, h in zip((gold, answer), here, strict=True)]
            out.append(peer(sides, [s[h].tolist() for s, h in zip(scores, here, strict=True)], labels, iou_thr=0.55))
        return out

    theirs = table.time(f"ensemble-boxes ({small:,} images)", run, repeat=1, n=small)
    gap = 0.0
    for item, (sides, found, _) in enumerate(theirs):
        here = slice(got.boxes.offsets[item], got.boxes.offsets[item + 1])
        gap = max(gap, np.abs(sides - (got.boxes.xyxy[here] - low) / span).max(initial=0))
        gap = max(gap, np.abs(found - got.scores[here]).max(initial=0))
    print(f"largest difference to ensemble-boxes: {gap:.1e}")


PARTS = {
    "boxes": bench_boxes,
    "masks": bench_masks,
    "coco": bench_coco,
    "votes": bench_votes,
    "fusion": bench_fusion,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--only", choices=list(PARTS), action="append", default=None)
    args = parser.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {os.cpu_count()} CPUs, load {load:.1f}")
    for name in args.only or PARTS:
        PARTS[name](args)


if __name__ == "__main__":
    main()
