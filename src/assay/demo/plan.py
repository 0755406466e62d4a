"""What a demonstration is to play."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assay.demo.boards import model
from assay.demo.boards.model import Sizes
from assay.demo.visitors import SLUG

N_PICTURES = 180
DRAWN = "drawn"


@dataclass(frozen=True)
class Plan:
    """What to play.

    Attributes:
        house: folder for the demo's data.
        data: folder of labelled images; None draws pictures.
        seed: of everything simulated.
        port: to listen on; 0 takes a free one.
        paced: whether to take about two minutes, for somebody who watches.
        n_pictures: how many to draw for the work.
        full: whether to go round twice, unattended.
        sizes: how many boards each part of two rounds takes; None for the usual.
        continued: whether the second round follows without being asked for.
        slug: short name of the project.
    """

    house: Path
    data: Path | None
    seed: int
    port: int
    paced: bool
    n_pictures: int = N_PICTURES
    full: bool = False
    sizes: Sizes | None = None
    continued: bool = False
    slug: str = SLUG


def sizes_of(plan: Plan) -> Sizes:
    """How many boards each part takes: as planned, else as usual for drawn or real ones."""
    return plan.sizes or (model.DRAWN if plan.data is None else model.REAL)
