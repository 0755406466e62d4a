"""Photographs of drawn boards with their templates; after the change under other light, on a finer product line."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator, default_rng
from PIL import Image, ImageFilter

from assay.demo.boards.drawing import COARSE, FINE, SIDE_PX, Line, Pixels, add_defects, draw_copper, lay_out
from assay.demo.boards.model import BOARD, Shot, Sizes
from assay.demo.truth import TruthItem, TruthObject

GENERATOR: Final = "assay-boards-1"
_SHADOW: Final = 0.18  # how much darker one corner is
_MOST: Final = 5  # defects on a board
_FLOOR, _COPPER = 52.0, 196.0


@dataclass(frozen=True, slots=True)
class Light:
    """How pictures are taken: `exposure` scales the light, `blur_px` is the lens; `noise` in grey levels."""

    exposure: float
    blur_px: float
    noise: float


USUAL, CHANGED = Light(1.0, 0.6, 3.0), Light(0.62, 1.5, 6.0)


class DrawnBoards:
    """Boards drawn from a seed; their labels are right by construction. See `Boards`."""

    source = "drawn"
    note = "The pictures are drawn and their labels are right by construction."
    change = "a finer product line comes in, under dimmer light and a lens that has slipped out of focus"

    def __init__(self, seed: int, sizes: Sizes, name: str = "Printed boards") -> None:
        self.name, self._seed = name, seed
        self.before = tuple(self._truth(COARSE, number)[0] for number in range(sizes.n_before))
        self.after = tuple(self._truth(FINE, number)[0] for number in range(sizes.n_after))

    def shot(self, name: str) -> Shot:
        """The pictures of the board of this name."""
        found = re.fullmatch(rf"({COARSE.name}|{FINE.name})_(\d+){re.escape(BOARD)}", name)
        assert found is not None, "names come from the truth"
        line = COARSE if found[1] == COARSE.name else FINE
        truth, whole, broken, rng = self._truth(line, int(found[2]))
        light = USUAL if line is COARSE else CHANGED
        return Shot(truth, _photograph(broken, light, rng), _photograph(whole, light, rng))

    def _truth(self, line: Line, number: int) -> tuple[TruthItem, Pixels, Pixels, Generator]:
        """What is true of a board, its copper as it should be and as it is; depends on seed, line and number only."""
        rng = default_rng([self._seed, int(line is FINE), number])
        layout = lay_out(line, rng)
        whole = draw_copper(layout)
        broken, defects = add_defects(layout, whole, int(rng.integers(1, _MOST + 1)), rng)
        stem = f"{line.name}_{number:04d}"
        objects = tuple(
            TruthObject(kind, box, box, touches_edge=False, covered_share=0.0, small=False, echo_box=None)
            for kind, box in defects
        )
        origin = f"synthetic:{GENERATOR}:{self._seed}/{number}"
        return TruthItem(stem + BOARD, SIDE_PX, SIDE_PX, objects, stem, origin), whole, broken, rng


def _photograph(copper: Pixels, light: Light, rng: Generator) -> bytes:
    """A grey picture of the copper as JPEG."""
    grey = _FLOOR + (_COPPER - _FLOOR) * copper.astype(np.float32) / 255
    across = np.linspace(0, 1, SIDE_PX, dtype=np.float32)
    grey *= light.exposure * (1 - _SHADOW * across[:, None] * across[None, :])
    soft = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(light.blur_px))
    noisy = np.asarray(soft, np.float32) + rng.normal(0, light.noise, grey.shape).astype(np.float32)
    out = io.BytesIO()
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=90)
    return out.getvalue()
