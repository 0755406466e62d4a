"""What a demonstration is to play."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

N_PICTURES = 180


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
    """

    house: Path
    data: Path | None
    seed: int
    port: int
    paced: bool
    n_pictures: int = N_PICTURES
