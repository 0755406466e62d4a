"""A second, differently built generator of people at work: latent visibility, moods, rounded boxes, uneven sharing.

Nothing is shared with the first generator: pictures, errors, practices and sharing out are all made another way, so
that a method tuned to one of them shows it on the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from assay.quality import Boxes, box_iou
from tests.support.practice_trials import World
from tests.support.scenes import cells

SIDE_PX = 1000


@dataclass(frozen=True, eq=False)
class Parts:
    """Round parts on a belt, lying where they fell.

    Attributes:
        picture: (n,) picture of each part.
        box: (n, 4) what can be seen of it inside the picture.
        cut: (n,) share lost beyond the picture's edge.
        under: (n,) share hidden by parts lying on it.
        gloss: (n,) tells matt (class 0) from polished (class 1) parts; rusty ones are class 2.
        rusty: (n,) plainly rusty.
        visibility: (n,) how easily it is seen.
    """

    n_pictures: int
    picture: np.ndarray
    box: np.ndarray
    cut: np.ndarray
    under: np.ndarray
    gloss: np.ndarray
    rusty: np.ndarray
    visibility: np.ndarray


def parts(rng: np.random.Generator, n_pictures: int, mean: float = 14.0) -> Parts:
    """A delivery of pictures."""
    n_of = rng.negative_binomial(6, 6 / (6 + mean), n_pictures)
    picture = np.repeat(np.arange(n_pictures), n_of)
    n = len(picture)
    radius = np.exp(rng.normal(3.7, 0.38, n))
    stretch = np.exp(rng.normal(0, 0.22, n))
    middle = rng.uniform(-0.02, 1.02, (n, 2)) * SIDE_PX
    half = np.column_stack([radius * stretch, radius / stretch])
    whole = np.hstack([middle - half, middle + half])
    seen = np.clip(whole, 0, SIDE_PX)
    extent = seen[:, 2:] - seen[:, :2]
    keep = (extent > 9).all(axis=1)
    picture, whole, seen = picture[keep], whole[keep], seen[keep]
    area = np.prod(whole[:, 2:] - whole[:, :2], axis=1)
    cut = 1 - np.prod(seen[:, 2:] - seen[:, :2], axis=1) / area
    under = _under(picture, seen, rng)
    visible = under < 0.8
    count = int(visible.sum())
    return Parts(
        n_pictures, picture[visible], seen[visible], cut[visible], under[visible],
        rng.normal(0, 1, count), rng.random(count) < 0.15, rng.normal(0, 1, count),
    )  # fmt: skip


def _under(picture: np.ndarray, box: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Largest share of each part that one part lying on it hides; which of two lies on top is chance."""
    height = rng.random(len(picture))
    under = np.zeros(len(picture))
    for number in np.unique(picture):
        here = np.flatnonzero(picture == number)
        for i in here:
            on_top = here[height[here] > height[i]]
            low, high = np.maximum(box[i, :2], box[on_top, :2]), np.minimum(box[i, 2:], box[on_top, 2:])
            shared = np.prod(np.clip(high - low, 0, None), axis=1) / np.prod(box[i, 2:] - box[i, :2])
            under[i] = min(shared.max(initial=0.0), 1.0)
    return under


def cells_as_parts(rng: np.random.Generator) -> Parts:
    """Real blood cells, stretched to the belt's picture: geometry of theirs, everything else of this generator."""
    truth, sizes = cells().truth, cells().sizes
    box = truth.xyxy / np.tile(sizes, 2)[truth.items] * SIDE_PX
    at_edge = (box <= 0.004 * SIDE_PX).any(axis=1) | (box >= 0.996 * SIDE_PX).any(axis=1)
    box = np.where(box <= 0.004 * SIDE_PX, 0.0, np.where(box >= 0.996 * SIDE_PX, float(SIDE_PX), box))
    keep = ((box[:, 2:] - box[:, :2]) > 9).all(axis=1)
    picture, box, at_edge = truth.items[keep], box[keep], at_edge[keep]
    n = len(picture)
    gloss, rusty, visibility = rng.normal(0, 1, n), rng.random(n) < 0.15, rng.normal(0, 1, n)
    return Parts(len(sizes), picture, box, 0.3 * at_edge, _under(picture, box, rng), gloss, rusty, visibility)


def a_shift(
    rng: np.random.Generator,
    practices: dict[str, float],
    *,
    n_pictures: int = 320,
    n_people: int = 8,
    n_followers: int = 3,
    sloppy: int = 2,
    mean: float = 14.0,
    people_a_picture: tuple[float, ...] = (0.0, 0.1, 0.75, 0.15),
    on_cells: bool = False,
    ticks: float = 0.0,
) -> World:
    """A day of work.

    Args:
        rng: the only source of randomness.
        practices: practice to strength; `edge`, `small`, `covered`, `bottom`, `loose`, `class`.
        n_pictures: pictures.
        n_people: people.
        n_followers: of each practice, drawn anew.
        sloppy: people who see less, tremble and invent.
        mean: parts a picture.
        people_a_picture: chances of one, two, three and four people being asked.
        on_cells: on the geometry of real blood cells; all of their pictures.
        ticks: chance that somebody who draws a part hidden by more than a fifth ticks that it is.
    """
    there = cells_as_parts(rng) if on_cells else parts(rng, n_pictures, mean)
    n_pictures = there.n_pictures
    names = [f"w{number}" for number in range(n_people)]
    followers = {p: set(rng.choice(names, n_followers, replace=False).tolist()) for p in practices}
    n_asked = 1 + rng.choice(4, n_pictures, p=people_a_picture)
    asked = np.argsort(rng.random((n_pictures, n_people)), axis=1).argsort(axis=1) < n_asked[:, None]
    careless = set(rng.choice(names, sloppy, replace=False).tolist())
    people = {}
    for number, name in enumerate(names):
        follows = {p: s for p, s in practices.items() if name in followers[p]}
        people[name] = _sheet(there, asked[:, number], follows, np.bool_(name in careless), rng)
    shown = {name: asked[:, number] for number, name in enumerate(names)}
    flags = {"occluded": {name: _ticked(there, boxes, ticks, rng) for name, boxes in people.items()}} if ticks else {}
    return World(people, shown, np.full((n_pictures, 2), float(SIDE_PX)), followers, (0, 1), flags)


def _ticked(there: Parts, boxes: Boxes, ticks: float, rng: np.random.Generator) -> np.ndarray:
    """Who ticks "occluded": those who look at a part that is, most of the time."""
    hidden = np.zeros(len(boxes), bool)
    starts = np.searchsorted(there.picture, np.arange(there.n_pictures + 1))
    for picture in range(there.n_pictures):
        mine = slice(boxes.offsets[picture], boxes.offsets[picture + 1])
        real = slice(starts[picture], starts[picture + 1])
        if mine.stop > mine.start and real.stop > real.start:
            iou = box_iou(boxes.xyxy[mine], there.box[real])
            hidden[mine] = (there.under[real][iou.argmax(axis=1)] > 0.2) & (iou.max(axis=1) > 0.3)
    return np.where(hidden, rng.random(len(boxes)) < ticks, rng.random(len(boxes)) < 0.01)


def _sheet(
    there: Parts, asked: np.ndarray, follows: dict[str, float], is_sloppy: np.bool_, rng: np.random.Generator
) -> Boxes:
    skill = rng.normal(0.9, 0.15) if is_sloppy else rng.normal(2.3, 0.2)
    mood = rng.normal(0, 0.45 if is_sloppy else 0.25, there.n_pictures)
    seen = asked[there.picture] & (
        rng.random(len(there.picture)) < ndtr(skill + mood[there.picture] + 0.4 * there.visibility)
    )
    side = there.box[:, 2:] - there.box[:, :2]
    n = len(seen)
    says_no = np.zeros(n, bool)
    if "edge" in follows:
        says_no |= (there.cut > 0) & (rng.random(n) < follows["edge"])
    if "small" in follows:
        says_no |= (side.min(axis=1) < np.quantile(side.min(axis=1), 0.2)) & (rng.random(n) < follows["small"])
    if "covered" in follows:
        says_no |= (there.under > 0.2) & (rng.random(n) < follows["covered"])
    seen &= ~says_no
    tremble = rng.standard_t(5, (n, 2)) * (0.05 if is_sloppy else 0.018)
    swell = rng.normal(0.0, 0.045 if is_sloppy else 0.016, (n, 2)) + rng.normal(0, 0.006)
    swell = swell + follows.get("loose", 0.0)
    middle = (there.box[:, :2] + there.box[:, 2:]) / 2 + tremble * side / 2
    half = side * (0.5 + swell)
    box = np.hstack([middle - half, middle + half])
    if "bottom" in follows:
        shadow = np.random.default_rng(len(seen)).random(n) < 0.6  # the same parts for everybody
        box[:, 3] += shadow * follows["bottom"] * rng.gamma(8.0, 0.35 / 8.0, n) * side[:, 1]
    at_edge = np.concatenate([there.box[:, :2] <= 0, there.box[:, 2:] >= SIDE_PX], axis=1)
    box = np.where(at_edge, there.box, np.clip(np.round(box), 0, SIDE_PX))
    line = 0.0 + (0.5 * follows["class"] / 0.8 if "class" in follows else 0.0) + rng.normal(0, 0.012)
    polished = there.gloss + rng.normal(0, 0.35 if is_sloppy else 0.06, n) > line
    code = np.where(there.rusty, 2, polished.astype(int))
    slip = rng.random(n) < (0.05 if is_sloppy else 0.005)
    code[slip] = rng.integers(0, 3, slip.sum())
    return _with_inventions(there, asked, seen, box, code, is_sloppy, rng)


def _with_inventions(
    there: Parts,
    asked: np.ndarray,
    seen: np.ndarray,
    box: np.ndarray,
    code: np.ndarray,
    is_sloppy: np.bool_,
    rng: np.random.Generator,
) -> Boxes:
    n_more = rng.poisson((0.7 if is_sloppy else 0.06) * asked)
    picture = np.repeat(np.arange(there.n_pictures), n_more)
    corner = rng.uniform(0, SIDE_PX - 80, (len(picture), 2))
    more = np.hstack([corner, corner + rng.uniform(20, 80, (len(picture), 2))])
    twice = seen & (rng.random(len(seen)) < (0.015 if is_sloppy else 0.002))  # the same part boxed twice
    again = box[twice] + rng.normal(0, 2, (int(twice.sum()), 4))
    all_picture = np.concatenate([there.picture[seen], picture, there.picture[twice]])
    all_box, all_code = (
        np.concatenate([box[seen], more, again]),
        np.concatenate([code[seen], rng.integers(0, 3, len(picture)), code[twice]]),
    )
    proper = ((all_box[:, 2:] - all_box[:, :2]) > 1).all(axis=1)
    all_picture, all_box, all_code = all_picture[proper], all_box[proper], all_code[proper]
    order = np.lexsort((all_box[:, 1], all_picture))
    offsets = np.searchsorted(all_picture[order], np.arange(there.n_pictures + 1))
    return Boxes(offsets.astype(np.int64), all_box[order], all_code[order].astype(np.int32))
