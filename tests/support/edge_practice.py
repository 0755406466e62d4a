"""Answers of people some of whom leave out what the upper edge of a picture cuts, kept straight in a house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from assay.annotations import Mark, Origin, Submission
from assay.annotations.store import add_submission
from assay.kernel.actor import system
from assay.storage import House

SETUP = system("test")
WIDTH_PX, HEIGHT_PX = 200, 100
AT_EDGE = (0, 3, 6)


def objects(place: int) -> list[tuple[float, float, float, float]]:
    """Nine objects on a picture, three of them cut by its upper edge."""
    rng = np.random.default_rng([3, place])
    corners = [(2.0 + 22 * n, 14.0 + 30 * (n % 3)) for n in range(9)]
    jitter = rng.uniform(-1.5, 1.5, (9, 2)).tolist()
    boxes = [(x + a, y + b, x + a + 16, y + b + 16) for (x, y), (a, b) in zip(corners, jitter, strict=True)]
    for n in AT_EDGE:
        x0, _, x1, _ = boxes[n]
        boxes[n] = (x0, 0.0, x1, 15.0)
    return boxes


def draw(
    house: House,
    project: str,
    people: Mapping[str, str],
    items: Sequence[str],
    *,
    first: int = 0,
    leaves: Mapping[str, float] | None = None,
    grow: float = 0.0,
    occluded: Sequence[int] = (),
) -> None:
    """Have people answer items.

    Args:
        house: where.
        project: whose.
        people: user ids by name.
        items: ids of the items, pictures of 200 x 100 px.
        first: number of the first of them, which its objects follow from.
        leaves: by name, how often somebody leaves out what the edge cuts; .03 for everybody else and everything else.
        occluded: numbers of objects that whoever draws them marks occluded, seen from the side; `leaves` is then about
            these.
        grow: how much further out each side lies, in shares of the side.
    """
    for number, (name, user) in enumerate(people.items()):
        rng = np.random.default_rng([number, first])
        with house.write(SETUP, project, "draw") as tx:
            for place, item_id in enumerate(items, first):
                marks = []
                for no, box in enumerate(objects(place)):
                    special = no in occluded if occluded else box[1] == 0
                    if rng.random() <= ((leaves or {}).get(name, 0.03) if special else 0.03):
                        continue
                    drawn = tuple((_grown(box, grow) + rng.normal(0, 0.3, 4)).clip(0, WIDTH_PX).tolist())
                    told = {"occluded": no in occluded, "view": "side" if no in occluded else "front"}
                    marks.append(Mark("cell", "bbox", drawn, attributes=told if occluded else {}))
                made = Submission(
                    id=tx.new_id(), item_id=item_id, author_id=user, origin=Origin.PERSON, assignment_id=None,
                    batch_id=None, supersedes=None, client_key=f"{name}-{place}", n_marks=len(marks), seconds=3.0,
                    schema_version=1, guideline_version=1, digest="0" * 64, received_at_us=tx.now_us,
                )  # fmt: skip
                assert add_submission(tx, made, marks)
            tx.record("test.drawn", subject="test")


def _grown(box: tuple[float, float, float, float], share: float) -> np.ndarray:
    """The box with each side moved outward by a share of its width or height."""
    corners = np.array(box)
    return corners + share * np.array([-1.0, -1.0, 1.0, 1.0]) * np.tile(corners[2:] - corners[:2], 2)
