"""People who follow a practice of their own, or are careless, on pictures with known truth: the first generator."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from assay.quality import Boxes
from tests.support.alike import sheet
from tests.support.scenes import Scenes


@dataclass
class Person:
    """How one person works.

    Attributes:
        misses: chance to leave out an object.
        jitter: deviation of a side in shares of width or height.
        invented: mean number of marks an image where nothing is.
        confusion: chance to name another class.
        bias: (4,) the person's own constant offset of each side, outward.
        follows: practices, with the chance of following each (looseness: the share added on every side).
        lapses: chance that a whole image is done badly.
        small_misses: factor on the chance to leave out one of the smallest fifth.
    """

    misses: float
    jitter: float
    invented: float
    confusion: float
    bias: np.ndarray
    follows: dict[str, float] = field(default_factory=dict)
    lapses: float = 0.0
    small_misses: float = 1.0


def careful(rng: np.random.Generator) -> Person:
    return Person(rng.uniform(0.01, 0.04), 0.025, 0.05, 0.006, rng.normal(0, 0.008, 4))


def careless(rng: np.random.Generator) -> Person:
    return Person(rng.uniform(0.12, 0.28), 0.07, 0.6, 0.06, rng.normal(0, 0.008, 4))


def a_team(
    rng: np.random.Generator,
    n_people: int,
    *,
    n_careless: int = 2,
    practices: dict[str, tuple[int, float]] | None = None,
) -> list[Person]:
    """People of whom some are careless and some follow each practice (number of followers, strength); anybody may."""
    sloppy = set(rng.permutation(n_people)[:n_careless].tolist())
    team = [careless(rng) if number in sloppy else careful(rng) for number in range(n_people)]
    for practice, (n_followers, strength) in (practices or {}).items():
        for number in rng.permutation(n_people)[:n_followers].tolist():
            team[number].follows[practice] = strength
    return team


def shared_out(rng: np.random.Generator, n_images: int, n_people: int, overlap: int) -> np.ndarray:
    """(n_people, n_images) who is asked about which image: as even as can be, at random."""
    asked = np.zeros((n_people, n_images), bool)
    load = np.zeros(n_people)
    for image in range(n_images):
        chosen = np.lexsort((rng.random(n_people), load))[:overlap]
        load[chosen] += 1
        asked[chosen, image] = True
    return asked


def work(
    scenes: Scenes, team: list[Person], rng: np.random.Generator, *, overlap: int = 3
) -> tuple[dict[str, Boxes], dict[str, np.ndarray]]:
    """What everybody draws, and who was asked about what."""
    asked = shared_out(rng, len(scenes.sizes), len(team), overlap)
    kinds = _kinds(scenes)
    people = {f"p{n:02}": _drawn(scenes, person, asked[n], kinds, rng) for n, person in enumerate(team)}
    return people, {name: asked[n] for n, name in enumerate(people)}


def _kinds(scenes: Scenes) -> dict[str, np.ndarray]:
    areas, box = scenes.areas, scenes.truth.xyxy
    extent = box[:, 2:] - box[:, :2]
    usual = int(np.bincount(scenes.truth.classes).argmax())
    return {
        "edge": scenes.at_edge,
        "small": areas <= np.quantile(areas, 0.2),
        "covered": scenes.hidden,
        "elongated": extent.max(axis=1) / extent.min(axis=1) >= 2.0,
        "ambiguous": (scenes.truth.classes == usual) & (np.random.default_rng(6).random(len(box)) < 0.2),
    }


def _drawn(
    scenes: Scenes, person: Person, asked: np.ndarray, kinds: dict[str, np.ndarray], rng: np.random.Generator
) -> Boxes:
    truth, n_classes = scenes.truth, len(scenes.classes)
    n = len(truth)
    misses = np.full(n, person.misses) * np.where(kinds["small"], person.small_misses, 1.0)
    bad = rng.random(len(scenes.sizes)) < person.lapses
    misses[bad[truth.items]] = 0.7
    seen = asked[truth.items] & (rng.random(n) >= np.minimum(misses, 0.95))
    for practice in ("edge", "small", "covered", "elongated"):
        seen &= ~(kinds[practice] & (rng.random(n) < person.follows.get(practice, 0.0)))
    side = truth.xyxy[:, 2:] - truth.xyxy[:, :2]
    outward = rng.normal(0, person.jitter, (n, 4)) + person.bias + person.follows.get("loose", 0.0)
    reflected = scenes.has_shadow & (rng.random(n) < (person.follows.get("bottom", 0.0) > 0))
    outward[reflected, 3] += 0.35 * person.follows.get("bottom", 0.0)
    box = truth.xyxy + outward * np.array([-1.0, -1.0, 1.0, 1.0]) * np.tile(side, 2)
    size = scenes.sizes[truth.items]
    box = np.clip(box, 0, np.tile(size, 2))
    at_edge = np.concatenate([truth.xyxy[:, :2] <= 0.004 * size, truth.xyxy[:, 2:] >= 0.996 * size], axis=1)
    box[at_edge] = truth.xyxy[at_edge]
    box[:, 2:] = np.maximum(box[:, 2:], box[:, :2] + 0.1 * side)
    code = truth.classes.copy()
    wrong = rng.random(n) < person.confusion
    code[wrong] = (code[wrong] + rng.integers(1, max(n_classes, 2), wrong.sum())) % n_classes
    moved = kinds["ambiguous"] & (rng.random(n) < person.follows.get("class", 0.0))
    code[moved] = (truth.classes[moved] + 1) % n_classes
    image = np.repeat(np.arange(len(scenes.sizes)), rng.poisson(person.invented, len(scenes.sizes)) * asked)
    like = rng.integers(0, n, len(image))
    corner = rng.random((len(image), 2)) * np.maximum(scenes.sizes[image] - side[like], 1)
    boxes = np.concatenate([box[seen], np.hstack([corner, corner + side[like]])])
    codes = np.concatenate([code[seen], truth.classes[like]])
    return sheet(np.concatenate([truth.items[seen], image]), boxes, codes, len(scenes.sizes), rng)
