"""Real photos with people's labels: cifar-10h, cifar-n with embeddings and shifted sets, and a head on them."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.quality.linear_head import fit_linear_head, fit_temperature, with_temperature
from tests.support.shared import shared_path

N_TRAIN = 10_000


@dataclass(frozen=True)
class PhotoWorld:
    """Everything by set: `train`, `test`, `shift_clean` and nine shifts of the same thousand images.

    Attributes:
        truth: the right class.
        confidence: calibrated probability of being right of a head trained on the first 10,000 images.
        wrong: whether that head is wrong.
        people: (50,000, 3) labels of three real people, and the worst of them in `worst`.
    """

    statistics: dict[str, NDArray[np.float64]]
    embeddings: dict[str, NDArray[np.float64]]
    truth: dict[str, NDArray[np.int64]]
    predicted: dict[str, NDArray[np.int64]]
    confidence: dict[str, NDArray[np.float64]]
    accuracy: dict[str, float]
    people: NDArray[np.int64]
    worst: NDArray[np.int64]
    consensus: NDArray[np.int64]

    @property
    def shifts(self) -> list[str]:
        """Names of the thousand images as they are and under nine shifts."""
        return [name for name in self.statistics if name.startswith("shift_")]


@functools.cache
def load_photos() -> PhotoWorld:
    """Read the sets and train the head; some seconds."""
    folder = shared_path("data/annotators/cifar-n")
    images = np.load(shared_path("data/annotators/cifar-10h") / "images_test.npz")
    statistics = {k: v.astype(np.float64) for k, v in np.load(folder / "statistics11.npz").items()}
    embeddings = {k: v.astype(np.float64) for k, v in np.load(folder / "embeddings128.npz").items()}
    labels = {k: v.astype(np.int64) for k, v in np.load(folder / "cifar10n.npz").items()}
    truth = {k: labels["clean_label"][20_000:21_000] for k in embeddings if k.startswith("shift_")}
    truth |= {"train": labels["clean_label"][:20_000], "test": images["labels"].astype(np.int64)}
    head = fit_linear_head(embeddings["train"][:N_TRAIN], truth["train"][:N_TRAIN], 10, l2=50.0)
    held_out = slice(N_TRAIN, 15_000)
    tuned = with_temperature(
        head, fit_temperature(head.logits(embeddings["train"][held_out]), truth["train"][held_out])
    )
    chances = {k: tuned.probabilities(v) for k, v in embeddings.items()}
    predicted = {k: p.argmax(axis=1) for k, p in chances.items()}
    return PhotoWorld(
        statistics,
        embeddings,
        truth,
        predicted,
        {k: p.max(axis=1) for k, p in chances.items()},
        {k: float((predicted[k] == truth[k]).mean()) for k in predicted},
        np.stack([labels[f"random_label{i}"] for i in (1, 2, 3)], axis=1),
        labels["worse_label"],
        labels["aggre_label"],
    )
