"""People who differ from the truth by stated rates, for checking measures of agreement."""

from __future__ import annotations

import numpy as np

from assay.quality import Boxes
from tests.support.scenes import Scenes


def people_at(
    scenes: Scenes,
    rng: np.random.Generator,
    n_people: int,
    *,
    misses: float = 0.0,
    jitter: float = 0.03,
    confusion: float = 0.0,
    invented: float = 0.0,
    overlap: int | None = None,
    empty: float = 0.0,
) -> tuple[dict[str, Boxes], dict[str, np.ndarray]]:
    """What `n_people` draw, and who was asked about which image.

    Args:
        scenes: what is there.
        rng: the only source of randomness.
        n_people: all equally good.
        misses: chance to leave out an object.
        jitter: deviation of each side in shares of width or height.
        confusion: chance to name another class.
        invented: mean number of marks an image where nothing is.
        overlap: people asked about each image, everybody by default.
        empty: share of images where nothing is there at all.
    """
    n_images = len(scenes.sizes)
    full = rng.random(n_images) >= empty
    asked = np.zeros((n_people, n_images), bool)
    for image in range(n_images):
        asked[rng.permutation(n_people)[: overlap or n_people], image] = True
    people = {}
    for person in range(n_people):
        shown = asked[person] & full
        people[f"p{person:02}"] = _drawn(scenes, shown, rng, misses, jitter, confusion, invented * full * asked[person])
    return people, {name: asked[number] for number, name in enumerate(people)}


def _drawn(
    scenes: Scenes,
    shown: np.ndarray,
    rng: np.random.Generator,
    misses: float,
    jitter: float,
    confusion: float,
    invented: np.ndarray,
) -> Boxes:
    truth, n_classes = scenes.truth, len(scenes.classes)
    seen = shown[truth.items] & (rng.random(len(truth)) >= misses)
    side = np.tile(truth.xyxy[:, 2:] - truth.xyxy[:, :2], 2)
    box = truth.xyxy + rng.normal(0, jitter, truth.xyxy.shape) * side
    box[:, 2:] = np.maximum(box[:, 2:], box[:, :2] + 0.1 * side[:, 2:])
    wrong = rng.random(len(truth)) < confusion
    code = np.where(wrong, (truth.classes + rng.integers(1, n_classes, len(truth))) % n_classes, truth.classes)
    n_more = rng.poisson(invented)
    image = np.repeat(np.arange(len(n_more)), n_more)
    like = rng.integers(0, len(truth), len(image))
    extent = (truth.xyxy[:, 2:] - truth.xyxy[:, :2])[like]
    corner = rng.random((len(image), 2)) * np.maximum(scenes.sizes[image] - extent, 1)
    items = np.concatenate([truth.items[seen], image])
    boxes = np.concatenate([box[seen], np.hstack([corner, corner + extent])])
    codes = np.concatenate([code[seen], truth.classes[like]])
    return sheet(items, boxes, codes, len(n_more), rng)


def random_boxes(
    scenes: Scenes, rng: np.random.Generator, n_people: int, *, mean: float | None = None
) -> dict[str, Boxes]:
    """People who draw boxes of real sizes at random places, with random classes; as many as there are objects."""
    people = {}
    for person in range(n_people):
        counts = scenes.truth.counts if mean is None else rng.poisson(mean, len(scenes.sizes))
        image = np.repeat(np.arange(len(counts)), counts)
        like = rng.integers(0, len(scenes.truth), len(image))
        extent = (scenes.truth.xyxy[:, 2:] - scenes.truth.xyxy[:, :2])[like]
        corner = rng.random((len(image), 2)) * np.maximum(scenes.sizes[image] - extent, 1)
        code = rng.integers(0, len(scenes.classes), len(image))
        people[f"p{person}"] = sheet(image, np.hstack([corner, corner + extent]), code, len(counts), rng)
    return people


def sheet(items: np.ndarray, boxes: np.ndarray, codes: np.ndarray, n_images: int, rng: np.random.Generator) -> Boxes:
    """Marks in a random order on each image."""
    order = np.lexsort((rng.random(len(items)), items))
    offsets = np.concatenate([[0], np.cumsum(np.bincount(items, minlength=n_images))])
    return Boxes(offsets, boxes[order], codes[order].astype(np.int32))
