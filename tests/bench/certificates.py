"""Certificates on real photos: a head on embeddings of CIFAR-10, certified on splits of its test images.

python -m tests.bench.certificates [--splits 200] [--n-calibration 2000] [--target .1 .05]
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tests.support.shared import SHARED

from assay.quality.certificates import certify_threshold, oracle_share
from assay.quality.linear_head import calibration_error, fit_linear_head, fit_temperature, with_temperature


@dataclass(frozen=True)
class Answers:
    """A model's confidence in its label of each test image, and whether that label is wrong."""

    confidences: np.ndarray
    wrong: np.ndarray


@dataclass(frozen=True)
class Figures:
    """Shares over splits; `of_oracle` is the mean share of what an oracle accepts, over the splits certified."""

    certified: float
    violated: float
    of_oracle: float
    accepted: float


def answers_of(folder: Path) -> Answers:
    """Fit on the first 10,000 training images, calibrate the temperature on 2,000 others, answer the 10,000 tests."""
    embeddings = np.load(folder / "cifar-n/embeddings128.npz")
    labels = np.load(folder / "cifar-n/cifar10n.npz")["clean_label"][:12000].astype(np.int64)
    truth = np.load(folder / "cifar-10h/images_test.npz")["labels"].astype(np.int64)
    train = embeddings["train"]
    head = fit_linear_head(train[:10000], labels[:10000], 10, l2=10.0)
    head = with_temperature(head, fit_temperature(head.logits(train[10000:12000]), labels[10000:12000]))
    p = head.probabilities(embeddings["test"])
    return Answers(p.max(axis=1), p.argmax(axis=1) != truth)


def certify_splits(answers: Answers, *, target: float, n_splits: int, n_calibration: int) -> Figures:
    """Certify on a random part and hold the promise against the rest, again and again."""
    n, made, broken, shares, taken = len(answers.wrong), 0, 0, [], []
    for seed in range(n_splits):
        rng = np.random.default_rng(seed)
        order = rng.permutation(n)
        mine, rest = order[:n_calibration], order[n_calibration:]
        found = certify_threshold(answers.confidences[mine], answers.wrong[mine], target=target, rng=rng)
        if found.threshold is None:
            continue
        accepted = answers.confidences[rest] >= found.threshold
        made += 1
        broken += bool(answers.wrong[rest][accepted].mean() > target)
        best = oracle_share(answers.confidences[rest], answers.wrong[rest], target)
        shares.append(accepted.mean() / best)
        taken.append(accepted.mean())
    return Figures(made / n_splits, broken / n_splits, float(np.mean(shares or [0])), float(np.mean(taken or [0])))


def main() -> None:
    """Print one line a target."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--splits", type=int, default=200)
    parser.add_argument("--n-calibration", type=int, default=2000)
    parser.add_argument("--target", type=float, nargs="+", default=[0.1, 0.05, 0.02])
    options = parser.parse_args()
    answers = answers_of(SHARED / "data/annotators")
    error = calibration_error(answers.confidences, ~answers.wrong)
    print(f"accuracy {1 - answers.wrong.mean():.3f}, calibration error {error:.3f}")
    print("target  certified  violated  accepted  of the oracle's")
    for target in options.target:
        f = certify_splits(answers, target=target, n_splits=options.splits, n_calibration=options.n_calibration)
        print(f"{target:6.2f}  {f.certified:9.3f}  {f.violated:8.3f}  {f.accepted:8.3f}  {f.of_oracle:15.3f}")


if __name__ == "__main__":
    main()
