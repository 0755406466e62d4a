"""A million images of three people each through the batch engine: wall time, CPU time and peak memory.

Run `python -m tests.bench.rows`; it writes the rows (0.4 GB) into a temporary folder first. Each run is a process of
its own, so that its peak memory is its own. Nothing here passes or fails by the clock; the answers must be equal.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from assay.quality import Boxes, pairwise_agreement
from assay.quality.rows import Settings, Sums, report_of
from assay.reports.rows_of import ROWS_IN_A_GROUP, SCHEMA

N_CLASSES, N_PEOPLE, OVERLAP = 20, 30, 3
SIDES = ("x_min_px", "y_min_px", "x_max_px", "y_max_px")


def some_boxes(rng: np.random.Generator, n: int) -> np.ndarray:
    centre, size = rng.uniform((0, 0), (640, 480), (n, 2)), np.exp(rng.normal(3.8, 1.0, (n, 2))).clip(4, 400)
    return np.hstack([centre - size / 2, centre + size / 2])


def a_group(rng: np.random.Generator, n: int, first: int) -> pa.Table:
    """Three of thirty people on each image, 3.3 boxes each; 8 % misses, 6 % inventions, 4 % confusions, 6 % jitter."""
    counts = np.minimum(rng.negative_binomial(0.9, 0.9 / 4.2, n), 86)
    image = np.repeat(np.arange(n), counts)
    gold, classes = some_boxes(rng, len(image)), rng.integers(0, N_CLASSES, len(image))
    size = np.tile(gold[:, 2:] - gold[:, :2], 2)
    parts = []
    for person in range(OVERLAP):
        seen, extra = rng.random(len(image)) > 0.08, rng.poisson(0.06 * counts + 0.02)
        near = gold + rng.normal(0, 0.06, gold.shape) * size
        near[:, 2:] = np.maximum(near[:, 2:], near[:, :2] + 1)
        said = np.where(rng.random(len(image)) < 0.04, rng.integers(0, N_CLASSES, len(image)), classes)
        more = int(extra.sum())
        sheet = OVERLAP * np.concatenate([image[seen], np.repeat(np.arange(n), extra)]) + person
        codes = np.concatenate([said[seen], rng.integers(0, N_CLASSES, more)])
        parts.append((sheet, np.concatenate([near[seen], some_boxes(rng, more)]), codes))
    sheet, boxes, said = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.argsort(sheet, kind="stable")
    lists = pa.ListArray.from_arrays(ends(np.bincount(sheet, minlength=OVERLAP * n)), marks(boxes[order], said[order]))
    people = pa.array([f"person {number:02}" for number in range(N_PEOPLE)])
    who = people.take(pa.array(np.argsort(rng.random((n, N_PEOPLE)), axis=1)[:, :OVERLAP].ravel()))
    sheets = pa.StructArray.from_arrays([who, lists], ["author", "marks"])
    columns = [
        pa.array([f"item-{first + number:09}" for number in range(n)]),
        pa.ListArray.from_arrays(ends(np.full(n, OVERLAP)), sheets),
        pa.ListArray.from_arrays(ends(counts), marks(gold, classes)),
    ]
    return pa.table(columns, schema=SCHEMA)


def marks(boxes: np.ndarray, classes: np.ndarray) -> pa.StructArray:
    names = pa.array([f"class {number}" for number in range(N_CLASSES)]).take(pa.array(classes))
    sides = [pa.array(np.ascontiguousarray(boxes[:, column])) for column in range(4)]
    return pa.StructArray.from_arrays([names, *sides], ["label_class", *SIDES])


def ends(counts: np.ndarray) -> pa.Array:
    return pa.array(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32))


def write(path: Path, n_images: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    with pq.ParquetWriter(path, SCHEMA, compression="zstd", compression_level=1) as writer:
        for first in range(0, n_images, ROWS_IN_A_GROUP):
            writer.write_table(a_group(rng, min(ROWS_IN_A_GROUP, n_images - first), first))


def one_run(path: Path, n_threads: int) -> dict[str, Any]:
    """Measure the file in this process."""
    began = time.perf_counter()
    import assay

    found = assay.measure(path, n_threads=n_threads)
    wall = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    spent = time.process_time()
    document = found.to_json()
    return {"wall_s": wall, "cpu_s": spent, "peak_mib": peak, "f1": document["agreement"]["f1"], "document": document}


def compare_with_plain(path: Path, n_images: int) -> float:
    """The largest difference to the plain functions over the first images."""
    with pq.ParquetFile(path) as file:
        rows = next(file.iter_batches(n_images))
    sums = Sums(Settings())
    sums.add_rows(rows, 0)
    mine = report_of(sums, backend="any").agreement
    sheets: dict[str, list[tuple[int, list[dict[str, Any]]]]] = {}
    for number, submissions in enumerate(rows.column("submissions").to_pylist()):
        for sheet in submissions:
            sheets.setdefault(sheet["author"], []).append((number, sheet["marks"]))
    people, asked = {}, {}
    for name, of_person in sheets.items():
        boxes: list[list[list[float]]] = [[] for _ in range(len(rows))]
        classes: list[list[int]] = [[] for _ in range(len(rows))]
        for number, drawn in of_person:
            boxes[number] = [[mark[side] for side in SIDES] for mark in drawn]
            classes[number] = [int(mark["label_class"].split()[1]) for mark in drawn]
        people[name] = Boxes.of(boxes, classes)
        asked[name] = np.isin(np.arange(len(rows)), [number for number, _ in of_person])
    plain = pairwise_agreement(people, rng=np.random.default_rng(0), assigned=asked, by_class=False)
    parts = ("f1", "mean_iou", "existence", "label_class", "geometry")
    return max(abs((getattr(mine, p).value or 0) - (getattr(plain, p).value or 0)) for p in parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.run:
        print(json.dumps(one_run(args.run, args.threads)))
        return
    with tempfile.TemporaryDirectory() as folder:
        show(Path(folder), args)


def show(folder: Path, args: argparse.Namespace) -> None:
    print(f"\n### {args.images:,} images of {OVERLAP} people through the batch engine, load {os.getloadavg()[0]:.1f}\n")
    print("| images | threads | wall s | CPU s | peak MiB |\n|---|---|---|---|---|")
    documents = set()
    for n_images in (args.images // 4, args.images):
        path = folder / f"{n_images}.parquet"
        write(path, n_images, args.seed)
        for n_threads in (1, 2):
            runs = []
            for _ in range(args.repeat):
                command = [sys.executable, "-m", "tests.bench.rows", "--run", str(path), "--threads", str(n_threads)]
                runs.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
            best = min(runs, key=lambda run: run["wall_s"])
            peak = max(run["peak_mib"] for run in runs)
            print(
                f"| {n_images:,} | {n_threads} | {best['wall_s']:.2f} | {best['cpu_s']:.2f} | {peak:.0f} |", flush=True
            )
            documents |= {json.dumps(run["document"]) for run in runs if n_images == args.images}
    gap = compare_with_plain(path, min(args.images, 20_000))
    print(
        f"\n{2 * args.repeat} runs gave {len(documents)} answer; largest difference to the plain functions: {gap:.1e}"
    )
    if len(documents) != 1:
        raise SystemExit("The answer depends on the threads.")


if __name__ == "__main__":
    main()
