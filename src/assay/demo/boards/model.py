"""What the second round plays with: boards with their templates and the truth, before and after the world changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from assay.demo.truth import TruthItem

BOARD: Final = "_test.jpg"
TEMPLATE: Final = "_temp.jpg"
CLASSES: Final = ("open", "short", "mousebite", "spur", "copper", "pin-hole")


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of a board, the one of its template, and what is true of it.

    Attributes:
        truth: the board's defects; its name ends in `_test.jpg`, its group is the physical board.
        board: picture file.
        template: picture file; it is called as the board is, with `_temp.jpg` at the end.
    """

    truth: TruthItem
    board: bytes
    template: bytes

    @property
    def template_name(self) -> str:
        """What the template's picture is called."""
        return self.truth.name.removesuffix(BOARD) + TEMPLATE


class Boards(Protocol):
    """A supply of boards: drawn, or cut from a folder of real ones.

    Attributes:
        name: of the project.
        source: `drawn` or `folder`.
        note: what has to be said about the truth.
        change: what happens to the world, in words.
        before: boards of the world as it was, in the order in which they come.
        after: boards of the world after the change.
    """

    name: str
    source: str
    note: str
    change: str
    before: tuple[TruthItem, ...]
    after: tuple[TruthItem, ...]

    def shot(self, name: str) -> Shot:
        """The pictures of the board of this name."""
        ...


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many boards (or views of boards) each part of the two rounds takes.

    Attributes:
        work: labelled in round one, gold among them.
        frozen: labelled once and then signed as gold, so that the frozen test holds at least a hundred.
        clean: arrive in production before the change, one number a shipment.
        changed: arrive after it, one number a shipment.
        new_gold: of those, set aside for the frozen test.
        selected: chosen to be labelled next.
        now, then: current and archived items that the expert answers blind.
        window: boards that a drift check looks at.
        epochs, least_steps: of each training.
    """

    work: int
    frozen: int
    clean: tuple[int, ...]
    changed: tuple[int, ...]
    new_gold: int
    selected: int
    now: int
    then: int
    window: int
    epochs: int
    least_steps: int

    @property
    def n_before(self) -> int:
        """Boards needed of the world as it was."""
        return self.work + self.frozen + sum(self.clean)

    @property
    def n_after(self) -> int:
        """Boards needed of the changed world."""
        return sum(self.changed)


SMALL: Final = Sizes(90, 80, (30,), (40, 40, 40), 40, 20, 34, 60, 30, 20, 800)
DRAWN: Final = Sizes(160, 100, (60, 60), (70, 70, 70), 70, 36, 60, 90, 50, 20, 1200)
REAL: Final = Sizes(240, 104, (100, 100), (94, 93, 93), 80, 60, 70, 100, 60, 20, 1200)
