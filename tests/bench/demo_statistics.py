"""Runs the demo's people thousands of times without a server and prints what is promised beside what came out.

    .venv/bin/python tests/bench/demo_statistics.py --runs 2000 [--voc FOLDER] [--json out.json]

Without --voc the pictures are the demo's own; with it, the labels of a Pascal VOC folder such as the blood-cell set.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from assay.demo.pictures import PictureMaker
from assay.demo.statistics import CHECKED_AT, Cell, PersonTally, run_cell
from assay.demo.truth import TruthItem, truth_from_labels, with_small_flags
from assay.kernel.marks import ITEMS_SCHEMA, MARKS_SCHEMA, LabelSet


def voc_labels(folder: Path) -> LabelSet:
    """The boxes of a VOC folder; corners count from 1 and are inclusive, as the format says."""
    items, marks = [], []
    for path in sorted(folder.rglob("*.xml")):
        root = ET.parse(path).getroot()  # noqa: S314 - a benchmark on the team's own data
        size = {k: int(root.findtext(f"size/{k}", "0")) for k in ("width", "height")}
        items.append(
            {"item": path.stem, "file_name": path.stem, "width_px": size["width"], "height_px": size["height"]}
        )
        for box in root.iter("object"):
            sides = {k: float(box.findtext(f"bndbox/{k}", "0")) for k in ("xmin", "ymin", "xmax", "ymax")}
            marks.append(
                {
                    "item": path.stem,
                    "mark": str(len(marks)),
                    "author": "imported",
                    "label_class": box.findtext("name", ""),
                    "shape": "bbox",
                    "x_min_px": sides["xmin"] - 1,
                    "y_min_px": sides["ymin"] - 1,
                    "x_max_px": sides["xmax"],
                    "y_max_px": sides["ymax"],
                    "is_crowd": False,
                }
            )
    names = tuple(sorted({m["label_class"] for m in marks}))
    return LabelSet(pa.Table.from_pylist(items, ITEMS_SCHEMA), pa.Table.from_pylist(marks, MARKS_SCHEMA), names)


def the_items(voc: Path | None) -> tuple[str, list[TruthItem]]:
    if voc is not None:
        items = truth_from_labels(voc_labels(voc))
        return f"{voc.name}, {len(items)} images", items
    items = with_small_flags(PictureMaker(7).truths(range(180)))
    return f"drawn inspection pictures, {len(items)} images", items


def as_json(cell: Cell, tally: PersonTally) -> dict[str, Any]:
    n = cell.n_runs
    return {
        "rho": cell.rho,
        "name": tally.name,
        "true_period": tally.true_period,
        "true_now": tally.true_now,
        "period_covered": {str(k): tally.covered[k] / n for k in CHECKED_AT},
        "now_covered": tally.now_covered / n,
        "half_width_300_marks": {
            "period": float(np.median(tally.period_half)),
            "now": float(np.median(tally.now_half)),
        },
        "flagged": tally.n_flagged / n,
        "habit_found": {feature: found / cell.n_searched for feature, found in tally.n_found.items()},
        "false_habit": tally.n_false / cell.n_searched,
    }


def table_of(rows: list[dict[str, Any]]) -> str:
    head = (
        "| rho | person | true: period / now | period covers at 22, 30, 36 gold | now covers |"
        " ± at 300 marks: period / now | flagged | habit found | other habit reported |"
    )
    lines = [head, "|" + "---|" * 9]
    for r in rows:
        covers = ", ".join(f"{100 * r['period_covered'][str(k)]:.1f}" for k in CHECKED_AT)
        half = r["half_width_300_marks"]
        found = ", ".join(f"{k} {100 * v:.1f}" for k, v in r["habit_found"].items()) or "-"
        lines.append(
            f"| {r['rho']:.2f} | {r['name']} | {r['true_period']:.3f} / {r['true_now']:.3f} | {covers} |"
            f" {100 * r['now_covered']:.1f} | {half['period']:.3f} / {half['now']:.3f} | {100 * r['flagged']:.1f} |"
            f" {found} | {100 * r['false_habit']:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rho", type=float, nargs="+", default=[0.05, 0.10])
    parser.add_argument("--voc", type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    name, items = the_items(given.voc)
    rows: list[dict[str, Any]] = []
    for rho in given.rho:
        start = time.perf_counter()
        cell = run_cell(items, rho=rho, n_runs=given.runs, seed=given.seed)
        rows += [as_json(cell, tally) for tally in cell.people]
        print(f"{name}, rho {rho}: {given.runs} runs in {time.perf_counter() - start:.0f} s", file=sys.stderr)
    print(f"{name}, 36 gold images a person, {given.runs} runs a cell, seed {given.seed}. Shares in %.\n")
    print(table_of(rows))
    if given.json is not None:
        given.json.write_text(
            json.dumps({"data": name, "runs": given.runs, "seed": given.seed, "rows": rows}, indent=1)
        )


if __name__ == "__main__":
    main()
