"""Describes the pictures of a folder or archive, for somebody who has only files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assay.jobs.describing.encoders import Encoder, PlainEncoder
from assay.jobs.describing.samples import LEAST_PX, Sample, sample, statistics_of
from assay.jobs.intake import Accepted, DecodePool, Limits, intake, open_path
from assay.jobs.suggesting.answer import decode

BLOCK = 128


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """Pictures in the order of their names.

    Attributes:
        refused: name and reason of files that are no pictures to describe.
    """

    items: list[str]
    statistics: NDArray[np.float64]
    embeddings: NDArray[np.float64]
    refused: list[tuple[str, str]]


def describe_pictures(
    path: Path, encoder: Encoder | None = None, *, tell: Callable[[int], None] = lambda _: None
) -> Described:
    """Describe every picture below a folder or in an archive.

    Args:
        path: where they are.
        encoder: makes embeddings; the one without a model when left out.
        tell: is told how many are done.

    Raises:
        SourceNotFoundError: there is nothing.
        FeaturesNotFiniteError: the encoder answers no numbers; the picture is named.
    """
    encoder = encoder or PlainEncoder()
    names: list[str] = []
    blocks: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    waiting: list[tuple[str, Sample]] = []
    refused: list[tuple[str, str]] = []

    def work_off() -> None:
        if waiting:
            items = [name for name, _ in waiting]
            samples = [one for _, one in waiting]
            pictures = np.stack([one.small for one in samples])
            blocks.append((statistics_of(samples), encoder.encode(pictures, items)))
            names.extend(items)
            waiting.clear()
            tell(len(names))

    with DecodePool() as pool, open_path(path, Limits()) as source:
        for outcome in intake(source, pool):
            if isinstance(outcome, Accepted):
                rgb = decode(outcome.picture.served)
                if min(rgb.shape[:2]) < LEAST_PX:
                    refused.append((outcome.name, f"{rgb.shape[1]} x {rgb.shape[0]} pixels are too few"))
                    continue
                waiting.append((outcome.name, sample(rgb, encoder.side_px)))
            elif not outcome.is_aside:
                refused.append((outcome.name, outcome.reason))
            if len(waiting) >= BLOCK:
                work_off()
        work_off()
    order = sorted(range(len(names)), key=names.__getitem__)
    statistics = np.concatenate([s for s, _ in blocks]) if blocks else np.empty((0, 11))
    embeddings = np.concatenate([e for _, e in blocks]) if blocks else np.empty((0, 1))
    return Described([names[k] for k in order], statistics[order], embeddings[order], refused)
