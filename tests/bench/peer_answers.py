"""Writes what released packages answer to small seeded inputs into tests/golden/quality/peer_answers.json.

The packages are heavy or under licences that have no place among the test dependencies (krippendorff is GPL-3,
crowd-kit brings transformers, ensemble-boxes numba), so their answers are kept, not they. Run
`python -m tests.bench.peer_answers` where they are installed; the golden tests compare the engine with the file.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "golden" / "quality" / "peer_answers.json"
LEVELS = ("nominal", "ordinal", "interval", "ratio")


def alphas() -> list[dict[str, Any]]:
    """Tables of people by items with gaps, and alpha at each level."""
    import krippendorff

    rng, cases = np.random.default_rng(3), []
    for n_people, n_items in ((2, 10), (3, 12), (3, 40), (5, 25), (8, 15), (4, 30)):
        truth = rng.integers(1, 5, n_items)
        table = np.where(rng.random((n_people, n_items)) < 0.7, truth, rng.integers(1, 5, (n_people, n_items))).astype(
            float
        )
        table[rng.random(table.shape) < 0.2] = np.nan
        answers = {
            level: float(krippendorff.alpha(reliability_data=table, level_of_measurement=level)) for level in LEVELS
        }
        cases.append({"table": [[None if np.isnan(v) else v for v in row] for row in table.tolist()], "alpha": answers})
    return cases


def posteriors() -> dict[str, Any]:
    """Votes of unequal people, and the posterior after 50 rounds."""
    import pandas as pd
    from crowdkit.aggregation import DawidSkene

    rng = np.random.default_rng(4)
    n_items, n_people, n_classes = 60, 12, 4
    truth, skill = rng.integers(0, n_classes, n_items), rng.uniform(0.4, 0.95, n_people)
    item = np.repeat(np.arange(n_items), 6)
    author = np.concatenate([rng.choice(n_people, 6, replace=False) for _ in range(n_items)])
    right = rng.random(len(item)) < skill[author]
    said = np.where(right, truth[item], (truth[item] + rng.integers(1, n_classes, len(item))) % n_classes)
    frame = pd.DataFrame({"task": item, "worker": author, "label": said})
    model = DawidSkene(n_iter=50, tol=-1e9).fit(frame)
    table = model.probas_.sort_index().reindex(columns=range(n_classes)).to_numpy()
    votes = {"item": item.tolist(), "author": author.tolist(), "said": said.tolist()}
    return {**votes, "n_rounds": 50, "posterior": table.tolist()}


def fusions() -> list[dict[str, Any]]:
    """Scored boxes of two and three models on one picture, and what is fused."""
    from ensemble_boxes import weighted_boxes_fusion

    rng, cases = np.random.default_rng(5), []
    for number in range(16):
        n_models, threshold = 2 + number % 2, (0.55, 0.4)[number // 8]
        weights = [1.0, 2.0, 1.5][:n_models] if number % 4 > 1 else [1.0] * n_models
        centre, size = rng.uniform(0.2, 0.8, (6, 2)), rng.uniform(0.05, 0.2, (6, 2))
        boxes, scores, labels = [], [], []
        for _ in range(n_models):
            seen = rng.random(6) < 0.8
            middle = (centre + rng.normal(0, 0.015, centre.shape))[seen]
            boxes.append(np.hstack([middle - size[seen] / 2, middle + size[seen] / 2]).tolist())
            scores.append(rng.uniform(0.1, 1, int(seen.sum())).tolist())
            labels.append((np.arange(6)[seen] % 2).tolist())
        fused = weighted_boxes_fusion(boxes, scores, labels, weights=weights, iou_thr=threshold)
        given = {"boxes": boxes, "scores": scores, "labels": labels, "weights": weights, "threshold": threshold}
        cases.append({**given, "fused": [part.tolist() for part in fused]})
    return cases


def main() -> None:
    packages = ("krippendorff", "crowd-kit", "ensemble-boxes")
    document = {
        "packages": {name: version(name) for name in packages},
        "alpha": alphas(),
        "dawid_skene": posteriors(),
        "weighted_boxes_fusion": fusions(),
    }
    TARGET.write_text(json.dumps(document) + "\n")
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
