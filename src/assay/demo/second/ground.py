"""What every part of the second round works with, and how it waits for the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

from assay.demo.api import Api
from assay.demo.boards.model import Boards, Sizes
from assay.demo.console import Console
from assay.demo.errors import DemoStuckError
from assay.demo.memory import Memory
from assay.demo.releasing import Approver
from assay.demo.scene_setting import Stage

TEMPLATES = {"replace": ["_test", "_temp"]}
"""How the name of a template follows from a board's."""
MODEL = "defects"
_POLL_S = 0.2
_MOST_S = 900.0


@dataclass
class Ground:
    """The state of a second round.

    Attributes:
        apis: everybody simulated, by login.
        approvers: those who sign, by login.
        users: user ids, by login.
        folder: for what is downloaded.
        at_work: logins of those who label in this round.
        gold: names of the boards of the frozen test.
        after_change: names of boards that came after the change.
        expert_on_gold: wrong marks on each gold board that the blind expert met.
    """

    apis: Mapping[str, Api]
    approvers: Mapping[str, Approver]
    users: Mapping[str, str]
    stage: Stage
    boards: Boards
    sizes: Sizes
    memory: Memory
    console: Console
    seed: int
    at_work: list[str] = field(default_factory=list)
    gold: list[str] = field(default_factory=list)
    after_change: set[str] = field(default_factory=set)
    expert_on_gold: list[int] = field(default_factory=list)

    @property
    def lead(self) -> Api:
        """The API as the lead calls it."""
        return self.apis["ines"]

    @property
    def expert(self) -> Api:
        """The API as the expert who signs gold and settles disputes calls it."""
        return self.apis["ada"]

    @property
    def reviewer(self) -> Api:
        """The API as the reviewer calls it."""
        return self.apis["marek"]


def wait_for(
    look: Callable[[], dict[str, Any]], ready: Callable[[dict[str, Any]], bool], what: str, *, most_s: float = _MOST_S
) -> dict[str, Any]:
    """Look until it is ready; returns the last look.

    Raises:
        DemoStuckError: it took longer than `most_s`.
    """
    end = monotonic() + most_s
    while not ready(found := look()):
        if monotonic() > end:
            raise DemoStuckError(f"After {most_s:.0f} s {what} is still not done.")
        sleep(_POLL_S)
    return found
